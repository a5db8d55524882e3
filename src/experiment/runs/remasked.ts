import { contentHash } from "../../foundations/hash.ts";
import { randomStream } from "../../foundations/random.ts";
import { initialParameters } from "../../models/initializers.ts";
import type { Masks } from "../../network/mask.ts";
import type { TakenMask } from "../../pruning/control.ts";
import type { Method } from "../../pruning/method.ts";
import { shuffleMasks } from "../../pruning/prune.ts";
import { keptUnitCounts } from "../../pruning/unit-counts.ts";
import { networkOf, ownNetwork } from "../construct.ts";
import {
  ALGORITHM,
  CONTROL,
  evaluationIdentity,
  POINT_RECORD,
  QUANTIZATION,
  structureIdentity,
  unitIdentity,
  VALIDATED,
} from "../identity.ts";
import type { RunSettings } from "../settings.ts";
import { snapshotWeights } from "../weights-snapshot.ts";
import { type MaskedResult, magnitudeEdges, testAndRecover } from "./masked.ts";
import { planOf, type RecoveringRun, recoveryEpochs, recoverySteps, teacherPasses } from "./recover.ts";
import { type Parent, passesOf, type RunEnvironment, type RunKindOf } from "./run.ts";

/**
 * Puts the mask of its first parent on weights that it was not chosen for, or a shuffled one on the same, then recovers: a
 * control of a method.
 */
export interface RemaskedRun extends RecoveringRun {
  readonly kind: "remasked";
  readonly method: Method;
  readonly sparsity: number;
  readonly taken: TakenMask;
}

export interface RemaskedResult extends MaskedResult {
  readonly kind: "remasked";
}

/** `pruned` is the run whose weights are pruned, where they are not drawn anew. */
export function planRemasked(
  settings: RunSettings,
  remasked: Omit<RemaskedRun, "kind" | "id" | "parents">,
  masked: string,
  pruned: string | undefined,
  source: Parent | undefined,
): RemaskedRun {
  const { method, taken, retraining, straightThrough, seed } = remasked;
  const parents: Parent[] = [masked, ...(pruned === undefined ? [] : [pruned])].map((run) => ({
    run,
    artifacts: ["weights"],
  }));
  if (source !== undefined) parents.push(source);
  const id = contentHash({
    kind: "remasked",
    algorithm: [CONTROL, ALGORITHM.initialization, ALGORITHM.finetuning, ALGORITHM.measuring],
    record: POINT_RECORD,
    parents,
    prunable: settings.prunable,
    taken,
    ...structureIdentity(method),
    ...unitIdentity(method, settings),
    retraining,
    training: retraining === null ? null : planOf(settings, retraining),
    ...(retraining === null ? { validated: VALIDATED } : {}),
    ...(straightThrough === undefined ? {} : { straightThrough, quantization: QUANTIZATION }),
    ...evaluationIdentity(settings),
    seed,
  });
  return { kind: "remasked", id, parents, ...remasked };
}

export const remasked: RunKindOf<RemaskedRun, RemaskedResult> = {
  dense: false,
  keepsWeights: false,

  work: (run, settings, examples) => ({
    steps: recoverySteps(settings, run.retraining, examples.train),
    passes: passesOf(recoveryEpochs(settings, run, examples.train), 2, examples),
    density: 1 - run.sparsity,
    teacherPasses: teacherPasses(run, examples),
  }),

  compute: async (run, parents, environment) => {
    const { settings } = environment;
    const { network: spec, initializer } = settings;
    const isReinitialized = run.taken.weights === "reinitialized";
    const [masked, pruned, source] = isReinitialized ? [parents[0], undefined, parents[1]] : parents;
    if (masked === undefined) throw new Error(`${run.label} has no parent to take the mask of`);
    const { tensors: all } = ownNetwork(settings);
    const { tensors } = networkOf(run.method, settings);
    const values =
      pruned?.parameters ?? initialParameters(spec, initializer, run.seed, "another initialization");
    const masks = masksOf(run, masked.masks, environment);
    const { result, ...output } = await testAndRecover(
      {
        run,
        spec,
        tensors,
        values,
        diverged: masked.status === "diverged" || pruned?.status === "diverged",
        masking: { masks, isComplete: true },
        source,
      },
      environment,
    );
    return {
      ...output,
      result: {
        kind: "remasked",
        ...result,
        magnitudes: magnitudeEdges(values, masks),
        keptUnits: keptUnitCounts(run.method.structure, tensors, masks),
        weights: {
          before: snapshotWeights(values, all, settings.evaluate),
          after: snapshotWeights(output.parameters, all, settings.evaluate),
        },
      },
    };
  },

  effort: (_run, { effort }) => effort,

  tested: ({ recovered }) => recovered,
};

function masksOf({ method, taken, seed }: RemaskedRun, masks: Masks, { settings }: RunEnvironment): Masks {
  if (taken.mask === "kept") return masks;
  const { tensors } = networkOf(method, settings);
  const draw = (tensor: string) => {
    const stream = randomStream(seed, "shuffled mask", tensor);
    return () => stream.uniform();
  };
  return shuffleMasks({ tensors, masks, method, draw });
}
