import { inputError } from "../../foundations/errors.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { type PointKey, pointKey } from "../../recording/results-reader.ts";
import type { ResultRow } from "../../recording/rows.ts";
import type { AllowMissing } from "./check-settings.ts";

/** Where two tables come from, for messages. */
export interface TableNames {
  readonly baseline: string;
  readonly results: string;
}

/** One point of the grid on both sides, one row a seed each. */
export interface MatchedPoint {
  readonly key: PointKey;
  readonly baseline: readonly ResultRow[];
  readonly results: readonly ResultRow[];
}

/**
 * Matches the points of two tables by model, method, schedule, recovery and sparsity, in the order of the
 * baseline. Throws a PruneLabError of kind `input` when dataset or model differ, when a point is missing on
 * either side (unless `allowMissing` is true), and when no point is on both.
 */
export function matchPoints(
  baseline: readonly ResultRow[],
  results: readonly ResultRow[],
  { names, allowMissing }: { readonly names: TableNames; readonly allowMissing: AllowMissing },
): { readonly points: readonly MatchedPoint[]; readonly missing: readonly string[] } {
  const before = groupBy(baseline, pointKey);
  const now = groupBy(results, pointKey);
  const missing = [
    ...[...before].filter(([key]) => !now.has(key)).map(([, rows]) => absent(rows, names.results)),
    ...[...now].filter(([key]) => !before.has(key)).map(([, rows]) => absent(rows, names.baseline)),
  ];
  const points = [...before].flatMap(([key, rows]): MatchedPoint[] => {
    const others = now.get(key);
    const [first] = rows;
    return others === undefined || first === undefined
      ? []
      : [{ key: first, baseline: rows, results: others }];
  });
  if (points.length === 0) {
    throw inputError(
      `${names.results} and ${names.baseline} have no point in common: no row of the same model, method, schedule, recovery and sparsity.`,
    );
  }
  for (const point of points) refuseOtherSubject(point, names);
  if (missing.length > 0 && allowMissing !== true) {
    const shown = missing.length > 8 ? [...missing.slice(0, 8), `and ${missing.length - 8} more`] : missing;
    throw inputError(`The grids differ:\n${shown.map((line) => `  ${line}`).join("\n")}`, {
      hint: "Compare the common points only with --allow-missing, or write a new baseline with --update.",
    });
  }
  return { points, missing };
}

function absent([row]: readonly ResultRow[], where: string): string {
  return row === undefined
    ? ""
    : `${where} has no ${row.method} at sparsity ${row.target_sparsity} (${row.model}, ${row.schedule}, ${row.recovery})`;
}

/** Columns that say what was measured: accuracies on other data or of another network cannot be compared. */
const SUBJECT = ["dataset", "test_examples", "parameters", "dense_macs"] as const;

function refuseOtherSubject({ key, baseline, results }: MatchedPoint, names: TableNames): void {
  for (const column of SUBJECT) {
    const before = distinct(baseline.map((row) => row[column]));
    const now = distinct(results.map((row) => row[column]));
    if (before.length === 1 && now.length === 1 && before[0] === now[0]) continue;
    if (column === "dataset") {
      throw inputError(
        `Different datasets cannot be compared: ${before.join(", ")} in ${names.baseline}, ${now.join(", ")} in ${names.results}.`,
      );
    }
    const what = column === "test_examples" ? "datasets" : "models";
    throw inputError(
      `Different ${what} cannot be compared: ${key.method} at sparsity ${key.target_sparsity} has ${column} ${before.join(", ")} in ${names.baseline}, ${now.join(", ")} in ${names.results}.`,
    );
  }
}

export function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
