import type { Metric } from "../../metrics/metric.ts";
import { figureOf, sign } from "../../metrics/registry.ts";
import type { RunSettings } from "../settings.ts";
import type { EpochRecord } from "../training/train.ts";
import type { Run, RunResult } from "./index.ts";
import { lastPruningStep } from "./point.ts";
import { planOf } from "./recover.ts";

/**
 * What a metric (accuracy or loss) says of the network that a run ended with, on the validation examples: after the epoch
 * that counts, or as it was measured where the run trained nothing. Null where it diverged, or where the run does not say.
 */
export function validationOf(
  run: Run,
  result: RunResult,
  metric: Metric,
  { settings, trainExamples }: { readonly settings: RunSettings; readonly trainExamples: number },
): number | null {
  if (result.status === "diverged") return null;
  if ("validation" in result && result.validation !== undefined) {
    const { loss, accuracy } = result.validation;
    return metric.name === "accuracy" ? accuracy : metric.name === "loss" ? loss : null;
  }
  const atEpoch = ({ validationAccuracy, validationLoss }: EpochRecord) =>
    figureOf(metric.history.validation ?? "", {
      validation_accuracy: validationAccuracy,
      validation_loss: validationLoss,
    });
  const epochs = result.history.filter(({ epoch }) => epoch > 0);
  const last = epochs.at(-1);
  if (last === undefined) return null;
  const retraining = "retraining" in run ? run.retraining : null;
  if (settings.finetune?.select !== "best" || retraining?.training !== "finetune") return atEpoch(last);
  // Only epochs with the whole mask count, as in the training itself.
  const batches = Math.ceil(trainExamples / planOf(settings, retraining).batchSize);
  const complete = run.kind === "point" ? lastPruningStep(run, settings, trainExamples) : 0;
  const values = epochs
    .filter(({ epoch }) => epoch * batches > complete)
    .flatMap((record) => atEpoch(record) ?? []);
  return values.toSorted((a, b) => sign(metric) * (b - a))[0] ?? null;
}
