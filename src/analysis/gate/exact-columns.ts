import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { ColumnSet } from "../../recording/column.ts";
import { tables } from "../../recording/columns.ts";
import { effortColumns, optionalColumns } from "../../recording/optional-columns.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { builtInColumnNames } from "../../recording/table-columns.ts";
import { distinct, type MatchedPoint } from "./match-points.ts";

/**
 * What pruning promises exactly. Accuracy cannot stand in for these: fine-tuning with the mask lifted, for one,
 * raises it.
 */
const EXACT_COLUMNS = ["sparsity", "nonzero_parameters", "macs", "status"] as const;

export type ExactColumn = (typeof EXACT_COLUMNS)[number];

/** A column that has to be equal and is not. */
export interface ExactDifference {
  readonly column: string;
  readonly baseline: string;
  readonly results: string;
  readonly seeds: readonly number[];
}

export interface ExactComparison {
  readonly differences: readonly ExactDifference[];
  /** Columns of which nothing could be said: see compareExactly. */
  readonly unverified: readonly ExactColumn[];
}

/**
 * Compares what has to be equal at a point. Sparsity, non-zero parameters and status are the same for every seed,
 * and so are the multiply-accumulates of most networks; then each row must agree with the baseline's one value.
 * Where the baseline has several (global pruning of a convolutional network: which weights go depends on their
 * values), a row must agree with the baseline's row of its seed, provided that the dense network is the same one,
 * to be told from its accuracy and loss; without such a row the column is unverified.
 */
export function compareExactly({ baseline, results }: MatchedPoint): ExactComparison {
  const bySeed = new Map(baseline.map((row) => [row.seed, row]));
  const found: { column: ExactColumn; reference: string | number; row: ResultRow }[] = [];
  const unverified = new Set<ExactColumn>();
  for (const column of EXACT_COLUMNS) {
    const values = distinct(baseline.map((row) => row[column]));
    const fixed = values.length === 1 && (baseline.length > 1 || column !== "macs");
    for (const row of results) {
      const same = bySeed.get(row.seed);
      const reference =
        same !== undefined && sameDenseNetwork(same, row) ? same[column] : fixed ? values[0] : undefined;
      if (reference === undefined) unverified.add(column);
      else if (reference !== row[column]) found.push({ column, reference, row });
    }
  }
  const grouped = groupBy(found, ({ column, reference }) => `${column} ${reference}`);
  const differences = [...grouped.values()].flatMap((group) =>
    group.slice(0, 1).map(({ column, reference }) => ({
      column,
      baseline: String(reference),
      results: rangeText(group.map(({ row }) => row[column])),
      seeds: group.map(({ row }) => row.seed),
    })),
  );
  return { differences, unverified: [...unverified] };
}

/** One value as it is, several numbers as their range. */
function rangeText(values: readonly (number | string)[]): string {
  const numbers = values.filter((value) => typeof value === "number");
  const [lowest, highest] = [leastOf(numbers), greatestOf(numbers)];
  return numbers.length === values.length && lowest < highest
    ? `${lowest} to ${highest}`
    : distinct(values).join(", ");
}

function sameDenseNetwork(a: ResultRow, b: ResultRow): boolean {
  return a.baseline_loss === b.baseline_loss && a.baseline_accuracy === b.baseline_accuracy;
}

/** What a run measured, as opposed to what it is called and was made with, and what that took. */
const MEASURED = [tables.results, ...(optionalColumns.results ?? [])].flatMap((columns: ColumnSet) =>
  Object.entries(columns).flatMap(([column, { format }]) =>
    (format === "figure" || format === "integer" || column === "status") && !(column in effortColumns)
      ? [column as keyof ResultRow]
      : [],
  ),
);

/** Whether every seed of the results has the baseline's measures, to the last digit of the table. */
export function isIdentical({ baseline, results }: MatchedPoint): boolean {
  const before = new Map(baseline.map((row) => [row.seed, row]));
  return results.every((row) => {
    const other = before.get(row.seed);
    return other !== undefined && MEASURED.every((column) => row[column] === other[column]);
  });
}

const BUILT_IN = builtInColumnNames();

/** Every cell that differs at a point, in the rows of the seeds that both sides have. */
export function compareEveryCell({ baseline, results }: MatchedPoint): ExactDifference[] {
  const now = new Map(results.map((row) => [row.seed, row]));
  return baseline.flatMap((row) => {
    const other = now.get(row.seed);
    if (other === undefined) return [];
    // Of optional columns too, which one side may lack. A metric of the user's own, which either may have, is no finding.
    const comparable = (column: string) =>
      BUILT_IN.has(column) || (Object.hasOwn(row, column) && Object.hasOwn(other, column));
    const text = (cells: object, column: string) =>
      String((cells as Readonly<Record<string, unknown>>)[column] ?? "empty");
    return Object.keys({ ...row, ...other })
      .filter(comparable)
      .map((column) => ({
        column,
        baseline: text(row, column),
        results: text(other, column),
        seeds: [row.seed],
      }))
      .filter((cell) => cell.baseline !== cell.results);
  });
}
