import * as z from "zod";
import { inputError } from "../../../foundations/errors.ts";
import { quote } from "../../../foundations/quote.ts";
import { didYouMean } from "../../../foundations/suggest.ts";
import type { NumericExamples } from "../../numeric-examples.ts";
import { randomSplit, stratifiedSplit } from "../../split.ts";
import { type CsvTable, cellError } from "./read.ts";

const PARTS = ["train", "validation", "test"] as const;

/** The rows of each part, by number from 0. */
export type PartRows = Readonly<Record<(typeof PARTS)[number], Uint32Array>>;

const DEFAULT_SHARES = { test: 0.2, validation: 0.1 };

/** A number of rows, or a share of them. */
const sizeSchema = z.number().refine((size) => size < 1 || Number.isInteger(size), {
  error: ({ input }) => `${input} is neither a whole number of rows nor a share of them below 1.`,
});

export const splitOptions = {
  test: z
    .union([sizeSchema.gt(0), z.string().min(1).max(1000)])
    .nullable()
    .default(null)
    .describe(
      "Rows that networks are tested on: how many, or a share below 1 of them (null: 0.2), drawn by splitSeed; or another file with these columns; or train: the training rows once more, and a notice says so.",
    ),
  validation: sizeSchema
    .min(0)
    .nullable()
    .default(null)
    .describe("Rows held out of the training: how many, or a share below 1 of all; null: 0.1."),
  splitSeed: z.int().min(0).default(0).describe("Which rows are drawn; another seed draws others."),
  splitColumn: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("A column that says of each row train, validation or test, in place of the sizes."),
};

type SplitOptions = z.output<z.ZodObject<typeof splitOptions>>;

/**
 * Which rows of a table are trained on, held out and tested on, as the options say; no test rows where those are not rows of
 * this table. Drawn rows are stratified where targets are classes. Throws a PruneLabError of kind `input` for a cell
 * of the split column that names no part, and where a part that is needed is left without rows.
 */
export function partRows(
  { test, validation, splitSeed }: SplitOptions,
  table: CsvTable,
  targets: NumericExamples["targets"],
): PartRows {
  const { length: rows } = table.lines;
  const sizeOf = (size: number) => (size < 1 ? Math.round(size * rows) : size);
  const sizes = {
    test: typeof test === "string" ? 0 : sizeOf(test ?? DEFAULT_SHARES.test),
    validation: sizeOf(validation ?? DEFAULT_SHARES.validation),
  };
  const { file } = table.header;
  if (sizes.test === 0 && typeof test !== "string") {
    throw inputError(
      `dataset.test is ${test ?? DEFAULT_SHARES.test}, which is none of the ${rows} rows of ${file}.`,
    );
  }
  if (sizes.test + sizes.validation >= rows) {
    const taken = sizes.test === 0 ? "" : `dataset.test takes ${sizes.test} and `;
    throw inputError(
      `${file} has ${rows} rows, of which ${taken}dataset.validation takes ${sizes.validation}: none are left to train on.`,
    );
  }
  return targets.kind === "classes"
    ? stratifiedSplit(targets.labels, sizes, splitSeed)
    : randomSplit(rows, sizes, splitSeed);
}

/** The same by the cells of a column, each row where its cell says. */
export function namedParts(cells: readonly string[], table: CsvTable, place: number): PartRows {
  const rows: Record<keyof PartRows, number[]> = { train: [], validation: [], test: [] };
  for (const [row, cell] of cells.entries()) {
    const part = PARTS.find((name) => name === cell);
    if (part === undefined) {
      const fault = `is ${quote(cell)}, not one of ${PARTS.join(", ")}`;
      throw cellError(table.header, table.lines[row] as number, place, fault, didYouMean(cell, PARTS));
    }
    rows[part].push(row);
  }
  for (const part of ["train", "test"] as const) {
    if (rows[part].length > 0) continue;
    throw inputError(
      `${table.header.file}: no row has '${part}' in the column ${quote(table.header.names[place])}.`,
    );
  }
  return {
    train: Uint32Array.from(rows.train),
    validation: Uint32Array.from(rows.validation),
    test: Uint32Array.from(rows.test),
  };
}
