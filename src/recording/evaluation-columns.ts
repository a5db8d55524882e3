import {
  amount,
  type Columns,
  figure,
  integer,
  method,
  seed,
  study,
  targetSparsity,
  text,
} from "./column.ts";
import type { CalibrationRow, ClassRow, CorruptionRow, SweetSpotRow, WeightsTableRow } from "./rows.ts";

const classes = {
  study,
  method,
  seed,
  target_sparsity: targetSparsity,
  class: integer("The class, from 0, as the data numbers it."),
  test_examples: integer("Test examples of the class."),
  baseline_accuracy: figure("Fraction of them that the trained dense network takes for their class."),
  pruned_accuracy: figure(
    "The same after the last pruning, before its recovery; empty where the recovery prunes.",
  ),
  accuracy: figure("The same after recovery."),
} satisfies Columns<ClassRow>;

const calibration = {
  study,
  method,
  seed,
  target_sparsity: targetSparsity,
  bin: integer("The bin, from 1: test examples with a confidence above (bin - 1)/15, up to bin/15."),
  baseline_examples: integer("Test examples that the trained dense network has in the bin."),
  baseline_confidence: figure(
    "Its mean confidence in them: the softmax probability of the class it takes them for.",
  ),
  baseline_accuracy: figure("Fraction of them that it is right about; empty, as the confidence, of none."),
  pruned_examples: integer("As `baseline_examples` after the last pruning, before its recovery."),
  pruned_confidence: figure("Mean confidence then."),
  pruned_accuracy: figure("Accuracy then."),
  examples: integer("As `baseline_examples` after recovery."),
  confidence: figure("Mean confidence after recovery."),
  accuracy: figure("Accuracy after recovery."),
} satisfies Columns<CalibrationRow>;

const corruptions = {
  study,
  method,
  seed,
  target_sparsity: targetSparsity,
  corruption: text("What was done to the test images, such as `noise`."),
  severity: integer("How much of it, from 1 to 5."),
  baseline_accuracy: figure("Accuracy of the trained dense network on the damaged test images."),
  pruned_accuracy: figure(
    "The same after the last pruning, before its recovery; empty where the recovery prunes.",
  ),
  accuracy: figure("The same after recovery."),
  baseline_loss: figure("Mean loss of the trained dense network on them."),
  pruned_loss: figure("Mean loss then."),
  loss: figure("Mean loss after recovery."),
} satisfies Columns<CorruptionRow>;

const weights = {
  study,
  method,
  seed,
  target_sparsity: targetSparsity,
  layer: text("Name of the layer; empty in the row of all prunable weights together."),
  parameter: text("Name of the tensor; empty in that row."),
  weights: integer("Values in the tensor, or in all of them."),
  baseline_min: amount("The smallest value in the trained dense network, before pruning."),
  baseline_max: amount("The largest value there."),
  baseline_mean: amount("Mean of the values there."),
  baseline_std: amount("Their sample standard deviation."),
  nonzero: integer("Values that are not 0 after recovery."),
  min: amount("The smallest value after recovery; pruned ones are 0, here and in the following columns."),
  max: amount("The largest value after recovery."),
  mean: amount("Mean of the values after recovery."),
  std: amount("Their sample standard deviation."),
} satisfies Columns<WeightsTableRow>;

const sweetSpots = {
  study,
  method,
  seed,
  target_sparsity: targetSparsity,
  chosen_on: text(
    "What the sweet spot is chosen on: `validation`, the validation examples, or `test half`, half of the test texts.",
  ),
  choice_examples: integer("How many these are."),
  choice_accuracy: figure("Accuracy on them after recovery."),
  sweet_spot: text(
    "`yes` at the sparsity from which the mean of that over the seeds falls steeply; else `no`.",
  ),
  other_examples: integer(
    "Test examples that the choice has not seen: all, or the other half. The columns that follow are of these.",
  ),
  baseline_accuracy: figure("Accuracy of the trained dense network."),
  accuracy: figure("Accuracy after recovery."),
  accuracy_drop: figure("The former minus the latter, in percentage points."),
} satisfies Columns<SweetSpotRow>;

/** The tables of what `evaluate` asks for, which only studies with it have. */
export const evaluationTables = {
  classes,
  calibration,
  corruptions,
  weights,
  "sweet-spots": sweetSpots,
};
