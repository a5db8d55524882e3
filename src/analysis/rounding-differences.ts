import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import type { ResultRow } from "../recording/rows.ts";
import { adjustedTogether, type PointDifference, pairedDifference } from "./statistics/paired-difference.ts";

/** What rounding the weights does at one (method, sparsity), seed by seed: rounded minus not. */
export interface RoundingDifference extends PointDifference {
  /** The method that prunes and recovers in the same way, and rounds nothing. */
  readonly reference: string;
}

/**
 * Each method that quantizes against the first of its study that is the same but for that, at every sparsity that both
 * have with a seed in common, in the order of the rows. Methods without such another are left out.
 */
export function roundingDifferences(rows: readonly ResultRow[], metric: Metric): RoundingDifference[] {
  const plain = groupBy(
    rows.filter((row) => row.quantization === "none"),
    pruningOf,
  );
  const rounded = groupBy(rows.filter(quantizes), (row) => JSON.stringify([row.method, pruningOf(row)]));
  const found = [...rounded.values()].flatMap((of) => {
    const [first] = of;
    const alike = (first && plain.get(pruningOf(first))) ?? [];
    const reference = alike[0]?.method ?? "";
    const difference = pairedDifference(
      of,
      alike.filter(({ method }) => method === reference),
      metric,
    );
    return difference === undefined ? [] : [{ reference, ...difference }];
  });
  return adjustedTogether(found);
}

/** Whether the weights of a row are rounded. */
export function quantizes({ quantization }: ResultRow): boolean {
  return quantization !== undefined && quantization !== "none";
}

/** What two networks have in common that only rounding tells apart. */
function pruningOf(row: ResultRow): string {
  const { study, model, criterion, allocation, structure, schedule, recovery, target_sparsity } = row;
  return JSON.stringify([
    study,
    model,
    criterion,
    allocation,
    structure,
    schedule,
    recovery,
    target_sparsity,
  ]);
}
