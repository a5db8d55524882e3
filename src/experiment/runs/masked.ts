import type { Network } from "../../engines/engine.ts";
import { collectGarbage } from "../../foundations/collect-garbage.ts";
import { failure } from "../../foundations/errors.ts";
import { type Masks, withoutPruned } from "../../network/mask.ts";
import { type ParameterSpec, type Parameters, parameterCount } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { measureNetwork, type NetworkMeasure, type ShrunkSize, shrunkSize } from "../../pruning/measure.ts";
import { type Effort, totalEffort } from "../training/effort.ts";
import { type EpochRecord, finiteOrNull, optimizerSpec } from "../training/train.ts";
import { type NetworkStatistics, networkStatistics } from "../weight-statistics.ts";
import type { WeightsSnapshot } from "../weights-snapshot.ts";
import { type LaterPruning, planOf, type RecoveringRun, recover } from "./recover.ts";
import type { ParentOutput, ResultBase, RunEnvironment, RunOutput } from "./run.ts";
import { type TestMeasure, test, validate } from "./test-measure.ts";

/** What is found of a network with masks. */
export interface MaskedFindings extends ResultBase {
  /** With its masks, before recovery; null where they are complete in the course of the recovery only. */
  readonly pruned: TestMeasure | null;
  /** After recovery; the same as pruned when there is none. */
  readonly recovered: TestMeasure;
  /** On the validation examples, where there is no recovery whose epochs say it. */
  readonly validation?: TestMeasure;
  readonly measure: NetworkMeasure;
  /** Where the study asks for it. */
  readonly shrunk?: ShrunkSize;
  /** After recovery, where the study asks for it. */
  readonly statistics?: NetworkStatistics;
  /** What its training took in this run. */
  readonly effort: Effort;
}

/** What the tables and charts have of a network that fills a row. */
export interface MaskedResult extends MaskedFindings {
  /** The epochs of a training before all that, of a network that is trained from scratch. */
  readonly trained?: readonly EpochRecord[];
  /** By tensor: the largest magnitude pruned and the smallest kept, when it was last pruned. */
  readonly magnitudes: Readonly<Record<string, MagnitudeEdge>>;
  /** By tensor: how many units are kept, where several weights are one. Absent too where nothing is pruned. */
  readonly keptUnits?: Readonly<Record<string, number>> | undefined;
  /** What the charts show of the prunable weights, before pruning and after recovery; null where nothing was before. */
  readonly weights: { readonly before: WeightsSnapshot | null; readonly after: WeightsSnapshot };
}

export interface MagnitudeEdge {
  readonly prunedMax: number | null;
  readonly keptMin: number | null;
}

/** What goes of a network, by now, and what in the course of its recovery. */
export interface Masking {
  readonly masks: Masks;
  /** Whether nothing more goes. */
  readonly isComplete: boolean;
  readonly later?: LaterPruning & {
    /** Removes whatever has not gone: the recovery ended early, or there was none. */
    readonly complete: (network: Network) => Promise<void>;
  };
}

export interface MaskedNetwork {
  readonly run: RecoveringRun;
  readonly spec: NetworkSpec;
  /** The tensors that pruning may touch. */
  readonly tensors: readonly ParameterSpec[];
  readonly values: Parameters;
  /** Whether the values are of a training that diverged. */
  readonly diverged: boolean;
  readonly masking: Masking;
  /** What its recovery takes from another run. */
  readonly source?: ParentOutput | undefined;
}

/** Puts masks on a network, tests it, lets it recover, and tests and measures what has come out. */
export async function testAndRecover(
  masked: MaskedNetwork,
  environment: RunEnvironment,
): Promise<RunOutput<MaskedFindings>> {
  const { run, spec, tensors, values, masking, diverged: wasDiverged } = masked;
  const { settings } = environment;
  const { pruned, recovery, recovered, validation, trained } = await tested(masked, environment);
  collectGarbage(4 * parameterCount(spec));

  // 3. The promise of every mask: what was pruned is exactly 0.
  const { masks } = masking;
  const parameters = trained ?? withoutPruned(values, masks);
  assertMasksHeld(run.label, parameters, masks);
  const measure = measureNetwork(spec, masks, tensors);
  const diverged = wasDiverged || recovered.loss === null || recovery?.diverged === true;
  return {
    result: {
      status: diverged ? "diverged" : measure.collapsed ? "collapsed" : "ok",
      pruned,
      recovered,
      ...(validation === undefined ? {} : { validation }),
      history: recovery?.history ?? [],
      measure,
      ...(settings.evaluate?.shrunk === true ? { shrunk: shrunkSize(spec, masks) } : {}),
      ...(settings.evaluate?.weights ? { statistics: networkStatistics(parameters, tensors) } : {}),
      effort: recovery?.effort ?? totalEffort([]),
    },
    parameters,
    masks,
    trainSeconds: recovery?.seconds ?? 0,
    trainedExamples: recovery?.effort.examples ?? 0,
  };
}

/** The weights that come out are undefined where nothing was trained, and they are those that were pruned. */
async function tested(
  { run, spec, values, masking, source, diverged: wasDiverged }: MaskedNetwork,
  environment: RunEnvironment,
) {
  const { settings, engine, dataset } = environment;
  const plan = run.retraining && planOf(settings, run.retraining);
  collectGarbage(4 * parameterCount(spec));
  const network = await engine.createNetwork(spec, optimizerSpec((plan ?? settings.train).optimizer));
  try {
    // 1. Remove what goes and see what is left of the accuracy. Masks first: an engine whose memory follows them then
    // never holds the dense network.
    await network.setMasks(masking.masks);
    await network.writeParameters(values);
    collectGarbage(4 * parameterCount(spec));
    const pruned = masking.isComplete ? await test(network, environment) : null;

    // 2. Recover, the masks in force at every step.
    const recovers = plan !== null && !wasDiverged && pruned?.loss !== null;
    const recovery = recovers
      ? await recover(network, { run, plan, source, masking }, environment)
      : undefined;
    if (!masking.isComplete) await masking.later?.complete(network);
    const isAsPruned = recovery === undefined && pruned !== null;
    const recovered = isAsPruned ? pruned : await test(network, environment);
    const validation = recovery === undefined ? await validate(network, dataset) : undefined;
    const trained = isAsPruned ? undefined : await network.readParameters();
    return { pruned, recovery, recovered, validation, trained };
  } finally {
    await network.dispose();
  }
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

/** By tensor that has a mask: the largest magnitude that it prunes and the smallest that it keeps of these values. */
export function magnitudeEdges(parameters: Parameters, masks: Masks): Record<string, MagnitudeEdge> {
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
