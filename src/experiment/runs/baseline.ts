import { contentHash } from "../../foundations/hash.ts";
import type { Parameters } from "../../network/parameters.ts";
import { ownNetwork } from "../construct.ts";
import { evaluationIdentity, type StudyIdentity, trainingIdentity } from "../identity.ts";
import { type GivenWeights, readWeights } from "../read-weights.ts";
import type { RunStatus } from "../status.ts";
import { totalEffort } from "../training/effort.ts";
import { optimizerSpec, stepCount } from "../training/train.ts";
import { type NetworkStatistics, networkStatistics } from "../weight-statistics.ts";
import { denseEffort, trainDense } from "./dense.ts";
import {
  passesOf,
  type ResultBase,
  type RunBase,
  type RunEnvironment,
  type RunKindOf,
  type RunOutput,
} from "./run.ts";
import { type TestMeasure, test } from "./test-measure.ts";

/** Trains the dense network. */
export interface BaselineRun extends RunBase {
  readonly kind: "baseline";
}

export interface BaselineResult extends ResultBase {
  readonly kind: "baseline";
  readonly status: Exclude<RunStatus, "collapsed">;
  readonly trained: TestMeasure;
  /** Where the study asks for it. */
  readonly statistics?: NetworkStatistics;
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

  /** From its initial values, unless its weights are given; tested once, at the end. */
  compute: ({ seed }, _parents, environment) => {
    const { weights } = environment.settings;
    if (weights !== undefined) return readDense(weights, environment);
    return trainDense({ seed }, environment, async (network, { history, diverged, seconds, effort }) => {
      const trained = await test(network, environment);
      const status = diverged || trained.loss === null ? "diverged" : "ok";
      const parameters = await network.readParameters();
      return {
        result: { kind: "baseline", status, trained, history, ...statisticsOf(parameters, environment) },
        parameters,
        masks: new Map(),
        trainSeconds: seconds,
        trainedExamples: effort.examples,
      };
    });
  },

  effort: (_run, _result, { network, train: plan, weights }, { train }) =>
    weights === undefined ? denseEffort(network, plan, stepCount(plan, train), train) : totalEffort([]),

  tested: ({ trained }) => trained,
};

/** The network as a file has it. */
async function readDense(
  weights: GivenWeights,
  environment: RunEnvironment,
): Promise<RunOutput<BaselineResult>> {
  const { engine, settings } = environment;
  const network = await engine.createNetwork(settings.network, optimizerSpec(settings.train.optimizer));
  try {
    const parameters = await readWeights(weights, settings.network);
    await network.writeParameters(parameters);
    const trained = await test(network, environment);
    return {
      result: {
        kind: "baseline",
        status: trained.loss === null ? "diverged" : "ok",
        trained,
        history: [],
        ...statisticsOf(parameters, environment),
      },
      parameters,
      masks: new Map(),
      trainSeconds: 0,
      trainedExamples: 0,
    };
  } finally {
    await network.dispose();
  }
}

function statisticsOf(
  parameters: Parameters,
  { settings }: Pick<RunEnvironment, "settings">,
): Pick<BaselineResult, "statistics"> {
  if (!settings.evaluate?.weights) return {};
  return { statistics: networkStatistics(parameters, ownNetwork(settings).tensors) };
}
