import type { Network } from "../../engines/engine.ts";
import { initialParameters } from "../../models/initializers.ts";
import { optimizerSpec, type TrainingOutcome, train } from "../training/train.ts";
import type { RunEnvironment } from "./run.ts";

/**
 * Trains a dense network from its initial values, to step `until` or to the end, and hands it to `use`, after which it
 * is gone.
 */
export async function trainDense<T>(
  seed: number,
  { settings, engine, dataset, meeting, onStep }: RunEnvironment,
  until: number | undefined,
  use: (network: Network, outcome: TrainingOutcome) => Promise<T>,
): Promise<T> {
  const plan = settings.train;
  const network = await engine.createNetwork(settings.network, optimizerSpec(plan.optimizer), meeting);
  try {
    await network.writeParameters(initialParameters(settings.network, settings.initializer, seed));
    const outcome = await train({
      network,
      train: dataset.train,
      validation: dataset.validation,
      plan,
      seed,
      phase: "train",
      ...(until === undefined ? {} : { until }),
      select: "last",
      onStep,
    });
    return await use(network, outcome);
  } finally {
    await network.dispose();
  }
}
