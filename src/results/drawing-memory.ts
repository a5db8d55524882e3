import { heapLimit, heapOption } from "../foundations/heap.ts";

/** Measured with 100,000 runs: what charts and report take for a row of results.csv, and for one of layers.csv or history.csv. */
const RESULT_BYTES = 2200;
const DETAIL_BYTES = 550;

/** For a byte of these tables, where the rows have not been read yet. */
const BYTES_OF_A_BYTE = 9;

/** More of the heap than this is not planned with. */
const USABLE = 0.85;

/** Rows by table, or the bytes of all tables. */
export type DrawnTables =
  | { readonly results: number; readonly details: number }
  | { readonly tableBytes: number };

/** Undefined where charts and report of these tables fit into memory; else that they do not, and what makes room for them. */
export function tooLongToDraw(
  tables: DrawnTables,
  limit = heapLimit(),
): { readonly message: string; readonly option: string } | undefined {
  const bytes =
    "tableBytes" in tables
      ? BYTES_OF_A_BYTE * tables.tableBytes
      : RESULT_BYTES * tables.results + DETAIL_BYTES * tables.details;
  if (bytes <= USABLE * limit) return undefined;
  const gibibytes = (amount: number) => `${(amount / 2 ** 30).toFixed(1)} GiB`;
  return {
    message: `charts and report of so many rows take about ${gibibytes(bytes)} of memory, and this Node gives ${gibibytes(limit)}`,
    option: heapOption(bytes),
  };
}
