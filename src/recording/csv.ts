import { stringify } from "csv-stringify/sync";
import { type CellFormat, type Column, type TableName, type TableRows, tables } from "./columns.ts";

/** A table of a results folder as CSV text: see writeCsv. */
export function formatCsv<Name extends TableName>(table: Name, rows: readonly TableRows[Name][]): string {
  return writeCsv(table, tables[table], rows);
}

/**
 * A table as CSV text (RFC 4180 quoting, "\n" line ends): the header, then one line a row, in the order of
 * the columns. `null` is an empty cell. Throws a RangeError that names table, column and row (from 1) for a
 * number that is not finite, or not whole in an integer column: a file never holds NaN.
 */
export function writeCsv(
  table: string,
  described: Readonly<Record<string, Column>>,
  rows: readonly object[],
): string {
  const columns = Object.entries(described);
  const lines = rows.map((row, index) => {
    const cells: Readonly<Record<string, unknown>> = { ...row };
    return columns.map(([key, { format }]) => {
      const cell = formatCell(cells[key], format);
      if (cell === undefined) {
        throw new RangeError(
          `${table}.csv, row ${index + 1}: ${key} (${format}) cannot be ${String(cells[key])}`,
        );
      }
      return cell;
    });
  });
  return stringify([columns.map(([key]) => key), ...lines], { record_delimiter: "\n" });
}

/** The text of a cell, or undefined when the value does not fit the format. */
function formatCell(value: unknown, format: CellFormat): string | undefined {
  if (value === null) return "";
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
  }
}

/**
 * The rows as a table holds them: figures rounded to 6 decimals. What is drawn from them is the same when the
 * table is read back.
 */
export function asRecorded<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
): TableRows[Name][] {
  const columns: readonly (readonly [string, Column])[] = Object.entries(tables[table]);
  const figures = columns.flatMap(([key, { format }]) => (format === "figure" ? [key] : []));
  return rows.map((row) => {
    const cells: Readonly<Record<string, unknown>> = { ...row };
    const rounded = figures.map((key) => {
      const cell = cells[key];
      return [key, typeof cell === "number" ? Number(formatCell(cell, "figure")) : cell];
    });
    return { ...row, ...Object.fromEntries(rounded) };
  });
}
