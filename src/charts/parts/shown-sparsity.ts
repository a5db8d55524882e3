import { groupBy } from "../../analysis/group-by.ts";

/** Charts with a panel a method show each at the target sparsity of its own that is nearest to this. */
const SHOWN_SPARSITY = 0.9;

interface Target {
  readonly method: string;
  readonly target_sparsity: number;
}

/** Of each method that prunes anything the rows of the target sparsity that is shown. */
export function atShownSparsity<Row extends Target>(rows: readonly Row[]): Row[] {
  const pruned = rows.filter((row) => row.target_sparsity > 0);
  return [...groupBy(pruned, (row) => row.method).values()].flatMap((own) => {
    const distance = ({ target_sparsity: target }: Row) => Math.abs(target - SHOWN_SPARSITY);
    const nearest = own.reduce((a, b) => (distance(b) < distance(a) ? b : a)).target_sparsity;
    return own.filter((row) => row.target_sparsity === nearest);
  });
}
