import { CONSTRUCTED } from "../pruning/method.ts";
import type { ResultRow } from "../recording/rows.ts";

/** Whether a network was made by a construction, and not by pruning a trained one. */
export function isConstructedRow({ allocation }: Pick<ResultRow, "allocation">): boolean {
  return allocation === CONSTRUCTED;
}

/** Whether it is the study's network with nothing pruned, after recovery: what a constructed one never is. */
export function isDenseControl(row: Pick<ResultRow, "target_sparsity" | "allocation">): boolean {
  return row.target_sparsity === 0 && !isConstructedRow(row);
}
