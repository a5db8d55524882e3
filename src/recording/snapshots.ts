/** What can be seen of a network's weights without keeping them: the content of snapshots.json. */

export const SNAPSHOTS_FILE = "snapshots.json";

/** Bins of a histogram, from -limit to limit. */
export const HISTOGRAM_BINS = 100;
/** A weight of a smaller magnitude counts as near zero. */
export const NEAR_ZERO = 0.1;
/** Rows and columns of the block of a weight matrix that is kept. */
export const BLOCK_SIDE = 64;

/** A tensor at one moment; its arrays are packed (see packed.ts). */
export interface TensorSnapshot {
  /** `fc1.weight` */
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest magnitude of a finite value; 0 for a tensor of zeros. */
  readonly limit: number;
  /** HISTOGRAM_BINS counts of the values that are not 0, in equal bins over [-limit, limit]. */
  readonly histogram: string;
  readonly nonzero: number;
  /** Values with a magnitude below NEAR_ZERO, zeros included. */
  readonly nearZero: number;
  /**
   * Bits: which values of the first BLOCK_SIDE rows and columns are not 0, row by row. Rows are output units;
   * the weights of one unit, also of a convolution, are one row. A smaller tensor has a smaller block.
   */
  readonly block: string;
  /** Floats: values at evenly spaced flat positions, from the first; value i stands at floor(i x size / n). */
  readonly sample: string;
}

/** The weights of a pruned network; `target_sparsity` as in results.csv. */
export interface PointSnapshot {
  readonly method: string;
  readonly target_sparsity: number;
  readonly after: readonly TensorSnapshot[];
}

/** The weights of one seed, before pruning and after each recovery, in the order of the grid. */
export interface Snapshots {
  readonly format: 1;
  readonly study: string;
  readonly seed: number;
  readonly before: readonly TensorSnapshot[];
  readonly points: readonly PointSnapshot[];
}

/** Rows and columns of a tensor's block. */
export function blockShape(shape: readonly number[]): { readonly rows: number; readonly columns: number } {
  const [rows = 1, ...rest] = shape;
  return {
    rows: Math.min(BLOCK_SIDE, rows),
    columns: Math.min(
      BLOCK_SIDE,
      rest.reduce((product, extent) => product * extent, 1),
    ),
  };
}
