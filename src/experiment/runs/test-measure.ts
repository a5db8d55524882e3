import type { Dataset } from "../../datasets/dataset.ts";
import type { Network } from "../../engines/engine.ts";
import { evaluateDetails, type TestDetails } from "../evaluation/evaluate.ts";
import { finiteOrNull } from "../training/train.ts";
import type { RunEnvironment } from "./run.ts";

/**
 * Loss and accuracy on the test set; null where there is none or where it is not finite. The details are those that the
 * study asks for, of a network whose loss is finite.
 */
export interface TestMeasure extends TestDetails {
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/** Reads the test set: three times in a run at most, and nothing is decided by it. */
export async function test(
  network: Network,
  { dataset, settings: { evaluate } }: Pick<RunEnvironment, "dataset" | "settings">,
): Promise<TestMeasure> {
  const { loss, accuracy } = await network.evaluate(dataset.test);
  const measure = { loss: finiteOrNull(loss), accuracy: accuracy ?? null };
  if (evaluate === undefined || measure.loss === null) return measure;
  return { ...measure, ...(await evaluateDetails(network, dataset.test, evaluate)) };
}

/** The same on the validation examples, of a network that no training has measured there; null without any. */
export async function validate(
  network: Network,
  { validation }: Dataset,
): Promise<Pick<TestMeasure, "loss" | "accuracy">> {
  if (validation.count === 0) return { loss: null, accuracy: null };
  const { loss, accuracy } = await network.evaluate(validation);
  return { loss: finiteOrNull(loss), accuracy: accuracy ?? null };
}
