import { figure, integer, type OptionalColumns, setting, text } from "./column.ts";
import type { ResultRow, TableName, TableRows } from "./rows.ts";

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

/** Groups of columns that follow them where some row has a value in one of the group: see `columnsOf`. */
export const optionalColumns: {
  readonly [Name in TableName]?: readonly OptionalColumns<TableRows[Name]>[];
} = {
  results: [
    effortColumns,
    {
      selection_macs: integer(
        "Multiply-accumulates of the passes by which weights were chosen to go or to come back, beside the training: of criteria through the dense network, of growth by gradients.",
      ),
    },
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
