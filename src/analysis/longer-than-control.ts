import { groupBy } from "../foundations/group-by.ts";
import type { ResultRow } from "../recording/rows.ts";
import { isControlRow } from "./control-comparisons.ts";
import { isConstructedRow, isDenseControl } from "./dense-control.ts";

/**
 * Whether pruned networks of a method were trained for more steps than its dense control of the same seed: a schedule of several
 * levels recovers after each, and at sparsity 0 it has one.
 */
export function longerThanControl(rows: readonly ResultRow[]): boolean {
  const own = rows.filter((row) => !isControlRow(row) && !isConstructedRow(row));
  const networks = groupBy(own, ({ study, method, seed }) => JSON.stringify([study, method, seed]));
  return [...networks.values()].some((of) => {
    const control = of.find(isDenseControl)?.train_steps;
    return control != null && of.some(({ train_steps }) => (train_steps ?? 0) > control);
  });
}
