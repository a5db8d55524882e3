import type { Network } from "../../engines/engine.ts";
import { failure } from "../../foundations/errors.ts";
import { contentHash } from "../../foundations/hash.ts";
import { initialParameters } from "../../models/initializers.ts";
import type { Masks } from "../../network/mask.ts";
import { type ParameterSpec, type Parameters, parameterSpecs } from "../../network/parameters.ts";
import { measureNetwork, type NetworkMeasure } from "../../pruning/measure.ts";
import type { Method } from "../../pruning/method.ts";
import type { Rounding } from "../../pruning/quantization/quantization.ts";
import type { Retraining } from "../../pruning/recovery.ts";
import type { PruningStep } from "../../pruning/schedule.ts";
import { schedules } from "../../pruning/schedules/registry.ts";
import { ALGORITHM, methodIdentity, POINT_RECORD, QUANTIZATION } from "../identity.ts";
import { Pruner } from "../pruning/pruner.ts";
import type { RunSettings } from "../settings.ts";
import { StraightThroughNetwork } from "../training/straight-through.ts";
import { finiteOrNull, optimizerSpec, stepCount, type TrainingPlan, train } from "../training/train.ts";
import { snapshotWeights, type TensorSnapshot } from "../weights-snapshot.ts";
import {
  type Parent,
  type ParentOutput,
  passesOf,
  type ResultBase,
  type RunBase,
  type RunEnvironment,
  type RunKindOf,
} from "./run.ts";
import { type TestMeasure, test } from "./test-measure.ts";

/** Prunes the weights of its first parent to one sparsity, then recovers. */
export interface PointRun extends RunBase {
  readonly kind: "point";
  readonly method: Method;
  readonly sparsity: number;
  /** The sparsity of its first parent. */
  readonly before: number;
  /** How it recovers; where that rewinds to a later step than 0, the second parent is the checkpoint. */
  readonly retraining: Retraining | null;
  /** What the weights are rounded to at every step of the recovery, by the straight-through estimator. */
  readonly straightThrough?: Rounding | undefined;
}

export interface PointResult extends ResultBase {
  readonly kind: "point";
  /** Pruned to its sparsity, before recovery; null where that is reached in the course of the recovery. */
  readonly pruned: TestMeasure | null;
  /** After recovery; the same as pruned when there is none. */
  readonly recovered: TestMeasure;
  readonly measure: NetworkMeasure;
  /** By tensor: the largest magnitude pruned and the smallest kept, when it was last pruned. */
  readonly magnitudes: Readonly<Record<string, MagnitudeEdge>>;
  /** What the charts show of the prunable weights, before pruning and after recovery. */
  readonly weights: { readonly before: readonly TensorSnapshot[]; readonly after: readonly TensorSnapshot[] };
}

export interface MagnitudeEdge {
  readonly prunedMax: number | null;
  readonly keptMin: number | null;
}

export function planPoint(
  settings: RunSettings,
  point: Omit<PointRun, "kind" | "id" | "parents">,
  pruned: string,
  rewoundTo: string | undefined,
): PointRun {
  const { method, sparsity, retraining, straightThrough, seed } = point;
  const parents: Parent[] = [{ run: pruned, artifacts: ["weights"] }];
  if (rewoundTo !== undefined) parents.push({ run: rewoundTo, artifacts: ["weights", "optimizer"] });
  const id = contentHash({
    kind: "point",
    algorithm: [ALGORITHM.pruning, ALGORITHM.finetuning, ALGORITHM.measuring],
    record: POINT_RECORD,
    parents,
    prunable: settings.prunable,
    // Pruning nothing is the same run under every method: the dense control.
    pruning: sparsity === 0 ? "none" : { ...methodIdentity(method), sparsity },
    retraining,
    training: retraining === null ? null : planOf(settings, retraining),
    ...(straightThrough === undefined ? {} : { straightThrough, quantization: QUANTIZATION }),
    seed,
  });
  return { kind: "point", id, parents, ...point };
}

export const point: RunKindOf<PointRun, PointResult> = {
  dense: false,
  keepsWeights: false,

  work: (run, settings, examples) => {
    const steps = recoverySteps(settings, run.retraining, examples.train);
    const batchSize = run.retraining === null ? 1 : planOf(settings, run.retraining).batchSize;
    const epochs = steps / Math.ceil(examples.train / batchSize);
    return { steps, passes: passesOf(epochs, 2, examples), density: 1 - run.sparsity };
  },

  compute: async (run, [parent, checkpoint], environment) => {
    if (parent === undefined) throw new Error(`${run.label} has no parent to prune`);
    const { settings, engine, dataset } = environment;
    const { network: spec } = settings;
    const tensors = prunableTensors(settings);
    const plan = run.retraining && planOf(settings, run.retraining);

    // 1. Choose what goes, by the weights as they are. A schedule may leave some or all of it to the recovery.
    const pruner = new Pruner({ ...run, tensors, masks: parent.masks }, environment);
    const course = courseOf(run, settings, dataset.train.count);
    const atOnce = course.findLast(({ step }) => step === 0);
    if (atOnce !== undefined) await pruner.prune(parent.parameters, atOnce.sparsity);

    // 2. Remove it and see what is left of the accuracy.
    const network = await engine.createNetwork(spec, optimizerSpec((plan ?? settings.train).optimizer));
    try {
      // Masks first: an engine whose memory follows them then never holds the dense network.
      await network.setMasks(pruner.masks);
      await network.writeParameters(parent.parameters);
      const pruned = pruner.sparsity === run.sparsity ? await test(network, dataset) : null;

      // 3. Recover, the mask in force at every step.
      const recovers = plan !== null && parent.status !== "diverged" && pruned?.loss !== null;
      const recovery = recovers
        ? await recover(network, { run, plan, checkpoint, course, pruner }, environment)
        : undefined;
      if (pruner.sparsity !== run.sparsity) await pruner.pruneNow(network, run.sparsity);
      const recovered = recovery === undefined && pruned !== null ? pruned : await test(network, dataset);

      // 4. The promise of every mask: what was pruned is exactly 0.
      const parameters = await network.readParameters();
      assertMasksHeld(run.label, parameters, pruner.masks);
      const measure = measureNetwork(spec, pruner.masks, tensors);
      const diverged = parent.status === "diverged" || recovered.loss === null || recovery?.diverged === true;
      return {
        result: {
          kind: "point",
          status: diverged ? "diverged" : measure.collapsed ? "collapsed" : "ok",
          pruned,
          recovered,
          history: recovery?.history ?? [],
          measure,
          magnitudes: magnitudeEdges(pruner.weights, pruner.masks),
          weights: {
            before: snapshotWeights(parent.parameters, tensors),
            after: snapshotWeights(parameters, tensors),
          },
        },
        parameters,
        masks: pruner.masks,
        trainSeconds: recovery?.seconds ?? 0,
        trainedExamples: recovery?.examples ?? 0,
      };
    } finally {
      await network.dispose();
    }
  },

  tested: ({ recovered }) => recovered,
};

function planOf(settings: RunSettings, { training }: Retraining): TrainingPlan {
  if (training === "train") return settings.train;
  if (settings.finetune === null) throw new Error("there is no fine-tuning to recover by");
  return settings.finetune;
}

/** The step of its plan that a recovery begins at. */
function firstStep(retraining: Retraining | null): number {
  return retraining?.training === "train" ? retraining.rewindTo : 0;
}

/** Optimizer steps that a recovery takes; negative where it would rewind past the training. */
export function recoverySteps(
  settings: RunSettings,
  retraining: Retraining | null,
  trainExamples: number,
): number {
  if (retraining === null) return 0;
  return stepCount(planOf(settings, retraining), trainExamples) - firstStep(retraining);
}

/** When the network is pruned, in steps of its recovery: at once, unless the schedule says otherwise. */
function courseOf(run: PointRun, settings: RunSettings, trainExamples: number): readonly PruningStep[] {
  const { schedule } = run.method;
  // All schedules share the run that prunes nothing.
  if (run.sparsity === 0) return [{ step: 0, sparsity: 0 }];
  const steps = recoverySteps(settings, run.retraining, trainExamples);
  const course = schedules.named(schedule.name).during?.(run.sparsity, steps, schedule);
  return course ?? [{ step: 0, sparsity: run.sparsity }];
}

interface Recovering {
  readonly run: PointRun;
  readonly plan: TrainingPlan;
  readonly checkpoint: ParentOutput | undefined;
  readonly course: readonly PruningStep[];
  readonly pruner: Pruner;
}

/**
 * Trains the network from where its recovery begins to the end of the plan, pruning it further on the way. It ends with
 * the weights that were trained, which are not rounded.
 */
async function recover(
  given: Network,
  { run, plan, checkpoint, course, pruner }: Recovering,
  { settings, dataset, onStep }: RunEnvironment,
) {
  const { retraining, straightThrough, seed } = run;
  const network =
    straightThrough === undefined ? given : await StraightThroughNetwork.over(given, straightThrough);
  if (retraining?.training === "train") await rewind(network, run, retraining, checkpoint, settings);
  const from = firstStep(retraining);
  const sparsities = new Map(course.map(({ step, sparsity }) => [from + step, sparsity]));
  sparsities.delete(from);
  const outcome = await train({
    network,
    train: dataset.train,
    validation: dataset.validation,
    plan,
    seed,
    phase: retraining?.training ?? "finetune",
    from,
    interventions: {
      steps: [...sparsities.keys()],
      before: (step) => pruner.pruneNow(network, sparsities.get(step) ?? run.sparsity),
    },
    select: (retraining?.training === "finetune" && settings.finetune?.select) || "last",
    onStep,
  });
  if (outcome.best !== undefined) await network.writeParameters(outcome.best);
  if (network !== given) await given.writeParameters(await network.readParameters());
  return outcome;
}

/** Takes kept weights back to where the retraining begins. */
async function rewind(
  network: Network,
  { label, seed }: PointRun,
  { rewindTo, optimizer }: Retraining & { readonly training: "train" },
  checkpoint: ParentOutput | undefined,
  { network: spec, initializer }: RunSettings,
): Promise<void> {
  if (rewindTo === 0) return network.writeParameters(initialParameters(spec, initializer, seed));
  if (checkpoint?.optimizer === undefined) throw new Error(`${label} has no checkpoint to rewind to`);
  await network.writeParameters(checkpoint.parameters);
  if (optimizer === "rewound") await network.writeOptimizerState(checkpoint.optimizer);
}

function prunableTensors({ network, prunable }: RunSettings): readonly ParameterSpec[] {
  return parameterSpecs(network).filter(({ name }) => prunable.includes(name));
}

function magnitudeEdges(parameters: Parameters, masks: Masks): Record<string, MagnitudeEdge> {
  return Object.fromEntries(
    [...masks].map(([name, mask]) => {
      const values = parameters.get(name) ?? new Float32Array();
      let prunedMax = Number.NEGATIVE_INFINITY;
      let keptMin = Number.POSITIVE_INFINITY;
      for (let i = 0; i < mask.length; i++) {
        const magnitude = Math.abs(values[i] as number);
        if (mask[i] === 0) prunedMax = Math.max(prunedMax, magnitude);
        else keptMin = Math.min(keptMin, magnitude);
      }
      return [name, { prunedMax: finiteOrNull(prunedMax), keptMin: finiteOrNull(keptMin) }];
    }),
  );
}

function assertMasksHeld(label: string, parameters: Parameters, masks: Masks): void {
  for (const [name, mask] of masks) {
    const values = parameters.get(name);
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0 && values?.[i] !== 0) {
        throw failure(
          `${label}: the pruned weight ${name}[${i}] is ${values?.[i]} instead of 0 after recovery.`,
          { hint: "This is a fault of the engine, and the run is not stored. Please report it." },
        );
      }
    }
  }
}
