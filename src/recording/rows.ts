import type { RunStatus } from "../experiment/status.ts";

/**
 * The rows of the output tables, as the rest of the program sees them. Column order in the files is the order
 * of the keys in columns.ts. `null` is an empty cell.
 */

/** One (method, sparsity, seed) of results.csv: a pure function of config, data and engine. */
export interface ResultRow {
  readonly study: string;
  readonly dataset: string;
  readonly test_examples: number;
  readonly model: string;
  readonly method: string;
  readonly criterion: string;
  readonly allocation: string;
  readonly structure: string;
  readonly schedule: string;
  readonly recovery: string;
  /** Short hash of everything else that shapes the numbers. */
  readonly recipe: string;
  readonly engine: string;
  readonly seed: number;
  readonly target_sparsity: number;
  /** Pruned weights over prunable weights, counted from masks. */
  readonly sparsity: number;
  /** Pruned values over every parameter, biases included. */
  readonly model_sparsity: number;
  /** As sparsity, counting also kept weights on no live path from an input to an output; null of a network of tokens. */
  readonly effective_sparsity: number | null;
  readonly parameters: number;
  readonly nonzero_parameters: number;
  /** parameters / nonzero_parameters; null when nothing is left. */
  readonly compression: number | null;
  readonly dense_bytes: number;
  readonly sparse_bytes: number;
  /** Multiply-accumulates for one example. */
  readonly dense_macs: number;
  readonly macs: number;
  /** Fractions in 0..1; null for regression and for diverged runs. */
  readonly baseline_accuracy: number | null;
  readonly pruned_accuracy: number | null;
  readonly accuracy: number | null;
  /** baseline_accuracy - accuracy, in percentage points. */
  readonly accuracy_drop: number | null;
  readonly baseline_loss: number | null;
  readonly pruned_loss: number | null;
  readonly loss: number | null;
  readonly status: RunStatus;
  /** These three in every table but those of versions that did not count it: what the training of the network took. */
  readonly train_steps?: number | null;
  readonly train_examples?: number | null;
  readonly train_macs?: number | null;
  /** In studies with a method that computes something with the network to choose weights: what that took. */
  readonly selection_macs?: number | null;
  /** These two in studies with a control of a method. */
  readonly control?: string;
  readonly control_of?: string | null;
  /** In studies that try several learning rates: the one that was chosen; null where nothing is trained after pruning. */
  readonly learning_rate?: number | null;
  /** In a scan by layer: the only one that is pruned. */
  readonly layer?: string;
  /** These three in studies with a method that quantizes. */
  readonly quantization?: string;
  readonly coded_bytes?: number;
  readonly huffman_bytes?: number | null;
  /** These three in studies that ask for the calibration. */
  readonly baseline_ece?: number | null;
  readonly pruned_ece?: number | null;
  readonly ece?: number | null;
  /**
   * These seven in studies of texts: each network's test examples one by one, and those that it and the dense network answer
   * otherwise. The drop is in percentage points.
   */
  readonly test_ci95_low?: number | null;
  readonly test_ci95_high?: number | null;
  readonly newly_wrong?: number | null;
  readonly newly_right?: number | null;
  readonly drop_ci95_low?: number | null;
  readonly drop_ci95_high?: number | null;
  readonly mcnemar_p?: number | null;
  /** These two in studies that ask for it: of the network without its dead and constant units. */
  readonly shrunk_parameters?: number;
  readonly shrunk_macs?: number;
}

/** One (method, sparsity) of summary.csv, over the seeds that did not diverge. */
export interface SummaryRow {
  readonly study: string;
  readonly dataset: string;
  readonly model: string;
  readonly method: string;
  readonly schedule: string;
  readonly recovery: string;
  readonly engine: string;
  readonly target_sparsity: number;
  /** Mean over the seeds. */
  readonly sparsity: number;
  readonly effective_sparsity: number | null;
  readonly compression: number | null;
  /** Runs that count (status is not diverged). */
  readonly n: number;
  readonly diverged: number;
  readonly collapsed: number;
  readonly baseline_accuracy_mean: number | null;
  readonly pruned_accuracy_mean: number | null;
  readonly pruned_accuracy_std: number | null;
  readonly pruned_accuracy_ci95_low: number | null;
  readonly pruned_accuracy_ci95_high: number | null;
  readonly accuracy_mean: number | null;
  /** Sample standard deviation over the seeds (n - 1); null for a single seed. */
  readonly accuracy_std: number | null;
  /** 95% interval of the mean over the seeds; null for a single seed. */
  readonly accuracy_ci95_low: number | null;
  readonly accuracy_ci95_high: number | null;
  /**
   * Dense control (the method's sparsity-0 rows, after recovery) minus accuracy, paired by seed, in percentage
   * points, with its 95% interval; null when the grid has no sparsity 0.
   */
  readonly drop_from_dense_control_mean: number | null;
  readonly drop_from_dense_control_ci95_low: number | null;
  readonly drop_from_dense_control_ci95_high: number | null;
  readonly loss_mean: number | null;
  readonly loss_std: number | null;
  /** Of a regression, which has no accuracy, the same of the loss; the rise is in percent of the control's mean. */
  readonly baseline_loss_mean?: number | null;
  readonly pruned_loss_mean?: number | null;
  readonly pruned_loss_std?: number | null;
  readonly loss_ci95_low?: number | null;
  readonly loss_ci95_high?: number | null;
  readonly rise_from_dense_control_mean?: number | null;
  readonly rise_from_dense_control_ci95_low?: number | null;
  readonly rise_from_dense_control_ci95_high?: number | null;
}

/** One (method, sparsity, seed, parameter tensor) of layers.csv. */
export interface LayerRow {
  readonly study: string;
  readonly method: string;
  readonly seed: number;
  readonly target_sparsity: number;
  /** `fc1` */
  readonly layer: string;
  /** `fc1.weight` */
  readonly parameter: string;
  /** `300x784` */
  readonly shape: string;
  readonly weights: number;
  readonly nonzero: number;
  readonly sparsity: number;
  /** Kept weights on a live path; null of a network of tokens. */
  readonly live: number | null;
  readonly encoding: "dense" | "bitmask" | "csr";
  readonly bytes: number;
  readonly macs: number;
  /** Largest magnitude pruned and smallest kept, before recovery; null where there is none. */
  readonly pruned_max_magnitude: number | null;
  readonly kept_min_magnitude: number | null;
  /** These two in studies with a method that prunes units of several weights; null of a tensor that pruning may not touch. */
  readonly units?: number | null;
  readonly units_kept?: number | null;
  /** These four in studies that ask for it: `161x784`, of the network without its dead and constant units. */
  readonly shrunk_shape?: string;
  readonly shrunk_weights?: number;
  readonly shrunk_macs?: number;
  readonly dense_macs?: number;
  /** These four in studies with a method that quantizes. */
  readonly bits?: number;
  readonly coded_encoding?: "dense" | "bitmask" | "csr";
  readonly coded_bytes?: number;
  readonly huffman_bytes?: number | null;
}

/** One epoch of history.csv. Rows of a baseline have no method and no sparsity. */
export interface HistoryRow {
  readonly study: string;
  readonly phase: "train" | "finetune";
  readonly method: string | null;
  readonly target_sparsity: number | null;
  readonly seed: number;
  /** From 1; 0 is the state before the first epoch. */
  readonly epoch: number;
  readonly learning_rate: number | null;
  readonly train_loss: number | null;
  readonly validation_loss: number | null;
  readonly validation_accuracy: number | null;
}

/** What the rows of the tables of `evaluate` have in common; null as in results.csv. */
interface TestedRow {
  readonly study: string;
  readonly method: string;
  readonly seed: number;
  readonly target_sparsity: number;
  readonly baseline_accuracy: number | null;
  readonly pruned_accuracy: number | null;
  readonly accuracy: number | null;
}

/** One (method, sparsity, seed, class) of classes.csv. */
export interface ClassRow extends TestedRow {
  /** As the data has it, from 0. */
  readonly class: number;
  readonly test_examples: number;
}

/** One (method, sparsity, seed, bin) of calibration.csv. */
export interface CalibrationRow extends TestedRow {
  /** From 1: confidences above (bin - 1)/15 up to bin/15. */
  readonly bin: number;
  readonly baseline_examples: number | null;
  readonly baseline_confidence: number | null;
  readonly pruned_examples: number | null;
  readonly pruned_confidence: number | null;
  readonly examples: number | null;
  readonly confidence: number | null;
}

/** One (method, sparsity, seed, corruption, severity) of corruptions.csv. */
export interface CorruptionRow extends TestedRow {
  readonly corruption: string;
  readonly severity: number;
  readonly baseline_loss: number | null;
  readonly pruned_loss: number | null;
  readonly loss: number | null;
}

/** One (method, sparsity, seed, tensor) of weights.csv, or all prunable weights of one together: those have no names. */
export interface WeightsTableRow {
  readonly study: string;
  readonly method: string;
  readonly seed: number;
  readonly target_sparsity: number;
  readonly layer: string | null;
  readonly parameter: string | null;
  readonly weights: number;
  /** Of the trained dense network; null of a network with other tensors. */
  readonly baseline_min: number | null;
  readonly baseline_max: number | null;
  readonly baseline_mean: number | null;
  readonly baseline_std: number | null;
  /** After recovery, zeros included. */
  readonly nonzero: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly std: number | null;
}

/** One (method, sparsity, seed) of sweet-spots.csv. */
export interface SweetSpotRow {
  readonly study: string;
  readonly method: string;
  readonly seed: number;
  readonly target_sparsity: number;
  readonly chosen_on: "validation" | "test half";
  readonly choice_examples: number;
  readonly choice_accuracy: number | null;
  readonly sweet_spot: "yes" | "no";
  readonly other_examples: number;
  readonly baseline_accuracy: number | null;
  readonly accuracy: number | null;
  readonly accuracy_drop: number | null;
}

/** One (method, sparsity, seed, learning rate) of learning-rates.csv. */
export interface LearningRateRow {
  readonly study: string;
  readonly method: string;
  readonly seed: number;
  readonly target_sparsity: number;
  readonly learning_rate: number;
  /** After recovery; null where it diverged. */
  readonly validation_accuracy: number | null;
  readonly validation_loss: number | null;
  /** As in results.csv. */
  readonly train_steps: number | null;
  readonly train_examples: number | null;
  readonly train_macs: number | null;
  readonly chosen: "yes" | "no";
}

/** One run of timings.csv. Not reproducible, which is why it is a file of its own. */
export interface TimingRow {
  readonly study: string;
  /** `baseline-seed0`, `global-magnitude-0.9-seed0` */
  readonly run: string;
  readonly seconds: number;
  readonly train_seconds: number;
  /** Of the run and of those that its network comes from. */
  readonly all_train_seconds: number;
  readonly examples_per_second: number;
  readonly peak_memory_mib: number;
}

/** The rows of every table of a results folder, by its name. */
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
