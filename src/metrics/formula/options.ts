import * as z from "zod";
import { nameProblem } from "../../foundations/names.ts";
import { quote } from "../../foundations/quote.ts";
import { LARGEST } from "./evaluate.ts";
import { LONGEST_FORMULA } from "./parse.ts";

/** The most metrics of one's own that a study has: each has a chart. */
const MOST_FORMULAS = 50;
const LONGEST_NAME = 60;
const MOST_DECIMALS = 10;

const nameOfMetric = z
  .string()
  .max(LONGEST_NAME, { abort: true })
  .refine((name) => /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && nameProblem(name) === undefined, {
    error: ({ input }) =>
      `${quote(input)} cannot name a metric: letters, digits and '_', starting with a letter.`,
  });

/** Text on one line that stands among others: no space around it, no control characters. */
const shortText = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^(\S(?:[^\p{Cc}]*\S)?)?$/u, { error: "expected text on one line, without spaces around it." });

/** One entry of the config's `metrics`. What its formula says is checked where the whole list is known. */
const formulaSchema = z.strictObject({
  name: nameOfMetric.describe("Its name, and that of its column in results.csv."),
  formula: z
    .string()
    .min(1)
    .max(LONGEST_FORMULA, { abort: true })
    .describe(
      "What it is, from the figures of a row and the metrics before it: docs/metrics.md has the language.",
    ),
  better: z.enum(["higher", "lower"]).describe("Which values are better."),
  unit: shortText(12)
    .optional()
    .describe("Behind its values where they are shown. `%`: values are fractions, shown times 100."),
  bounds: z
    .array(z.number().min(-LARGEST).max(LARGEST).nullable())
    .length(2)
    .refine(([low, high]) => low == null || high == null || low < high, {
      error: "the first bound is the lower one.",
    })
    .default([null, null])
    .describe("[lowest, highest] value that it can have; null: none. Intervals keep within them."),
  digits: z
    .int()
    .min(0)
    .max(MOST_DECIMALS)
    .nullable()
    .default(null)
    .describe("Decimals of its values where they are shown. null: 4 significant digits."),
  tolerance: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      "What `prune-lab check` lets pass, as values are shown. null: 0.5% of what lies between two bounds, else none.",
    ),
  label: shortText(80).min(1).optional().describe("What it is called where it is shown. Default: its name."),
  summary: shortText(200).min(1).optional().describe("What it says, in a sentence, below its chart."),
});

/** A metric of one's own, as a config gives it. */
export type FormulaOptions = z.output<typeof formulaSchema>;

/** The `metrics` section of a config. */
export function formulasSchema() {
  return z
    .array(formulaSchema)
    .max(MOST_FORMULAS)
    .optional()
    .describe(
      "Metrics of your own, each a formula over the figures of a row. They stand in tables, charts and report, and shape no run: they may change when a folder is continued.",
    );
}
