import type { Network } from "../../engines/engine.ts";
import { initialParameters } from "../../models/initializers.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { denseMacs } from "../../network/weighted-layers.ts";
import { type Effort, TRAINING_PASSES } from "../training/effort.ts";
import { optimizerSpec, type TrainingOutcome, type TrainingPlan, train } from "../training/train.ts";
import type { RunEnvironment } from "./run.ts";

/** Which training: by default of the study's network, as its `train` says, to the end. */
export interface DenseTraining {
  readonly seed: number;
  readonly spec?: NetworkSpec;
  readonly plan?: TrainingPlan;
  /** The first step that is not taken. */
  readonly until?: number;
}

/** Trains a dense network from its initial values, and hands it to `use`, after which it is gone. */
export async function trainDense<T>(
  { seed, spec, plan, until }: DenseTraining,
  { settings, engine, dataset, meeting, onStep }: RunEnvironment,
  use: (network: Network, outcome: TrainingOutcome) => Promise<T>,
): Promise<T> {
  const [trained, by] = [spec ?? settings.network, plan ?? settings.train];
  const network = await engine.createNetwork(trained, optimizerSpec(by.optimizer), meeting);
  try {
    await network.writeParameters(initialParameters(trained, settings.initializer, seed));
    const outcome = await train({
      network,
      train: dataset.train,
      validation: dataset.validation,
      plan: by,
      seed,
      phase: "train",
      forwardMacs: () => denseMacs(trained),
      ...(until === undefined ? {} : { until }),
      select: "last",
      onStep,
    });
    return await use(network, outcome);
  } finally {
    await network.dispose();
  }
}

/** What the first steps of a dense training take: it follows from the plan. */
export function denseEffort(
  spec: NetworkSpec,
  plan: Pick<TrainingPlan, "batchSize">,
  steps: number,
  trainExamples: number,
): Effort {
  const batches = Math.ceil(trainExamples / plan.batchSize);
  const examples = Math.floor(steps / batches) * trainExamples + (steps % batches) * plan.batchSize;
  return { steps, examples, macs: TRAINING_PASSES * denseMacs(spec) * examples };
}
