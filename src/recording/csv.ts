import { stringify } from "csv-stringify/sync";
import type { CellFormat, ColumnSet } from "./column.ts";
import type { TableName, TableRows } from "./rows.ts";
import { columnsOfRows } from "./table-columns.ts";

/** A table of a results folder as CSV text, with the columns of metrics of the user's own at the end: see writeCsv. */
export function formatCsv<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
  ownMetrics: readonly string[] = [],
): string {
  return writeCsv(table, columnsOfRows(table, rows, ownMetrics), rows);
}

/** Rows that are text at a time. */
const CHUNK = 1000;

/** The same as bytes in UTF-8. Of long tables only some rows are text at a time, which may be 512 MiB long at most. */
export function formatCsvBytes<Name extends TableName>(
  table: Name,
  rows: Iterable<TableRows[Name]>,
  ownMetrics: readonly string[] = [],
): Buffer {
  const columns = columnsOfRows(table, rows, ownMetrics);
  const chunks = [Buffer.from(writeCsv(table, columns, []))];
  let [written, waiting]: [number, TableRows[Name][]] = [0, []];
  const write = () => {
    chunks.push(Buffer.from(csvLines(table, columns, waiting, written)));
    written += waiting.length;
    waiting = [];
  };
  for (const row of rows) if (waiting.push(row) === CHUNK) write();
  write();
  return Buffer.concat(chunks);
}

/**
 * A table as CSV text (RFC 4180 quoting, "\n" line ends): the header, then one line a row, in the order of
 * the columns. `null`, and a key that a row lacks, is an empty cell. Throws a RangeError that names table, column and row (from 1) for a
 * number that is not finite, or not whole in an integer column: a file never holds NaN.
 */
export function writeCsv(table: string, described: ColumnSet, rows: readonly object[]): string {
  const header = stringify([Object.keys(described)], { record_delimiter: "\n" });
  return header + csvLines(table, described, rows, 0);
}

/** Lines of a table, of which `before` rows are written already. */
function csvLines(table: string, described: ColumnSet, rows: readonly object[], before: number): string {
  const columns = Object.entries(described);
  const lines = rows.map((row, index) => {
    const cells: Readonly<Record<string, unknown>> = { ...row };
    return columns.map(([key, { format }]) => {
      const cell = formatCell(cells[key], format);
      if (cell === undefined) {
        throw new RangeError(
          `${table}.csv, row ${before + index + 1}: ${key} (${format}) cannot be ${String(cells[key])}`,
        );
      }
      return cell;
    });
  });
  return stringify(lines, { record_delimiter: "\n" });
}

/** The text of a cell, or undefined when the value does not fit the format. */
function formatCell(value: unknown, format: CellFormat): string | undefined {
  if (value === null || value === undefined) return "";
  if (format === "text") return typeof value === "string" ? value : undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  switch (format) {
    case "integer":
      return Number.isInteger(value) ? String(value) : undefined;
    case "setting":
      return String(value);
    case "figure": {
      const digits = value.toFixed(6);
      return digits === "-0.000000" ? "0.000000" : digits;
    }
    case "amount":
      return value === 0 || Math.abs(value) >= 1 ? formatCell(value, "figure") : value.toPrecision(6);
  }
}

/**
 * The rows as a table holds them: figures rounded to 6 decimals, amounts as they are written. What is drawn from them is the same when the
 * table is read back.
 */
export function asRecorded<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
  ownMetrics: readonly string[] = [],
): readonly TableRows[Name][] {
  return roundAsRecorded(
    table,
    rows.map((row) => ({ ...row })),
    ownMetrics,
  );
}

/** The same rows, changed: of a long table there is no room for two. */
export function roundAsRecorded<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
  ownMetrics: readonly string[] = [],
): readonly TableRows[Name][] {
  const columns = Object.entries(columnsOfRows(table, rows, ownMetrics));
  const rounded = columns.filter(([, { format }]) => format === "figure" || format === "amount");
  for (const row of rows) {
    const cells = row as unknown as Record<string, unknown>;
    for (const [key, { format }] of rounded) {
      const cell = cells[key];
      if (typeof cell === "number") cells[key] = Number(formatCell(cell, format));
    }
  }
  return rows;
}
