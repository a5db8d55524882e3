import type { TensorSnapshot } from "../experiment/weights-snapshot.ts";

/** What can be seen of a network's weights without keeping them: the content of snapshots.json. */

export const SNAPSHOTS_FILE = "snapshots.json";

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
