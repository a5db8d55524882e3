import { formulaMetrics } from "../metrics/formula/metric.ts";
import type { FormulaOptions } from "../metrics/formula/options.ts";
import { type EmptyCell, formulaCells, parseFormulas } from "../metrics/formula/row.ts";
import { recoveredValue } from "../metrics/registry.ts";
import { measured } from "../metrics/words.ts";
import type { ResultRow } from "../recording/rows.ts";

/** What a reader should know of metrics of one's own: where they have no value, and where one lies outside its bounds. */
export function formulaWarnings(rows: readonly ResultRow[], formulas: readonly FormulaOptions[]): string[] {
  const counted = rows.filter(({ status }) => status !== "diverged");
  return [...emptyWarnings(counted, formulas), ...boundsWarnings(counted, formulas)];
}

/** One line for each reason; of a metric that hangs on another one without a value, that other one is told. */
function emptyWarnings(rows: readonly ResultRow[], formulas: readonly FormulaOptions[]): string[] {
  const parsed = parseFormulas(formulas);
  const own = new Set(formulas.map(({ name }) => name));
  const found = new Map<string, { readonly empty: EmptyCell; readonly first: ResultRow; count: number }>();
  for (const row of rows) {
    formulaCells(row, parsed, (empty) => {
      if (empty.missing !== undefined && own.has(empty.missing)) return;
      const key = JSON.stringify(empty);
      const before = found.get(key);
      if (before === undefined) found.set(key, { empty, first: row, count: 1 });
      else before.count++;
    });
  }
  return [...found.values()].map(({ empty: { metric, reason, at }, first, count }) => {
    const place = at === undefined ? "" : `, at column ${at + 1} of its formula`;
    return `Warning: ${metric} is empty in ${count} of ${rows.length} rows (${reason}${place}), as in ${rowText(first)}.`;
  });
}

function boundsWarnings(rows: readonly ResultRow[], formulas: readonly FormulaOptions[]): string[] {
  return formulaMetrics(formulas).flatMap((metric) => {
    const { lowest = null, highest = null } = metric.bounds ?? {};
    const outside = rows.filter((row) => {
      const value = recoveredValue(metric, row);
      return value !== null && ((lowest !== null && value < lowest) || (highest !== null && value > highest));
    });
    const [first] = outside;
    if (first === undefined) return [];
    const value = measured(metric, recoveredValue(metric, first) ?? 0);
    return [
      `Warning: ${metric.name} lies outside its bounds in ${outside.length} of ${rows.length} rows, as with ${value} in ${rowText(first)}.`,
    ];
  });
}

function rowText({ method, target_sparsity, seed }: ResultRow): string {
  return `${method} at sparsity ${target_sparsity}, seed ${seed}`;
}
