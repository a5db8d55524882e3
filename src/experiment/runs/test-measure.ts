import type { Dataset } from "../../datasets/dataset.ts";
import type { Network } from "../../engines/engine.ts";
import { finiteOrNull } from "../training/train.ts";

/** Loss and accuracy on the test set; null where there is none or where it is not finite. */
export interface TestMeasure {
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/** Reads the test set: three times in a run at most, and nothing is decided by it. */
export async function test(network: Network, dataset: Dataset): Promise<TestMeasure> {
  const { loss, accuracy } = await network.evaluate(dataset.test);
  return { loss: finiteOrNull(loss), accuracy: accuracy ?? null };
}

/** The same on the validation examples, of a network that no training has measured there; null without any. */
export async function validate(network: Network, { validation }: Dataset): Promise<TestMeasure> {
  if (validation.count === 0) return { loss: null, accuracy: null };
  const { loss, accuracy } = await network.evaluate(validation);
  return { loss: finiteOrNull(loss), accuracy: accuracy ?? null };
}
