import type { Dataset } from "../datasets/dataset.ts";
import type { Engine, Network } from "../engines/engine.ts";
import { failure } from "../foundations/errors.ts";
import { type Initializer, initialParameters } from "../models/initializers.ts";
import type { Masks } from "../network/mask.ts";
import { type Parameters, parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { measureNetwork, type NetworkMeasure } from "../pruning/measure.ts";
import { pruneMasks } from "../pruning/prune.ts";
import type { BaselineRun, PointRun, ResolvedFinetune } from "./plan.ts";
import type { RunStatus } from "./status.ts";
import type { TrainOptions } from "./training/options.ts";
import { type EpochRecord, finiteOrNull, optimizerSpec, stepCount, trainEpochs } from "./training/train.ts";
import { snapshotWeights, type TensorSnapshot } from "./weights-snapshot.ts";

/** What all runs of a study share; plain data, so that it travels to worker threads. */
export interface RunSettings {
  readonly network: NetworkSpec;
  readonly initializer: Initializer;
  readonly train: TrainOptions;
  readonly finetune: ResolvedFinetune | null;
  readonly prunable: readonly string[];
}

export interface RunEnvironment {
  readonly settings: RunSettings;
  readonly engine: Engine;
  readonly dataset: Dataset;
  /** Where other threads may help to train a baseline. */
  readonly meeting?: SharedArrayBuffer | undefined;
  /** Called several times a second with the optimizer steps done so far. */
  readonly onStep: (steps: number) => void;
}

/** Loss and accuracy on the test set; null where there is none or where it is not finite. */
export interface TestMeasure {
  readonly loss: number | null;
  readonly accuracy: number | null;
}

export interface BaselineResult {
  readonly kind: "baseline";
  readonly status: Exclude<RunStatus, "collapsed">;
  readonly trained: TestMeasure;
  readonly history: readonly EpochRecord[];
}

export interface PointResult {
  readonly kind: "point";
  readonly status: RunStatus;
  /** Before recovery. */
  readonly pruned: TestMeasure;
  /** After recovery; the same as pruned when there is none. */
  readonly recovered: TestMeasure;
  readonly history: readonly EpochRecord[];
  readonly measure: NetworkMeasure;
  /** By tensor: the largest magnitude pruned and the smallest kept, before recovery. */
  readonly magnitudes: Readonly<Record<string, MagnitudeEdge>>;
  /** What the charts show of the prunable weights, before pruning and after recovery. */
  readonly weights: { readonly before: readonly TensorSnapshot[]; readonly after: readonly TensorSnapshot[] };
}

export interface MagnitudeEdge {
  readonly prunedMax: number | null;
  readonly keptMin: number | null;
}

export type RunResult = BaselineResult | PointResult;

/** A result and the weights it ends with. */
export interface RunOutput<Result extends RunResult> {
  readonly result: Result;
  readonly parameters: Parameters;
  readonly masks: Masks;
  readonly trainSeconds: number;
}

/** Steps that a run takes: its cost, for progress. */
export function runSteps(kind: "baseline" | "point", settings: RunSettings, trainExamples: number): number {
  const plan = kind === "baseline" ? settings.train : settings.finetune;
  return plan === null ? 0 : stepCount(plan, trainExamples);
}

/** Trains the dense network from its initial values and tests it once, at the end. */
export async function runBaseline(
  run: BaselineRun,
  environment: RunEnvironment,
): Promise<RunOutput<BaselineResult>> {
  const { settings, engine, dataset, meeting, onStep } = environment;
  const network = await engine.createNetwork(
    settings.network,
    optimizerSpec(settings.train.optimizer),
    meeting,
  );
  try {
    await network.writeParameters(initialParameters(settings.network, settings.initializer, run.seed));
    const { history, diverged, seconds } = await trainEpochs({
      network,
      train: dataset.train,
      validation: dataset.validation,
      plan: settings.train,
      seed: run.seed,
      phase: "train",
      keepBest: false,
      onStep,
    });
    const trained = await test(network, dataset);
    const status = diverged || trained.loss === null ? "diverged" : "ok";
    return {
      result: { kind: "baseline", status, trained, history },
      parameters: await network.readParameters(),
      masks: new Map(),
      trainSeconds: seconds,
    };
  } finally {
    await network.dispose();
  }
}

/** Prunes the baseline's weights, tests, fine-tunes with the mask held, tests again. */
export async function runPoint(
  run: PointRun,
  baseline: { readonly parameters: Parameters; readonly status: RunStatus },
  environment: RunEnvironment,
): Promise<RunOutput<PointResult>> {
  const { settings, engine, dataset, onStep } = environment;

  // 1. Choose what goes, by the weights as they were trained.
  const tensors = parameterSpecs(settings.network).filter(({ name }) => settings.prunable.includes(name));
  const masks = pruneMasks({
    parameters: baseline.parameters,
    tensors,
    method: run.method,
    sparsity: run.sparsity,
    seed: run.seed,
  });
  const measure = measureNetwork(settings.network, masks, tensors);
  const magnitudes = magnitudeEdges(baseline.parameters, masks);

  // 2. Remove it and see what is left of the accuracy.
  const optimizer = settings.finetune?.optimizer ?? settings.train.optimizer;
  const network = await engine.createNetwork(settings.network, optimizerSpec(optimizer));
  try {
    // Masks first: an engine whose memory follows them then never holds the dense network.
    await network.setMasks(masks);
    await network.writeParameters(baseline.parameters);
    const pruned = await test(network, dataset);

    // 3. Recover: a fresh optimizer and schedule, the mask in force at every step.
    let recovered = pruned;
    let history: readonly EpochRecord[] = [];
    let trainSeconds = 0;
    let diverged = baseline.status === "diverged" || pruned.loss === null;
    if (settings.finetune !== null && !diverged) {
      const outcome = await trainEpochs({
        network,
        train: dataset.train,
        validation: dataset.validation,
        plan: settings.finetune,
        seed: run.seed,
        phase: "finetune",
        keepBest: settings.finetune.select === "best",
        onStep,
      });
      if (outcome.best !== undefined) await network.writeParameters(outcome.best);
      history = outcome.history;
      trainSeconds = outcome.seconds;
      recovered = await test(network, dataset);
      diverged = outcome.diverged || recovered.loss === null;
    }

    // 4. The promise of every mask: what was pruned is exactly 0.
    const parameters = await network.readParameters();
    assertMasksHeld(run.label, parameters, masks);
    const status = diverged ? "diverged" : measure.collapsed ? "collapsed" : "ok";
    const weights = {
      before: snapshotWeights(baseline.parameters, tensors),
      after: snapshotWeights(parameters, tensors),
    };
    return {
      result: { kind: "point", status, pruned, recovered, history, measure, magnitudes, weights },
      parameters,
      masks,
      trainSeconds,
    };
  } finally {
    await network.dispose();
  }
}

async function test(network: Network, dataset: Dataset): Promise<TestMeasure> {
  const { loss, accuracy } = await network.evaluate(dataset.test);
  return { loss: finiteOrNull(loss), accuracy: accuracy ?? null };
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
          {
            hint: "This is a fault of the engine, and the run is not stored. Please report it.",
          },
        );
      }
    }
  }
}
