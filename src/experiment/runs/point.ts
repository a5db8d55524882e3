import { contentHash } from "../../foundations/hash.ts";
import type { Method } from "../../pruning/method.ts";
import type { CourseStep } from "../../pruning/schedule.ts";
import { schedules } from "../../pruning/schedules/registry.ts";
import { keptUnitCounts } from "../../pruning/unit-counts.ts";
import { networkOf, ownNetwork } from "../construct.ts";
import {
  ALGORITHM,
  evaluationIdentity,
  methodIdentity,
  POINT_RECORD,
  QUANTIZATION,
  unitIdentity,
  VALIDATED,
} from "../identity.ts";
import { Pruner } from "../pruning/pruner.ts";
import { selectionMacs } from "../pruning/selection-work.ts";
import type { RunSettings } from "../settings.ts";
import { TRAINING_PASSES } from "../training/effort.ts";
import { snapshotWeights } from "../weights-snapshot.ts";
import { type MaskedResult, type Masking, magnitudeEdges, testAndRecover } from "./masked.ts";
import {
  firstStep,
  planOf,
  type RecoveringRun,
  recoveryEpochs,
  recoverySteps,
  teacherPasses,
} from "./recover.ts";
import { type DensityPhase, type Parent, passesOf, type RunKindOf } from "./run.ts";

/** Prunes the weights of its first parent to one sparsity, then recovers, by what it takes from a second one. */
export interface PointRun extends RecoveringRun {
  readonly kind: "point";
  readonly method: Method;
  readonly sparsity: number;
  /** The sparsity of its first parent. */
  readonly before: number;
}

export interface PointResult extends MaskedResult {
  readonly kind: "point";
}

export function planPoint(
  settings: RunSettings,
  point: Omit<PointRun, "kind" | "id" | "parents">,
  pruned: string,
  source: Parent | undefined,
): PointRun {
  const { method, sparsity, retraining, straightThrough, seed } = point;
  const parents: Parent[] = [{ run: pruned, artifacts: ["weights"] }];
  if (source !== undefined) parents.push(source);
  const id = contentHash({
    kind: "point",
    algorithm: [ALGORITHM.pruning, ALGORITHM.finetuning, ALGORITHM.measuring],
    record: POINT_RECORD,
    parents,
    prunable: settings.prunable,
    // Pruning nothing is the same run under every method: the dense control.
    pruning:
      sparsity === 0 ? "none" : { ...methodIdentity(method), ...unitIdentity(method, settings), sparsity },
    retraining,
    training: retraining === null ? null : planOf(settings, retraining),
    ...(retraining === null ? { validated: VALIDATED } : {}),
    ...(straightThrough === undefined ? {} : { straightThrough, quantization: QUANTIZATION }),
    ...evaluationIdentity(settings),
    seed,
  });
  return { kind: "point", id, parents, ...point };
}

export const point: RunKindOf<PointRun, PointResult> = {
  dense: false,
  keepsWeights: false,

  work: (run, settings, examples) => {
    const phases = densityPhases(run, settings, examples.train);
    return {
      steps: recoverySteps(settings, run.retraining, examples.train),
      passes: passesOf(recoveryEpochs(settings, run, examples.train), 2, examples),
      density: phases.reduce((sum, { part, density }) => sum + part * density, 0),
      phases,
      densePasses: teacherPasses(run, examples) + growthPasses(run, settings, examples.train),
    };
  },

  compute: async (run, [parent, source], environment) => {
    if (parent === undefined) throw new Error(`${run.label} has no parent to prune`);
    const { settings, dataset } = environment;
    const { tensors: all } = ownNetwork(settings);
    // The network that nothing is pruned of is one under every method, also one that prunes a single layer.
    const { tensors } = run.sparsity === 0 ? { tensors: all } : networkOf(run.method, settings);

    // 1. Choose what goes, by the weights as they are. A schedule may leave some or all of it to the recovery.
    const pruner = new Pruner({ ...run, tensors, masks: parent.masks }, environment);
    const course = courseOf(run, settings, dataset.train.count);
    const [first] = course;
    const atOnce = first?.step === 0 && "sparsity" in first ? first : undefined;
    if (atOnce !== undefined) await pruner.prune(parent.parameters, atOnce.sparsity);

    // 2. Remove it, and recover.
    const { result, ...output } = await testAndRecover(
      {
        run,
        spec: settings.network,
        tensors,
        values: pruner.revised ?? parent.parameters,
        diverged: parent.status === "diverged",
        masking: maskingOf(run, pruner, course),
        source,
      },
      environment,
    );
    return {
      ...output,
      result: {
        kind: "point",
        ...result,
        magnitudes: magnitudeEdges(pruner.weights, pruner.masks),
        // Pruning nothing is one run under all structures.
        keptUnits:
          run.sparsity === 0 ? undefined : keptUnitCounts(run.method.structure, tensors, pruner.masks),
        weights: {
          before: snapshotWeights(parent.parameters, all, settings.evaluate),
          after: snapshotWeights(output.parameters, all, settings.evaluate),
        },
      },
    };
  },

  effort: (run, { effort, measure }, settings, { train }) => {
    const selecting = { method: run.method, course: courseOf(run, settings, train), keptMacs: measure.macs };
    return { ...effort, selectionMacs: selectionMacs(selecting, settings, train) };
  },

  tested: ({ recovered }) => recovered,
};

/** When the network is pruned, in steps of its recovery: at once, unless the schedule says otherwise. */
function courseOf(run: PointRun, settings: RunSettings, trainExamples: number): readonly CourseStep[] {
  const { schedule } = run.method;
  // All schedules share the run that prunes nothing.
  if (run.sparsity === 0) return [{ step: 0, sparsity: 0 }];
  const steps = recoverySteps(settings, run.retraining, trainExamples);
  const course = schedules.named(schedule.name).during?.(run.sparsity, steps, schedule);
  return course ?? [{ step: 0, sparsity: run.sparsity }];
}

/** Kept over all prunable weights in the course of the recovery. */
function densityPhases(run: PointRun, settings: RunSettings, trainExamples: number): DensityPhase[] {
  const steps = Math.max(1, recoverySteps(settings, run.retraining, trainExamples));
  const prunings = courseOf(run, settings, trainExamples).filter((change) => "sparsity" in change);
  const starts = [{ step: 0, sparsity: run.before }, ...prunings];
  return starts.map(({ step, sparsity }, i) => {
    const end = starts[i + 1]?.step ?? steps;
    return { part: Math.max(0, end - step) / steps, density: 1 - sparsity };
  });
}

/** Examples whose dense gradients say what grows, in forward passes. */
function growthPasses(run: PointRun, settings: RunSettings, trainExamples: number): number {
  let examples = 0;
  for (const change of courseOf(run, settings, trainExamples)) {
    if (!("regrowth" in change)) continue;
    const { grow } = change.regrowth;
    if (grow.by === "gradient") examples += Math.min(grow.examples, trainExamples);
  }
  return examples * TRAINING_PASSES;
}

/** The step of its recovery at which a run prunes last: 0 for a run that prunes at once. */
export function lastPruningStep(run: PointRun, settings: RunSettings, trainExamples: number): number {
  return courseOf(run, settings, trainExamples).at(-1)?.step ?? 0;
}

/** What the pruner has removed, and what it will in the course of the recovery. */
function maskingOf(run: PointRun, pruner: Pruner, course: readonly CourseStep[]): Masking {
  const from = firstStep(run.retraining);
  const changes = new Map(course.map((change) => [from + change.step, change]));
  changes.delete(from);
  return {
    get masks() {
      return pruner.masks;
    },
    get isComplete() {
      return pruner.sparsity === run.sparsity;
    },
    later: {
      steps: [...changes.keys()],
      change: async (network, step) => {
        const change = changes.get(step);
        if (change !== undefined) await pruner.change(network, change);
      },
      complete: (network) => pruner.pruneNow(network, run.sparsity),
    },
  };
}
