import { contentHash } from "../../foundations/hash.ts";
import { evaluationIdentity, type StudyIdentity, trainingIdentity } from "../identity.ts";
import type { RunStatus } from "../status.ts";
import { stepCount } from "../training/train.ts";
import { denseEffort, trainDense } from "./dense.ts";
import { passesOf, type ResultBase, type RunBase, type RunKindOf } from "./run.ts";
import { type TestMeasure, test } from "./test-measure.ts";

/** Trains the dense network. */
export interface BaselineRun extends RunBase {
  readonly kind: "baseline";
}

export interface BaselineResult extends ResultBase {
  readonly kind: "baseline";
  readonly status: Exclude<RunStatus, "collapsed">;
  readonly trained: TestMeasure;
}

export function planBaseline(study: StudyIdentity, seed: number): BaselineRun {
  return {
    kind: "baseline",
    id: contentHash({
      kind: "baseline",
      ...trainingIdentity(study),
      ...evaluationIdentity(study.settings),
      seed,
    }),
    label: `baseline-seed${seed}`,
    seed,
    parents: [],
  };
}

export const baseline: RunKindOf<BaselineRun, BaselineResult> = {
  dense: true,
  keepsWeights: true,

  work: (_run, { train: plan }, examples) => ({
    steps: stepCount(plan, examples.train),
    passes: passesOf(plan.epochs, 1, examples),
    density: 1,
  }),

  /** From its initial values; tested once, at the end. */
  compute: ({ seed }, _parents, environment) =>
    trainDense({ seed }, environment, async (network, { history, diverged, seconds, effort }) => {
      const trained = await test(network, environment);
      const status = diverged || trained.loss === null ? "diverged" : "ok";
      return {
        result: { kind: "baseline", status, trained, history },
        parameters: await network.readParameters(),
        masks: new Map(),
        trainSeconds: seconds,
        trainedExamples: effort.examples,
      };
    }),

  effort: (_run, _result, { network, train: plan }, { train }) =>
    denseEffort(network, plan, stepCount(plan, train), train),

  tested: ({ trained }) => trained,
};
