import { percent } from "../charts/parts/titles.ts";
import { greatestOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import { structures } from "../pruning/structures/registry.ts";
import type { ResultRow } from "../recording/rows.ts";

/**
 * Of methods whose units are parts of several layers, a sentence: their sparsities are shares of such units, and other layers
 * stay whole. With the share of the weights at the largest sparsity.
 */
export function unitShareSentences(rows: readonly ResultRow[]): string[] {
  const grouped = rows.filter(({ structure }) => goesInGroups(structure));
  return [...groupBy(grouped, ({ method }) => method)].flatMap(([method, of]) => {
    const most = greatestOf(of.map(({ target_sparsity }) => target_sparsity));
    const at = of.filter(({ target_sparsity }) => target_sparsity === most);
    if (most === 0 || at.length === 0) return [];
    const share = at.reduce((sum, { sparsity }) => sum + sparsity, 0) / at.length;
    const unit = nameOf(at[0]?.structure ?? "");
    return [
      `Sparsities of ${method} are shares of its ${unit} units, not of the weights: ${percent(most)} of them are ` +
        `${percent(Number(share.toFixed(3)))} of the weights that may be pruned.`,
    ];
  });
}

/** A structure as the tables have it, `head(norm=l2)`. */
const nameOf = (structure: string) => structure.replace(/\(.*$/, "");

function goesInGroups(structure: string): boolean {
  const name = nameOf(structure);
  return structures.names().includes(name) && structures.named(name).group !== undefined;
}
