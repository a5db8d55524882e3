import { CsvError, parse } from "csv-parse/sync";
import { inputError } from "./errors.ts";

/** The cells of one record, and the line of the file that it ends on, from 1. */
export type OnRecord = (cells: readonly string[], line: number) => void;

/**
 * Reads CSV (RFC 4180) record by record, with any number of cells; empty lines are left out. A byte order mark and
 * either line end are read as such. `quoted: false`: a quotation mark is a character like any other. Throws a PruneLabError of kind `input` that names `file` and the line for text that
 * is no CSV, and whatever `onRecord` throws.
 */
export function eachRecord(
  content: string | Uint8Array,
  file: string,
  onRecord: OnRecord,
  {
    delimiter = ",",
    trim = false,
    quoted = true,
  }: { readonly delimiter?: string; readonly trim?: boolean; readonly quoted?: boolean } = {},
): void {
  try {
    parse(content, {
      bom: true,
      delimiter,
      trim,
      ...(quoted ? {} : { quote: false }),
      relax_column_count: true,
      skip_empty_lines: true,
      // What it returns is kept: nothing, so that a large file takes no memory here.
      on_record: (cells, { lines }) => void onRecord(cells as unknown as string[], lines),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = "lines" in error && typeof error.lines === "number" ? error.lines : 1;
    throw inputError(`${file}, line ${line}: not CSV (${error.message.split(/[,:.] /)[0]}).`, {
      cause: error,
    });
  }
}
