import { count, percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { ResultRow } from "../../recording/rows.ts";

/**
 * How far pruned networks lie from the dense one on the same test examples, a sentence a method: where there is one seed, the
 * only interval that there is. Nothing where it is not known which examples each network has right, nor of several seeds.
 */
export function pairedDrops(rows: readonly ResultRow[]): string[] {
  const known = rows.filter(({ drop_ci95_low, sparsity }) => drop_ci95_low != null && sparsity > 0);
  if (known.length === 0 || new Set(rows.map(({ seed }) => seed)).size > 1) return [];
  const examples = count(known[0]?.test_examples ?? 0, "test example");
  return [
    `Drop from the dense baseline in points on the same ${examples}, with its 95% interval (Newcombe's, paired):`,
    ...[...groupBy(known, ({ method }) => method)].map(
      ([method, of]) => `${method}: ${of.map(dropText).join(", ")}.`,
    ),
  ];
}

/** `80% 1.5 [-0.5, 3.5]` */
function dropText({ target_sparsity, accuracy_drop, drop_ci95_low, drop_ci95_high }: ResultRow): string {
  const points = (value: number | null | undefined) => (value ?? 0).toFixed(1);
  return `${percent(target_sparsity)} ${points(accuracy_drop)} [${points(drop_ci95_low)}, ${points(drop_ci95_high)}]`;
}
