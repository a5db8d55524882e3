import { contentHash } from "../../foundations/hash.ts";
import { type StudyIdentity, trainingIdentity } from "../identity.ts";
import type { RunStatus } from "../status.ts";
import { TRAINING_PASSES } from "../training/effort.ts";
import { denseEffort, trainDense } from "./dense.ts";
import type { ResultBase, RunBase, RunKindOf } from "./run.ts";

/** The dense network as its baseline has it after some steps of its training: what rewinding goes back to. */
export interface CheckpointRun extends RunBase {
  readonly kind: "checkpoint";
  /** Optimizer steps from the start. */
  readonly step: number;
}

export interface CheckpointResult extends ResultBase {
  readonly kind: "checkpoint";
  readonly status: Exclude<RunStatus, "collapsed">;
}

export function planCheckpoint(study: StudyIdentity, seed: number, step: number): CheckpointRun {
  return {
    kind: "checkpoint",
    id: contentHash({ kind: "checkpoint", ...trainingIdentity(study), seed, step }),
    label: `checkpoint-step${step}-seed${seed}`,
    seed,
    parents: [],
    step,
  };
}

export const checkpoint: RunKindOf<CheckpointRun, CheckpointResult> = {
  dense: true,
  keepsWeights: false,

  work: ({ step }, { train: plan }, examples) => ({
    steps: step,
    passes: step * plan.batchSize * TRAINING_PASSES + examples.validation,
    density: 1,
  }),

  /** The same steps as the baseline's, from the same initial values. */
  compute: ({ seed, step }, _parents, environment) =>
    trainDense(
      { seed, until: step },
      environment,
      async (network, { history, diverged, seconds, effort }) => ({
        result: { kind: "checkpoint", status: diverged ? "diverged" : "ok", history },
        parameters: await network.readParameters(),
        masks: new Map(),
        optimizer: await network.readOptimizerState(),
        trainSeconds: seconds,
        trainedExamples: effort.examples,
      }),
    ),

  effort: ({ step }, _result, { network, train: plan }, { train }) => denseEffort(network, plan, step, train),

  tested: () => null,
};
