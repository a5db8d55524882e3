import { corrupted, type Damage } from "../../datasets/corruptions/corrupt.ts";
import type { Network } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { finiteOrNull } from "../training/train.ts";
import { type CalibrationBin, calibrationBins } from "./calibration.ts";
import { type ClassCount, classCounts } from "./classes.ts";
import type { EvaluateOptions } from "./options.ts";

/** What `evaluate` of the config asks for beside loss and accuracy; plain data. */
export interface TestDetails {
  readonly classes?: readonly ClassCount[];
  readonly calibration?: readonly CalibrationBin[];
  readonly corruptions?: readonly DamagedMeasure[];
}

/** On a damaged test set. */
export interface DamagedMeasure extends Damage {
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/** Every pair of a corruption and a severity, in the order of the config. */
export function damagesOf({ corruptions, severities }: EvaluateOptions): Damage[] {
  return corruptions.flatMap((corruption) => severities.map((severity) => ({ corruption, severity })));
}

/** How many times as long a test takes as one without `evaluate`. */
export function testsPerTest(options: EvaluateOptions | undefined): number {
  if (options === undefined) return 1;
  return 1 + Number(options.classes || options.calibration) + damagesOf(options).length;
}

/** Measures a network whose outputs on the test set are finite. */
export async function evaluateDetails(
  network: Network,
  test: ExampleSet,
  options: EvaluateOptions,
): Promise<TestDetails> {
  return {
    ...(options.classes || options.calibration ? await byOutputs(network, test, options) : {}),
    ...(options.corruptions.length > 0 ? { corruptions: await onDamaged(network, test, options) } : {}),
  };
}

async function byOutputs(
  network: Network,
  test: ExampleSet,
  { classes, calibration }: EvaluateOptions,
): Promise<TestDetails> {
  if (test.targets.kind !== "classes") throw new Error("a regression has no classes");
  const { labels } = test.targets;
  const logits = await network.outputs(test, Uint32Array.from(labels.keys()));
  return {
    ...(classes ? { classes: classCounts(logits, labels) } : {}),
    ...(calibration ? { calibration: calibrationBins(logits, labels) } : {}),
  };
}

async function onDamaged(
  network: Network,
  test: ExampleSet,
  options: EvaluateOptions,
): Promise<DamagedMeasure[]> {
  const measures: DamagedMeasure[] = [];
  for (const damage of damagesOf(options)) {
    const { loss, accuracy } = await network.evaluate(corrupted(test, damage));
    measures.push({ ...damage, loss: finiteOrNull(loss), accuracy: accuracy ?? null });
  }
  return measures;
}
