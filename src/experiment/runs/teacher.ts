import { contentHash } from "../../foundations/hash.ts";
import { denseMacs } from "../../network/weighted-layers.ts";
import { type TeacherTraining, teacherNetwork } from "../../pruning/teacher.ts";
import { ALGORITHM, type StudyIdentity } from "../identity.ts";
import type { RunSettings } from "../settings.ts";
import type { RunStatus } from "../status.ts";
import { optimizerSchema } from "../training/options.ts";
import { stepCount, type TrainingPlan } from "../training/train.ts";
import { denseEffort, trainDense } from "./dense.ts";
import { passesOf, type ResultBase, type RunBase, type RunKindOf } from "./run.ts";

/** Trains a linear model on the study's data: what constructions start from. */
export interface TeacherRun extends RunBase {
  readonly kind: "teacher";
  readonly training: TeacherTraining;
}

export interface TeacherResult extends ResultBase {
  readonly kind: "teacher";
  readonly status: Exclude<RunStatus, "collapsed">;
}

export function planTeacher(study: StudyIdentity, seed: number, training: TeacherTraining): TeacherRun {
  const { settings, datasetChecksum, engineIdentity, plugins } = study;
  const { epochs, learningRate } = training;
  const { datasetPlugin } = plugins;
  return {
    kind: "teacher",
    // Of the study's own model only the inputs, the outputs and the initializer count.
    id: contentHash({
      kind: "teacher",
      algorithm: [ALGORITHM.initialization, ALGORITHM.training],
      engine: engineIdentity,
      dataset: datasetChecksum,
      ...(datasetPlugin === undefined ? {} : { datasetPlugin }),
      network: teacherNetwork(settings.network),
      initializer: settings.initializer,
      train: planOf(settings, training),
      seed,
    }),
    label: `teacher-${epochs}-epochs-at-${learningRate}-seed${seed}`,
    seed,
    parents: [],
    training,
  };
}

export const teacher: RunKindOf<TeacherRun, TeacherResult> = {
  dense: true,
  keepsWeights: false,

  work: ({ training }, settings, examples) => ({
    steps: stepCount(planOf(settings, training), examples.train),
    passes: passesOf(training.epochs, 0, examples),
    density: 1,
    macs: denseMacs(teacherNetwork(settings.network)),
  }),

  /** From its initial values; not tested, which is for the networks that are made from it. */
  compute: ({ seed, training }, _parents, environment) => {
    const spec = teacherNetwork(environment.settings.network);
    const plan = planOf(environment.settings, training);
    return trainDense(
      { seed, spec, plan },
      environment,
      async (network, { history, diverged, seconds, effort }) => ({
        result: { kind: "teacher", status: diverged ? "diverged" : "ok", network: spec, history },
        parameters: await network.readParameters(),
        masks: new Map(),
        trainSeconds: seconds,
        trainedExamples: effort.examples,
      }),
    );
  },

  effort: ({ training }, _result, settings, { train }) => {
    const plan = planOf(settings, training);
    return denseEffort(teacherNetwork(settings.network), plan, stepCount(plan, train), train);
  },

  tested: () => null,
};

function planOf({ train }: RunSettings, { epochs, learningRate }: TeacherTraining): TrainingPlan {
  return {
    epochs,
    batchSize: train.batchSize,
    optimizer: optimizerSchema.parse({ name: "adam", learningRate }),
    schedule: { name: "constant" },
  };
}
