import * as z from "zod";
import { quote } from "../foundations/quote.ts";
import type { LoadContext } from "./dataset.ts";
import type { Matrix, NumericExamples, Scaling } from "./numeric-examples.ts";

const CHOICES = ["none", "inputs", "both"] as const;

type Standardize = (typeof CHOICES)[number];

/** The option of a dataset whose inputs are numbers of any scale. */
export function standardizeOption(fallback: Standardize) {
  return z
    .enum(CHOICES)
    .default(fallback)
    .describe(
      "What is brought to mean 0 and standard deviation 1, column by column, as the training examples alone have them: the inputs, both inputs and targets (of a regression), or none.",
    );
}

/** What was done to the numbers; nothing to what has no scaling. */
export interface Standardization {
  readonly inputs?: Scaling;
  readonly targets?: Scaling;
}

/**
 * The scalings that give the columns mean 0 and standard deviation 1 (with the number of rows as divisor) over `rows`, those
 * that are trained on; in float64. A column that is constant there is only centered, and told.
 */
export function standardizationBy(
  rows: Uint32Array,
  { inputs, targets }: NumericExamples,
  standardize: Standardize,
  context: Pick<LoadContext, "notify">,
): Standardization {
  if (standardize === "none") return {};
  const both = standardize === "both" && targets.kind === "values";
  return {
    inputs: scalingBy(rows, inputs, context),
    ...(both ? { targets: scalingBy(rows, targets, context) } : {}),
  };
}

function scalingBy(rows: Uint32Array, matrix: Matrix, { notify }: Pick<LoadContext, "notify">): Scaling {
  const { columns } = matrix;
  const scalings = columns.map((_, column) => columnScaling(rows, matrix, column));
  const constant = columns.filter((_, column) => scalings[column]?.std === 0);
  if (constant.length > 0) {
    const named = constant.slice(0, 5).map(quote).join(", ") + (constant.length > 5 ? " and more" : "");
    const what = constant.length === 1 ? "1 column is" : `${constant.length} columns are`;
    notify(`${what} constant in the training examples, and only centered: ${named}.`);
  }
  return { mean: scalings.map(({ mean }) => mean), std: scalings.map(({ std }) => std || 1) };
}

/** Mean and standard deviation of one column: two passes, and exactly 0 where all values are one. */
function columnScaling(rows: Uint32Array, { columns, values }: Matrix, column: number) {
  const at = (row: number) => values[row * columns.length + column] as number;
  const first = at(rows[0] as number);
  if (rows.every((row) => at(row) === first)) return { mean: first, std: 0 };
  let sum = 0;
  for (const row of rows) sum += at(row);
  const mean = sum / rows.length;
  let squares = 0;
  for (const row of rows) squares += (at(row) - mean) * (at(row) - mean);
  return { mean, std: Math.sqrt(squares / rows.length) };
}
