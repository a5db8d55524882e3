import type {
  CalibrationRow,
  ClassRow,
  CorruptionRow,
  HistoryRow,
  LayerRow,
  LearningRateRow,
  ResultRow,
  SummaryRow,
  SweetSpotRow,
  TimingRow,
  WeightsTableRow,
} from "./rows.ts";

/**
 * How a cell is written: text as it is; integers without decimals; figures, which are measured or computed,
 * with 6 decimals; amounts, which may be of any magnitude, with 6 decimals or 6 significant digits, whichever is more;
 * settings, which the config gives (0.9), in their shortest form.
 */
export type CellFormat = "text" | "integer" | "figure" | "amount" | "setting";

export interface Column<Format extends CellFormat = CellFormat> {
  readonly format: Format;
  /** One line; docs/results.md prints it. */
  readonly meaning: string;
}

type OptionalKey<Row> = { [Key in keyof Row]-?: undefined extends Row[Key] ? Key : never }[keyof Row];

type ColumnsOf<Row, Key extends keyof Row> = {
  readonly [Each in Key]: Column<
    NonNullable<Row[Each]> extends string ? "text" : Exclude<CellFormat, "text">
  >;
};

/** The columns of a table by name, in the order of the file. A key of the row without a column is a type error. */
export type Columns<Row> = ColumnsOf<Row, Exclude<keyof Row, OptionalKey<Row>>>;

/** Columns that stand in a table together or not at all, for keys that a row may lack. */
export type OptionalColumns<Row> = Partial<ColumnsOf<Row, OptionalKey<Row>>>;

/** Columns of any table. */
export type ColumnSet = Readonly<Record<string, Column>>;

export const text = (meaning: string): Column<"text"> => ({ format: "text", meaning });
export const integer = (meaning: string): Column<"integer"> => ({ format: "integer", meaning });
export const figure = (meaning: string): Column<"figure"> => ({ format: "figure", meaning });
export const amount = (meaning: string): Column<"amount"> => ({ format: "amount", meaning });
export const setting = (meaning: string): Column<"setting"> => ({ format: "setting", meaning });

const study = text("Name of the study, as in the config.");
const method = text("Name of the pruning method.");
const seed = integer("Seed of the run: initial weights, data order, random pruning.");
const targetSparsity = setting(
  "Sparsity asked for: the fraction of the prunable weights to remove, 0 to 1; of a constructed network its own.",
);

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

/** What the training of a network took, in every table since there are these columns; empty where it diverged. */
export const effortColumns = {
  train_steps: integer(
    "Optimizer steps of all trainings that the network comes from: the dense network's, those of the levels, its recovery.",
  ),
  train_examples: integer("Training examples that these steps took."),
  train_macs: integer(
    "Multiply-accumulates with a kept weight of these steps: three forward passes an example.",
  ),
} satisfies OptionalColumns<ResultRow>;

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

/** Groups of columns that follow them where some row has a value in one of the group: see `columnsOf`. */
export const optionalColumns: {
  readonly [Name in TableName]?: readonly OptionalColumns<TableRows[Name]>[];
} = {
  results: [
    effortColumns,
    {
      control: text("Which control of a method it is, such as `shuffled`; `none` for a method itself."),
      control_of: text("The method of the study that it is a control of; empty where there is none."),
    },
    {
      learning_rate: setting(
        "Learning rate of the recovery: of those tried the best on the validation examples.",
      ),
    },
    { layer: text("The only layer that is pruned: `sparsity` is of its weights.") },
    {
      quantization: text(
        "How the weights are rounded, such as `symmetric(bits=8 per=tensor training=none)`; `none` if they are not.",
      ),
      coded_bytes: integer(
        "As `sparse_bytes`, with weights as codes of so many bits, and their scales; the same where nothing is rounded.",
      ),
      huffman_bytes: integer(
        "Size of the pruned network with gaps and codes Huffman-coded, tables included; empty where nothing is rounded.",
      ),
    },
    {
      baseline_ece: figure("Expected calibration error of the trained dense network, 0 to 1 (15 bins)."),
      pruned_ece: figure("The same after the last pruning, before its recovery."),
      ece: figure("The same after recovery."),
    },
    {
      test_ci95_low: figure(
        "Lower end of the 95% interval that the test examples alone leave round `accuracy` (Wilson's).",
      ),
      test_ci95_high: figure("Upper end of it."),
      newly_wrong: integer("Test examples that the trained dense network has right, and this one wrong."),
      newly_right: integer("Test examples that the trained dense network has wrong, and this one right."),
      drop_ci95_low: figure(
        "Lower end of the 95% interval of `accuracy_drop` over the test examples, paired (Newcombe's), in percentage points.",
      ),
      drop_ci95_high: figure("Upper end of it."),
      mcnemar_p: figure(
        "Probability of so uneven a split of `newly_wrong` and `newly_right` between equal networks (McNemar's exact test).",
      ),
    },
    {
      shrunk_parameters: integer(
        "Parameters of the dense network that is left without dead and constant units, all inputs kept.",
      ),
      shrunk_macs: integer("Its multiply-accumulates for one example."),
    },
  ],
  summary: [
    {
      baseline_loss_mean: figure("Mean test loss of the dense baselines."),
      pruned_loss_mean: figure("Mean test loss after pruning, before recovery."),
      pruned_loss_std: figure("Its sample standard deviation over the seeds; empty for a single seed."),
      loss_ci95_low: figure("Lower end of the 95% interval of `loss_mean`; empty for a single seed."),
      loss_ci95_high: figure("Upper end of the 95% interval of `loss_mean`."),
      rise_from_dense_control_mean: figure(
        "Mean over the seeds of the loss here minus the loss at sparsity 0, both after recovery, in percent of the mean of the latter.",
      ),
      rise_from_dense_control_ci95_low: figure("Lower end of its 95% interval, paired by seed."),
      rise_from_dense_control_ci95_high: figure("Upper end of its 95% interval, paired by seed."),
    },
  ],
  layers: [
    {
      units: integer("Units of the tensor, as `structure` makes them; empty where it is not pruned."),
      units_kept: integer("Units that the mask keeps."),
    },
    {
      shrunk_shape: text("Shape of the tensor in the dense network without dead and constant units."),
      shrunk_weights: integer("Values of the tensor in that network."),
      shrunk_macs: integer("Its multiply-accumulates for one example in that network."),
      dense_macs: integer("Those of the whole tensor, with pruned values too."),
    },
    {
      bits: integer("Bits of a value: those of its code, or 32."),
      coded_encoding: text("The smallest encoding of the tensor with values of so many bits."),
      coded_bytes: integer("Size of the tensor in that encoding, with its scales."),
      huffman_bytes: integer(
        "Size of the tensor with gaps and codes Huffman-coded; empty where nothing is rounded.",
      ),
    },
  ],
};

export interface TableRows {
  readonly results: ResultRow;
  readonly summary: SummaryRow;
  readonly layers: LayerRow;
  readonly history: HistoryRow;
  readonly timings: TimingRow;
  readonly classes: ClassRow;
  readonly calibration: CalibrationRow;
  readonly corruptions: CorruptionRow;
  readonly weights: WeightsTableRow;
  readonly "sweet-spots": SweetSpotRow;
  readonly "learning-rates": LearningRateRow;
}

export type TableName = keyof TableRows;
