import { contentHash } from "../../foundations/hash.ts";
import { initialParameters } from "../../models/initializers.ts";
import { type StudyIdentity, trainingIdentity } from "../identity.ts";
import type { RunStatus } from "../status.ts";
import { optimizerSpec, train } from "../training/train.ts";
import { type ResultBase, type RunBase, type RunKindOf, TRAINING_PASSES } from "./run.ts";

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

  work: ({ step }, { train: plan }, examples) => ({
    steps: step,
    passes: step * plan.batchSize * TRAINING_PASSES + examples.validation,
    density: 1,
  }),

  /** The same steps as the baseline's, from the same initial values. */
  compute: async ({ seed, step }, _parents, { settings, engine, dataset, meeting, onStep }) => {
    const plan = settings.train;
    const network = await engine.createNetwork(settings.network, optimizerSpec(plan.optimizer), meeting);
    try {
      await network.writeParameters(initialParameters(settings.network, settings.initializer, seed));
      const { history, diverged, seconds, examples } = await train({
        network,
        train: dataset.train,
        validation: dataset.validation,
        plan,
        seed,
        phase: "train",
        until: step,
        select: "last",
        onStep,
      });
      return {
        result: { kind: "checkpoint", status: diverged ? "diverged" : "ok", history },
        parameters: await network.readParameters(),
        masks: new Map(),
        optimizer: await network.readOptimizerState(),
        trainSeconds: seconds,
        trainedExamples: examples,
      };
    } finally {
      await network.dispose();
    }
  },

  tested: () => null,
};
