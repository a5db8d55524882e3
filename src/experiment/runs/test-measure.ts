import type { Dataset } from "../../datasets/dataset.ts";
import type { Network } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { inPhase } from "../../foundations/phases.ts";
import { evaluateDetails, type TestDetails } from "../evaluation/evaluate.ts";
import { keepsAnswers, rightAnswers } from "../evaluation/right-answers.ts";
import { finiteOrNull } from "../training/train.ts";
import type { RunEnvironment } from "./run.ts";

/**
 * Loss and accuracy on the test set; null where there is none or where it is not finite. The details are those that the
 * study asks for, of a network whose loss is finite.
 */
export interface TestMeasure extends TestDetails {
  readonly loss: number | null;
  readonly accuracy: number | null;
  /** Of texts: which examples it has right, packed truth values in the order of the test set. */
  readonly right?: string;
}

/** Reads the test set: three times in a run at most, and nothing is decided by it. */
export async function test(
  network: Network,
  { dataset, settings: { evaluate } }: Pick<RunEnvironment, "dataset" | "settings">,
): Promise<TestMeasure> {
  return inPhase("evaluation", async () => {
    const measure = await measureOf(network, dataset.test);
    if (evaluate === undefined || measure.loss === null) return measure;
    return { ...measure, ...(await evaluateDetails(network, dataset.test, evaluate)) };
  });
}

async function measureOf(network: Network, examples: ExampleSet): Promise<TestMeasure> {
  if (keepsAnswers(examples)) {
    const { loss, ...answers } = await rightAnswers(network, examples);
    return { loss: finiteOrNull(loss), ...answers };
  }
  const { loss, accuracy } = await network.evaluate(examples);
  return { loss: finiteOrNull(loss), accuracy: accuracy ?? null };
}

/** The same on the validation examples, of a network that no training has measured there; null without any. */
export async function validate(
  network: Network,
  { validation }: Dataset,
): Promise<Pick<TestMeasure, "loss" | "accuracy">> {
  if (validation.count === 0) return { loss: null, accuracy: null };
  const { loss, accuracy } = await inPhase("evaluation", () => network.evaluate(validation));
  return { loss: finiteOrNull(loss), accuracy: accuracy ?? null };
}
