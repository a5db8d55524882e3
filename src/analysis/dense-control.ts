import { constructions } from "../pruning/constructions/registry.ts";
import { CONSTRUCTED } from "../pruning/method.ts";
import type { ResultRow } from "../recording/rows.ts";

/** Whether a network was made by a construction, and not by pruning a trained one. */
export function isConstructedRow({ allocation }: Pick<ResultRow, "allocation">): boolean {
  return allocation === CONSTRUCTED;
}

/** Whether it was made at a sparsity that was asked for, and so at 0 is the study's network with nothing pruned. */
function takesSparsity({ criterion }: Pick<ResultRow, "criterion">): boolean {
  return constructions.find(criterion.replace(/\(.*$/, ""))?.takesSparsity === true;
}

/** Whether it is the study's network with nothing pruned, after recovery. */
export function isDenseControl(
  row: Pick<ResultRow, "target_sparsity" | "criterion" | "allocation">,
): boolean {
  return row.target_sparsity === 0 && (!isConstructedRow(row) || takesSparsity(row));
}
