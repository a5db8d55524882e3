import type { RunStatus } from "../experiment/status.ts";
import { eachRecord } from "../foundations/csv-records.ts";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { nearest } from "../foundations/suggest.ts";
import type { CellFormat } from "./column.ts";
import { tables } from "./columns.ts";
import type { evaluationTables } from "./evaluation-columns.ts";
import type {
  CalibrationRow,
  ClassRow,
  CorruptionRow,
  HistoryRow,
  LayerRow,
  ResultRow,
  SweetSpotRow,
  TableRows,
  WeightsTableRow,
} from "./rows.ts";
import { columnsOf, ownMetricsIn } from "./table-columns.ts";

/** The tables that are read back. */
type ReadableTable = "results" | "layers" | "history" | keyof typeof evaluationTables;

type NullableKey<Row> = {
  [Key in keyof Row]-?: undefined extends Row[Key] ? never : null extends Row[Key] ? Key : never;
}[keyof Row] &
  string;

/** Columns that every table has and that may have empty cells; the compiler holds them to the rows' types. */
const MAY_BE_EMPTY: Readonly<Record<ReadableTable, Readonly<Record<string, true>>>> = {
  results: {
    effective_sparsity: true,
    compression: true,
    baseline_accuracy: true,
    pruned_accuracy: true,
    accuracy: true,
    accuracy_drop: true,
    baseline_loss: true,
    pruned_loss: true,
    loss: true,
  } satisfies Record<NullableKey<ResultRow>, true>,
  layers: {
    live: true,
    pruned_max_magnitude: true,
    kept_min_magnitude: true,
  } satisfies Record<NullableKey<LayerRow>, true>,
  history: {
    method: true,
    target_sparsity: true,
    learning_rate: true,
    train_loss: true,
    validation_loss: true,
    validation_accuracy: true,
  } satisfies Record<NullableKey<HistoryRow>, true>,
  classes: {
    baseline_accuracy: true,
    pruned_accuracy: true,
    accuracy: true,
  } satisfies Record<NullableKey<ClassRow>, true>,
  calibration: {
    baseline_examples: true,
    baseline_confidence: true,
    baseline_accuracy: true,
    pruned_examples: true,
    pruned_confidence: true,
    pruned_accuracy: true,
    examples: true,
    confidence: true,
    accuracy: true,
  } satisfies Record<NullableKey<CalibrationRow>, true>,
  corruptions: {
    baseline_accuracy: true,
    pruned_accuracy: true,
    accuracy: true,
    baseline_loss: true,
    pruned_loss: true,
    loss: true,
  } satisfies Record<NullableKey<CorruptionRow>, true>,
  weights: {
    layer: true,
    parameter: true,
    baseline_min: true,
    baseline_max: true,
    baseline_mean: true,
    baseline_std: true,
    min: true,
    max: true,
    mean: true,
    std: true,
  } satisfies Record<NullableKey<WeightsTableRow>, true>,
  "sweet-spots": {
    choice_accuracy: true,
    baseline_accuracy: true,
    accuracy: true,
    accuracy_drop: true,
  } satisfies Record<NullableKey<SweetSpotRow>, true>,
};

const FRACTIONS: ReadonlySet<string> = new Set([
  "target_sparsity",
  "sparsity",
  "model_sparsity",
  "effective_sparsity",
  "baseline_accuracy",
  "pruned_accuracy",
  "accuracy",
  "validation_accuracy",
  "choice_accuracy",
  "baseline_confidence",
  "pruned_confidence",
  "confidence",
  "baseline_ece",
  "pruned_ece",
  "ece",
  "test_ci95_low",
  "test_ci95_high",
  "mcnemar_p",
]);

const STATUSES = ["ok", "collapsed", "diverged"] as const satisfies readonly RunStatus[];

/** A row and the line of the file that it ends on, from 1. */
export interface ReadRow<Row> {
  readonly row: Row;
  readonly line: number;
}

/** A table as it was read. */
export interface ReadTable<Row> {
  readonly rows: readonly ReadRow<Row>[];
  /** The metrics of the user's own that it has columns of. */
  readonly ownMetrics: readonly string[];
}

/** The rows of a table: see parseTable. */
export function parseCsv<Name extends ReadableTable>(
  table: Name,
  text: string,
  file: string,
): readonly ReadRow<TableRows[Name]>[] {
  return parseTable(table, text, file).rows;
}

/**
 * Reads a table that formatCsv wrote. The order of the columns and the line ends may have changed (a
 * spreadsheet, git on Windows); anything else that is not as written is a PruneLabError of kind `input` that
 * names file and line. The columns of the metrics in `expected` have to be there; those of others may be.
 */
export function parseTable<Name extends ReadableTable>(
  table: Name,
  text: string,
  file: string,
  expected: readonly string[] = [],
): ReadTable<TableRows[Name]> {
  const [header, ...lines] = records(text, file);
  if (header === undefined) throw inputError(`${file}, line 1: the file is empty.`);
  const has = (column: string) => header.cells.includes(column);
  const others = table === "results" ? ownMetricsIn(header.cells, columnsOf(table, has, expected)) : [];
  const ownMetrics = [...expected, ...others];
  const columns = columnsOf(table, has, ownMetrics);
  const lacking = expected.find((metric) => !has(metric));
  if (lacking !== undefined) {
    throw inputError(
      `${file} has no column of the metric ${lacking}, which its config has: the config was changed, or a sweep was stopped while it wrote.`,
      { hint: "Run the same sweep again: it writes the tables anew and computes nothing that is stored." },
    );
  }
  checkHeader(header.cells, Object.keys(columns), file);
  // A study that trains nothing has no epochs.
  if (lines.length === 0 && table !== "history")
    throw inputError(`${file}, line ${header.line}: no row follows the header.`);
  const mayBeEmpty = (name: string) =>
    Object.hasOwn(MAY_BE_EMPTY[table], name) || !Object.hasOwn(tables[table], name);
  const rows = lines.map(({ cells, line }) => {
    if (cells.length !== header.cells.length) {
      throw inputError(
        `${file}, line ${line}: ${cells.length} cells instead of ${header.cells.length}, as the header has.`,
      );
    }
    const entries = header.cells.map((name, i) => {
      const cell = cells[i] ?? "";
      const format = columns[name]?.format ?? "text";
      const fault = cellFault(name, cell, format, mayBeEmpty(name));
      if (fault !== undefined) throw inputError(`${file}, line ${line}: ${name} ${fault}.`);
      if (cell === "") return [name, mayBeEmpty(name) ? null : ""];
      return [name, format === "text" ? cell : Number(cell)];
    });
    // Every cell has been checked against its column; the columns are those of the row's type.
    return { row: Object.fromEntries(entries) as TableRows[Name], line };
  });
  return { rows, ownMetrics };
}

function records(text: string, file: string) {
  const found: { readonly cells: readonly string[]; readonly line: number }[] = [];
  eachRecord(text, file, (cells, line) => void found.push({ cells, line }));
  return found;
}

function checkHeader(header: readonly string[], columns: readonly string[], file: string): void {
  const unknown = header.filter((name) => !columns.includes(name));
  const missing = columns.filter((name) => !header.includes(name));
  const twice = header.filter((name, i) => header.indexOf(name) !== i);
  const faults = [
    ...missing.map((name) => `the column ${quote(name)} is missing`),
    ...unknown.map((name) => {
      const meant = nearest(name, missing);
      return `there is no column ${quote(name)}${meant === undefined ? "" : ` (did you mean '${meant}'?)`}`;
    }),
    ...twice.map((name) => `the column ${quote(name)} is there twice`),
  ];
  if (faults.length === 0) return;
  const shown = faults.length > 3 ? [...faults.slice(0, 3), `and ${faults.length - 3} more`] : faults;
  throw inputError(`${file}, line 1: ${shown.join("; ")}.`, {
    hint: `The columns are ${columns.join(",")}`,
  });
}

/** What is wrong with a cell, to follow the column's name; undefined when it is fine. */
function cellFault(name: string, cell: string, format: CellFormat, mayBeEmpty: boolean): string | undefined {
  if (cell === "") return mayBeEmpty ? undefined : "is empty";
  if (name === "status") {
    return STATUSES.some((status) => status === cell)
      ? undefined
      : `is ${quote(cell)}, not one of ${STATUSES.join(", ")}`;
  }
  if (format === "text") return undefined;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell)) return `is ${quote(cell)}, not a number`;
  const value = Number(cell);
  if (!Number.isFinite(value)) return `is ${quote(cell)}, too large a number`;
  if (format === "integer" && !(Number.isSafeInteger(value) && value >= 0)) {
    return `is ${quote(cell)}, not a whole number from 0`;
  }
  if (name === "test_examples" && value === 0) return "is 0: accuracies need test examples";
  if (FRACTIONS.has(name) && (value < 0 || value > 1)) return `is ${cell}, not between 0 and 1`;
  return undefined;
}
