import { inputError } from "../../../foundations/errors.ts";
import { quote } from "../../../foundations/quote.ts";
import { placeOf } from "./header.ts";
import { isNumber } from "./numbers.ts";
import { type CsvTable, cellError } from "./read.ts";

/** Labels are stored in a byte. */
const MOST_CLASSES = 256;

/** The classes of a table: the cells of one column, its first of texts. */
export interface Classes {
  readonly column: string;
  /** In the order of their labels, as the file has them first. */
  readonly names: readonly string[];
  /** The label of a cell; undefined for one of no class. */
  readonly labelOf: (cell: string) => number | undefined;
}

/**
 * Sorts classes as numbers when all are, so that 1 and 1.0 are one class, else by their characters. Throws a PruneLabError
 * of kind `input` when there are fewer than 2 or more than 256.
 */
export function classesOf({ texts: [cells = []] }: Pick<CsvTable, "texts">, column: string): Classes {
  const numeric = cells.every(isNumber);
  const key = (cell: string) => (numeric && isNumber(cell) ? Number(cell) : cell);
  const names = new Map<number | string, string>();
  for (const cell of cells) if (!names.has(key(cell))) names.set(key(cell), cell);
  if (names.size < 2) {
    throw inputError(
      `All rows have the class ${quote(cells[0])} in the column ${quote(column)}: there is nothing to tell apart.`,
    );
  }
  if (names.size > MOST_CLASSES) {
    throw inputError(
      `The column ${quote(column)} has ${names.size} classes, and at most ${MOST_CLASSES} can be told apart.`,
      numeric ? { hint: "If its numbers are measurements, set dataset.task: values" } : {},
    );
  }
  const keys = [...names.keys()].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : a < b ? -1 : 1,
  );
  const labels = new Map(keys.map((of, label) => [of, label]));
  return {
    column,
    names: keys.map((of) => names.get(of) as string),
    labelOf: (cell) => labels.get(key(cell)),
  };
}

/** The label of each row. Throws a PruneLabError of kind `input` for a class that is not among these. */
export function labelsOf(classes: Classes, { header, lines, texts: [cells = []] }: CsvTable): Uint8Array {
  return Uint8Array.from(cells, (cell, row) => {
    const label = classes.labelOf(cell);
    if (label !== undefined) return label;
    const place = placeOf(classes.column, header, "dataset.targets");
    throw cellError(header, lines[row] as number, place, `is ${quote(cell)}, a class without training rows`);
  });
}

/** Throws a PruneLabError of kind `input` when a class has no row among those that are trained on: it cannot be learned. */
export function checkTrained(classes: Classes, table: CsvTable, trained: Uint32Array): void {
  const labels = labelsOf(classes, table);
  const seen = new Set(Array.from(trained, (row) => labels[row]));
  const row = labels.findIndex((label) => !seen.has(label));
  if (row < 0) return;
  const { header, lines } = table;
  throw inputError(
    `${header.file}, line ${lines[row]}: no row of the class ${quote(table.texts[0]?.[row])} is among the training rows.`,
    {
      hint: "Leave its rows out, or give it training rows: a smaller dataset.test, or another dataset.splitSeed",
    },
  );
}
