import {
  type Columns,
  figure,
  integer,
  method,
  seed,
  setting,
  study,
  targetSparsity,
  text,
} from "./column.ts";
import { evaluationTables } from "./evaluation-columns.ts";
import { effortColumns } from "./optional-columns.ts";
import type { HistoryRow, LayerRow, LearningRateRow, ResultRow, SummaryRow, TimingRow } from "./rows.ts";

const results = {
  study,
  dataset: text("Name of the dataset; `mnist-10k` is the bundled subset, `mnist` the full set."),
  test_examples: integer("Number of test examples that the accuracies and losses stand on."),
  model: text("Name of the model."),
  method,
  criterion: text(
    "How a weight is scored, such as `magnitude`; or what constructed the network, such as `linear-bridge(...)`.",
  ),
  allocation: text(
    "How the budget is spread over the layers: `uniform`, `global`; `constructed` where nothing was ranked.",
  ),
  structure: text("What is removed at once, such as `weight`."),
  schedule: text("When weights are removed, such as `one-shot`."),
  recovery: text("How the network recovers after pruning; `none` if it does not."),
  recipe: text(
    "Short hash of everything else that shapes the numbers: splits, training, fine-tuning, exclusions.",
  ),
  engine: text("Engine that computed the run."),
  seed,
  target_sparsity: targetSparsity,
  sparsity: figure("Pruned weights over prunable weights, counted from the masks."),
  model_sparsity: figure("Pruned values over all parameters, biases included."),
  effective_sparsity: figure(
    "As `sparsity`, counting also kept weights on no live path from an input to an output; empty of a transformer.",
  ),
  parameters: integer("Parameters of the dense network, biases included."),
  nonzero_parameters: integer("Parameters that the masks keep."),
  compression: figure("`parameters` over `nonzero_parameters`; empty when nothing is left."),
  dense_bytes: integer("Size of the dense network as 32-bit values."),
  sparse_bytes: integer("Size of the pruned network, each tensor in its smallest encoding (see layers.csv)."),
  dense_macs: integer("Multiply-accumulates of the dense network for one example."),
  macs: integer("Multiply-accumulates with a kept weight for one example."),
  baseline_accuracy: figure("Test accuracy of the trained dense network, 0 to 1."),
  pruned_accuracy: figure(
    "Test accuracy after the last pruning, before its recovery; empty where the recovery prunes.",
  ),
  accuracy: figure("Test accuracy after recovery."),
  accuracy_drop: figure("`baseline_accuracy` minus `accuracy`, in percentage points."),
  baseline_loss: figure("Mean test loss of the trained dense network."),
  pruned_loss: figure("Mean test loss then."),
  loss: figure("Mean test loss after recovery."),
  status: text(
    "`ok`; `collapsed`: no live path reaches the outputs; `diverged`: a loss or weight is not finite, measures are empty.",
  ),
} satisfies Columns<ResultRow>;

const summary = {
  study,
  dataset: results.dataset,
  model: results.model,
  method,
  schedule: results.schedule,
  recovery: results.recovery,
  engine: results.engine,
  target_sparsity: targetSparsity,
  sparsity: figure("Mean of `sparsity` over the seeds."),
  effective_sparsity: figure("Mean of `effective_sparsity` over the seeds."),
  compression: figure("Mean of `compression` over the seeds that have one."),
  n: integer("Runs that count: those that did not diverge."),
  diverged: integer("Runs that diverged; no other column of measures includes them."),
  collapsed: integer("Runs that collapsed; they count in `n` and in every measure."),
  baseline_accuracy_mean: figure("Mean accuracy of the dense baselines."),
  pruned_accuracy_mean: figure("Mean accuracy after pruning, before recovery."),
  pruned_accuracy_std: figure("Its sample standard deviation over the seeds; empty for a single seed."),
  pruned_accuracy_ci95_low: figure("Lower end of the 95% interval of that mean; empty for a single seed."),
  pruned_accuracy_ci95_high: figure("Upper end of the 95% interval of that mean."),
  accuracy_mean: figure("Mean accuracy after recovery."),
  accuracy_std: figure("Its sample standard deviation over the seeds; empty for a single seed."),
  accuracy_ci95_low: figure("Lower end of the 95% interval of that mean; empty for a single seed."),
  accuracy_ci95_high: figure("Upper end of the 95% interval of that mean."),
  drop_from_dense_control_mean: figure(
    "Mean over the seeds of the accuracy at sparsity 0 minus the accuracy here, both after recovery, in percentage points.",
  ),
  drop_from_dense_control_ci95_low: figure("Lower end of its 95% interval, paired by seed."),
  drop_from_dense_control_ci95_high: figure("Upper end of its 95% interval, paired by seed."),
  loss_mean: figure("Mean test loss after recovery."),
  loss_std: figure("Its sample standard deviation over the seeds; empty for a single seed."),
} satisfies Columns<SummaryRow>;

const layers = {
  study,
  method,
  seed,
  target_sparsity: targetSparsity,
  layer: text("Name of the layer, such as `fc1`."),
  parameter: text("Name of the tensor, such as `fc1.weight`."),
  shape: text("Shape of the tensor, such as `300x784`."),
  weights: integer("Values in the tensor."),
  nonzero: integer("Values that the mask keeps."),
  sparsity: figure("Fraction of the values that are pruned."),
  live: integer("Kept values on a live path from an input to an output."),
  encoding: text("The smallest encoding of the tensor: `dense`, `bitmask` or `csr`."),
  bytes: integer("Size of the tensor in that encoding."),
  macs: integer("Multiply-accumulates with a kept value for one example."),
  pruned_max_magnitude: figure(
    "Largest magnitude that was pruned, when the network was last pruned; empty if nothing was.",
  ),
  kept_min_magnitude: figure("Smallest magnitude that was kept then; empty if nothing was."),
} satisfies Columns<LayerRow>;

const history = {
  study,
  phase: text(
    "`train`: the dense baseline, or, with a method, a network that is trained from scratch; `finetune`: recovery after pruning.",
  ),
  method: text("Name of the pruning method; empty for the baseline."),
  target_sparsity: setting("Sparsity asked for; empty for the baseline."),
  seed,
  epoch: integer("Epoch, from 1; 0 is the state before the first."),
  learning_rate: setting("Learning rate of the last step of the epoch; empty for epoch 0."),
  train_loss: figure(
    "Mean training loss over the epoch, each batch before its own step; of `distill` the mixed loss; empty for epoch 0.",
  ),
  validation_loss: figure("Mean loss on the validation examples after the epoch."),
  validation_accuracy: figure("Accuracy on the validation examples after the epoch."),
} satisfies Columns<HistoryRow>;

const timings = {
  study,
  run: text("Name of the run, such as `global-magnitude-0.9-seed0`."),
  seconds: figure("Wall-clock time of the run."),
  train_seconds: figure("Part of it spent in training steps."),
  all_train_seconds: figure("The same of it and of all runs whose trainings its network comes from."),
  examples_per_second: figure("Training examples per second of `train_seconds`."),
  peak_memory_mib: figure("Peak memory of the process at the end of the run, in MiB."),
} satisfies Columns<TimingRow>;

/** The table of the learning rates that are tried, where a study tries several. */
const learningRates = {
  study,
  method,
  seed,
  target_sparsity: targetSparsity,
  learning_rate: setting("The learning rate that was tried for the recovery."),
  validation_accuracy: figure("Accuracy on the validation examples after recovery; empty where it diverged."),
  validation_loss: figure("Mean loss on them."),
  ...effortColumns,
  chosen: text("`yes` for the rate whose network is in results.csv, for all seeds alike; else `no`."),
} satisfies Columns<LearningRateRow>;

/** Every table of a results folder; `<name>.csv` is its file. These columns stand in each. */
export const tables = {
  results,
  summary,
  layers,
  history,
  timings,
  ...evaluationTables,
  "learning-rates": learningRates,
};
