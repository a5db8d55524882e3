import { contentHash } from "../../foundations/hash.ts";
import { initialParameters } from "../../models/initializers.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { constructions } from "../../pruning/constructions/registry.ts";
import { denseMacs } from "../../pruning/measure.ts";
import type { ConstructedMethod } from "../../pruning/method.ts";
import type { Retraining } from "../../pruning/recovery.ts";
import { constructedNetwork } from "../construct.ts";
import {
  ALGORITHM,
  CONSTRUCTION,
  constructionIdentity,
  POINT_RECORD,
  QUANTIZATION,
  type StudyIdentity,
} from "../identity.ts";
import { snapshotWeights } from "../weights-snapshot.ts";
import { type MaskedResult, testAndRecover } from "./masked.ts";
import { planOf, type RecoveringRun, recoveryEpochs, recoverySteps, teacherPasses } from "./recover.ts";
import { type Parent, passesOf, type RunKindOf } from "./run.ts";

/**
 * Makes a network by a construction, from its teacher if it has one, then lets it recover, by what it takes from a last
 * parent.
 */
export interface ConstructedRun extends RecoveringRun {
  readonly kind: "constructed";
  readonly method: ConstructedMethod;
  /** Its own, which follows from the network. */
  readonly sparsity: number;
  readonly retraining: Exclude<Retraining, { readonly training: "train" }> | null;
}

export interface ConstructedResult extends MaskedResult {
  readonly kind: "constructed";
}

export function planConstructed(
  study: StudyIdentity,
  constructed: Pick<
    ConstructedRun,
    "method" | "sparsity" | "retraining" | "straightThrough" | "seed" | "label"
  >,
  teacher: string | undefined,
  source: Parent | undefined,
): ConstructedRun {
  const { settings, datasetChecksum, engineIdentity, plugins } = study;
  const { method, retraining, straightThrough, seed } = constructed;
  const parents: Parent[] = teacher === undefined ? [] : [{ run: teacher, artifacts: ["weights"] }];
  if (source !== undefined) parents.push(source);
  const id = contentHash({
    kind: "constructed",
    algorithm: [ALGORITHM.initialization, CONSTRUCTION, ALGORITHM.finetuning, ALGORITHM.measuring],
    record: POINT_RECORD,
    parents,
    engine: engineIdentity,
    dataset: datasetChecksum,
    network: settings.network,
    initializer: settings.initializer,
    prunable: settings.prunable,
    construction: constructionIdentity(method.construction),
    retraining,
    training: retraining === null ? null : planOf(settings, retraining),
    ...(straightThrough === undefined ? {} : { straightThrough, quantization: QUANTIZATION }),
    seed,
    ...plugins,
  });
  return { kind: "constructed", id, parents, ...constructed };
}

export const constructed: RunKindOf<ConstructedRun, ConstructedResult> = {
  dense: false,
  keepsWeights: false,

  work: (run, settings, examples) => {
    const { spec, isOther } = constructedNetwork(run.method, settings);
    return {
      steps: recoverySteps(settings, run.retraining, examples.train),
      passes: passesOf(recoveryEpochs(settings, run, examples.train), 2, examples),
      density: 1 - run.sparsity,
      macs: isOther ? denseMacs(spec) : undefined,
      teacherPasses: teacherPasses(run, examples),
    };
  },

  compute: async (run, parents, environment) => {
    const { settings, dataset } = environment;
    const { construction: chosen } = run.method;
    const construction = constructions.named(chosen.name);
    const [teacher, source] = construction.teacher === undefined ? [undefined, ...parents] : parents;
    const { spec, tensors, isOther } = constructedNetwork(run.method, settings);
    const initialValues = (network: NetworkSpec) =>
      initialParameters(network, settings.initializer, run.seed);
    const values = construction.values(
      { spec, initialValues, targets: dataset.train.targets, teacher: teacher?.parameters ?? new Map() },
      chosen,
    );
    const { result, ...output } = await testAndRecover(
      {
        run,
        spec,
        tensors,
        values,
        diverged: teacher?.status === "diverged",
        masking: { masks: construction.masks(spec, chosen), isComplete: true },
        source,
      },
      environment,
    );
    return {
      ...output,
      result: {
        kind: "constructed",
        ...result,
        ...(isOther ? { network: spec } : {}),
        // Nothing was there that could have been pruned.
        magnitudes: {},
        weights: { before: null, after: snapshotWeights(output.parameters, tensors) },
      },
    };
  },

  tested: ({ recovered }) => recovered,
};
