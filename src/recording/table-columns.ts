import { amount, type ColumnSet } from "./column.ts";
import { tables } from "./columns.ts";
import { optionalColumns } from "./optional-columns.ts";
import type { TableName } from "./rows.ts";

/** The columns of a metric of the user's own, in the tables that have any. */
export const OWN_COLUMNS: { readonly [Name in TableName]?: (metric: string) => ColumnSet } = {
  results: (metric) => ({
    [`baseline_${metric}`]: amount(`\`${metric}\` of the trained dense network.`),
    [`pruned_${metric}`]: amount(`\`${metric}\` after the last pruning, before its recovery.`),
    [metric]: amount(`\`${metric}\` after recovery.`),
  }),
  summary: (metric) => ({
    [`${metric}_mean`]: amount(`Mean \`${metric}\` after recovery.`),
    [`${metric}_std`]: amount("Its sample standard deviation over the seeds; empty for a single seed."),
    [`${metric}_ci95_low`]: amount("Lower end of the 95% interval of that mean; empty for a single seed."),
    [`${metric}_ci95_high`]: amount("Upper end of the 95% interval of that mean."),
  }),
};

/** The names of the columns that a metric of the user's own adds to all tables. */
export function ownColumnNames(metric: string): string[] {
  return Object.values(OWN_COLUMNS).flatMap((columns) => Object.keys(columns(metric)));
}

/** Every column that a table may have whatever the study measures: no metric of the user's own can be called so. */
export function builtInColumnNames(): ReadonlySet<string> {
  const optional = Object.values(optionalColumns).flat();
  return new Set([...Object.values(tables), ...optional].flatMap((columns) => Object.keys(columns)));
}

/**
 * The columns of a table, in the order of the file: those that every study has, the optional groups of which `has` says that
 * one of their columns is used, and those of metrics of the user's own.
 */
export function columnsOf(
  table: TableName,
  has: (column: string) => boolean,
  ownMetrics: readonly string[],
): ColumnSet {
  const groups: readonly ColumnSet[] = optionalColumns[table] ?? [];
  return Object.assign(
    {},
    tables[table],
    ...groups.filter((columns) => Object.keys(columns).some(has)),
    ...ownMetrics.map((metric) => OWN_COLUMNS[table]?.(metric)),
  );
}

/** The columns of a table that is to be written, by its rows. */
export function columnsOfRows(
  table: TableName,
  rows: Iterable<object>,
  ownMetrics: readonly string[],
): ColumnSet {
  const used = new Set<string>();
  for (const row of rows) {
    for (const [key, cell] of Object.entries(row)) if (cell != null) used.add(key);
  }
  return columnsOf(table, (column) => used.has(column), ownMetrics);
}

/** Metrics that a header has the three columns of results.csv for, and that none of `known` columns is part of. */
export function ownMetricsIn(header: readonly string[], known: ColumnSet): string[] {
  const others = header.filter((name) => !Object.hasOwn(known, name));
  return others.filter((name) =>
    Object.keys(OWN_COLUMNS.results?.(name) ?? {}).every((column) => others.includes(column)),
  );
}
