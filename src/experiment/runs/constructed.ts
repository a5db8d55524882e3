import { contentHash } from "../../foundations/hash.ts";
import { initialParameters } from "../../models/initializers.ts";
import type { Masks } from "../../network/mask.ts";
import type { Parameters } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { denseMacs } from "../../network/weighted-layers.ts";
import { constructions } from "../../pruning/constructions/registry.ts";
import type { ConstructedMethod } from "../../pruning/method.ts";
import type { Retraining } from "../../pruning/recovery.ts";
import { blueprintOf, constructedNetwork, scratchPlan } from "../construct.ts";
import {
  ALGORITHM,
  CONSTRUCTION,
  constructionIdentity,
  evaluationIdentity,
  POINT_RECORD,
  QUANTIZATION,
  type StudyIdentity,
  VALIDATED,
} from "../identity.ts";
import { keptMacs, totalEffort } from "../training/effort.ts";
import { optimizerSpec, stepCount, type TrainingPlan, train } from "../training/train.ts";
import { snapshotWeights } from "../weights-snapshot.ts";
import { type MaskedResult, testAndRecover } from "./masked.ts";
import { planOf, type RecoveringRun, recoveryEpochs, recoverySteps, teacherPasses } from "./recover.ts";
import { type Parent, passesOf, type RunEnvironment, type RunKindOf } from "./run.ts";

/**
 * Makes a network by a construction, from its teacher if it has one, trains it if it is to be, then lets it recover, by
 * what it takes from a last parent.
 */
export interface ConstructedRun extends RecoveringRun {
  readonly kind: "constructed";
  readonly method: ConstructedMethod;
  /** The one that was asked for, or its own, which follows from the network. */
  readonly sparsity: number;
  readonly retraining: Exclude<Retraining, { readonly training: "train" }> | null;
  /** Its training from scratch; absent where it has none before its recovery. */
  readonly scratch?: TrainingPlan | undefined;
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
  const { method, sparsity, retraining, straightThrough, seed } = constructed;
  const scratch = scratchPlan(method, sparsity, settings);
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
    ...(retraining === null ? { validated: VALIDATED } : {}),
    ...(straightThrough === undefined ? {} : { straightThrough, quantization: QUANTIZATION }),
    ...(scratch === undefined ? {} : { scratch, trainingAlgorithm: ALGORITHM.training }),
    ...(constructions.named(method.construction.name).takesSparsity ? { sparsity } : {}),
    ...evaluationIdentity(settings),
    seed,
    ...plugins,
  });
  return { kind: "constructed", id, parents, ...constructed, ...(scratch === undefined ? {} : { scratch }) };
}

export const constructed: RunKindOf<ConstructedRun, ConstructedResult> = {
  dense: false,
  keepsWeights: false,

  work: (run, settings, examples) => {
    const { spec, isOther } = constructedNetwork(run.method, settings);
    const { scratch } = run;
    return {
      steps:
        recoverySteps(settings, run.retraining, examples.train) +
        (scratch === undefined ? 0 : stepCount(scratch, examples.train)),
      passes:
        passesOf(recoveryEpochs(settings, run, examples.train), 2, examples) +
        (scratch === undefined ? 0 : passesOf(scratch.epochs, 0, examples)),
      density: 1 - run.sparsity,
      macs: isOther ? denseMacs(spec) : undefined,
      densePasses: teacherPasses(run, examples),
    };
  },

  compute: async (run, parents, environment) => {
    const { settings, dataset } = environment;
    const { construction: chosen } = run.method;
    const construction = constructions.named(chosen.name);
    const [teacher, source] = construction.teacher === undefined ? [undefined, ...parents] : parents;
    const network = constructedNetwork(run.method, settings);
    const { spec, tensors, isOther } = network;
    const blueprint = blueprintOf(run.method, network, run.sparsity);
    const initialValues = (of: NetworkSpec) => initialParameters(of, settings.initializer, run.seed);
    const masks = construction.masks(blueprint, chosen);

    // 1. Make it.
    const made = construction.values(
      {
        ...blueprint,
        initialValues,
        targets: dataset.train.targets,
        teacher: teacher?.parameters ?? new Map(),
      },
      chosen,
    );

    // 2. Train it, if it is to be trained, and let it recover as others do.
    const trained =
      run.scratch && (await fromScratch({ run, spec, masks, values: made }, run.scratch, environment));
    const { onStep } = environment;
    const { result, ...output } = await testAndRecover(
      {
        run,
        spec,
        tensors,
        values: trained?.parameters ?? made,
        diverged: teacher?.status === "diverged" || trained?.outcome.diverged === true,
        masking: { masks, isComplete: true },
        source,
      },
      { ...environment, onStep: (steps) => onStep((trained?.steps ?? 0) + steps) },
    );
    return {
      ...output,
      trainSeconds: output.trainSeconds + (trained?.outcome.seconds ?? 0),
      trainedExamples: output.trainedExamples + (trained?.outcome.effort.examples ?? 0),
      result: {
        kind: "constructed",
        ...result,
        ...(trained === undefined
          ? {}
          : {
              trained: trained.outcome.history,
              effort: totalEffort([trained.outcome.effort, result.effort]),
            }),
        ...(isOther ? { network: spec } : {}),
        // Nothing was there that could have been pruned.
        magnitudes: {},
        weights: { before: null, after: snapshotWeights(output.parameters, tensors, settings.evaluate) },
      },
    };
  },

  effort: (_run, { effort }) => effort,

  tested: ({ recovered }) => recovered,
};

interface MadeNetwork {
  readonly run: ConstructedRun;
  readonly spec: NetworkSpec;
  readonly masks: Masks;
  readonly values: Parameters;
}

/** Trains it in the order of examples that the dense network has, its masks in force. */
async function fromScratch(
  { run, spec, masks, values }: MadeNetwork,
  plan: TrainingPlan,
  { engine, dataset, onStep }: RunEnvironment,
) {
  const network = await engine.createNetwork(spec, optimizerSpec(plan.optimizer));
  try {
    await network.setMasks(masks);
    await network.writeParameters(values);
    const { train: examples, validation } = dataset;
    const { seed } = run;
    const outcome = await train({
      network,
      train: examples,
      validation,
      plan,
      seed,
      phase: "train",
      forwardMacs: () => keptMacs(spec, masks),
      select: "last",
      onStep,
    });
    return { outcome, steps: stepCount(plan, examples.count), parameters: await network.readParameters() };
  } finally {
    await network.dispose();
  }
}
