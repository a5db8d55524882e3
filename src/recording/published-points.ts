import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { eachRecord } from "../foundations/csv-records.ts";
import { inputError } from "../foundations/errors.ts";
import { packageRoot } from "../foundations/paths.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { readError } from "../foundations/system-errors.ts";
import { type ColumnSet, integer, setting, text } from "./column.ts";
import { MEMBER_COLUMNS, membersNamed } from "./published-members.ts";

/** In a results folder: figures of papers, and ours beside them. */
export const PUBLISHED_FILE = "published.csv";

/** The columns of a table of published figures, in any order; docs/papers/README.md lists them. */
export const publishedColumns = {
  paper: text("Key of the paper, such as `snip-2019`: the name of a shipped table."),
  year: integer("Year in which it was published."),
  url: text("Of its abstract, or its DOI."),
  dataset: text("Name of the dataset, as prune-lab calls it: `mnist`."),
  network: text(
    "Name of a model, such as `lenet-5`, or the widths of a network of dense layers: `784-40-20-10`.",
  ),
  method: text("What the paper calls the method; `dense` for the unpruned network."),
  same_as: text(
    "Which method of a study is the same, by members as results.csv names them, with the options that matter: `criterion=taylor schedule=early`. Empty, or the column left out: none is.",
  ),
  kept: setting("Fraction of the weights that are kept, above 0 and up to 1."),
  error: text("Test error in percent, with as many decimals as the paper prints."),
  standard_error: setting(
    "Standard error of that mean in percentage points; empty where the paper gives none.",
  ),
  seeds: integer("Runs that the mean is over; empty where the paper does not say."),
  protocol: text("How it was trained and pruned, in a few words."),
  source: text(
    "Where the figure stands: the table, figure or section of the paper, or the file of a repository.",
  ),
} satisfies ColumnSet;

/** The column that a table may lack. */
const OPTIONAL = "same_as";

/** A figure that a paper gives. */
export interface PublishedPoint {
  readonly paper: string;
  readonly year: number;
  readonly url: string;
  readonly dataset: string;
  readonly network: string;
  readonly method: string;
  /** The members of the method, as `membersNamed` reads them; null where prune-lab has none that is the same. */
  readonly same_as: string | null;
  /** Fraction of the weights. */
  readonly kept: number;
  /** Test error in percent, as the paper prints it: its decimals say how far it was rounded. */
  readonly error: string;
  /** In percentage points. */
  readonly standard_error: number | null;
  readonly seeds: number | null;
  readonly protocol: string;
  readonly source: string;
}

const isDecimal = (cell: string) => /^\d+(\.\d+)?$/.test(cell);
const needed = z.string().min(1, "is empty");
const number = z.string().refine(isDecimal, { error: ({ input }) => `is ${quote(input)}, not a number` });
const orEmpty = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .literal("")
    .transform(() => null)
    .or(schema);
const within = (low: number, high: number, what: string) => (schema: typeof number) =>
  schema.transform(Number).refine((value) => value > low && value <= high, {
    error: ({ input }) => `is ${String(input)}, not ${what}`,
  });

const pointSchema = z.object({
  paper: needed,
  year: within(1899, 9999, "a year")(number),
  url: needed.regex(/^https?:\/\/\S+$/, { error: ({ input }) => `is ${quote(input)}, not a URL` }),
  dataset: needed,
  network: needed,
  method: needed,
  same_as: orEmpty(
    z.string().refine((cell) => membersNamed(cell) !== undefined, {
      error: ({ input }) =>
        `is ${quote(String(input))}: write members as criterion=taylor schedule=early, of ${MEMBER_COLUMNS.join(", ")}`,
    }),
  ),
  kept: within(0, 1, "a fraction above 0 and up to 1: write 0.02 for 2%")(number),
  error: number.refine((cell) => Number(cell) <= 100, {
    error: ({ input }) => `is ${String(input)}, not a percentage`,
  }),
  standard_error: orEmpty(within(0, 100, "above 0 percentage points")(number)),
  seeds: orEmpty(within(0, 1e6, "a number of runs")(number)),
  protocol: z.string(),
  source: needed,
});

/** The folder of the shipped tables. */
const SHIPPED = path.join(packageRoot, "papers");

/** The papers whose figures are shipped, by the name that a config gives. */
export function shippedPapers(): string[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith(".csv"))
    .map((file) => file.slice(0, -".csv".length))
    .sort();
}

/**
 * The figures of a shipped paper by its name, or of a CSV file by its path, which ends in .csv. Throws a PruneLabError of
 * kind `input` that names file and line for a table that is not as `publishedColumns` says, or lists the papers.
 */
export function readPublished(nameOrPath: string): readonly PublishedPoint[] {
  const shipped = shippedPapers();
  if (!shipped.includes(nameOrPath) && !/\.csv$/i.test(nameOrPath)) {
    throw inputError(
      `${quote(nameOrPath)} is no paper whose figures are shipped.${didYouMean(nameOrPath, shipped)} ` +
        `Papers: ${shipped.join(", ")}; or write the path of a CSV file.`,
    );
  }
  const file = shipped.includes(nameOrPath) ? path.join(SHIPPED, `${nameOrPath}.csv`) : nameOrPath;
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw readError(error, file);
  }
  return parsePublished(content, file);
}

/** Reads such a table; columns that it has besides are left aside, and figures that stand there twice are one. */
export function parsePublished(content: string, file: string): readonly PublishedPoint[] {
  let header: readonly string[] | undefined;
  const points = new Map<string, PublishedPoint>();
  eachRecord(content, file, (cells, line) => {
    if (header === undefined) {
      refuseMissing(cells, file);
      header = cells;
      return;
    }
    if (cells.length !== header.length) {
      throw inputError(
        `${file}, line ${line}: ${cells.length} cells instead of ${header.length}, as the header has.`,
      );
    }
    const row = {
      [OPTIONAL]: "",
      ...Object.fromEntries(header.map((name, i) => [name, (cells[i] ?? "").trim()])),
    };
    const parsed = pointSchema.safeParse(row);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw inputError(`${file}, line ${line}: ${issue?.path.join(".")} ${issue?.message}.`);
    }
    points.set(JSON.stringify(parsed.data), parsed.data);
  });
  if (points.size === 0) throw inputError(`${file}, line 1: there are no figures below the header.`);
  return [...points.values()];
}

function refuseMissing(header: readonly string[], file: string): void {
  const missing = Object.keys(publishedColumns).filter((name) => name !== OPTIONAL && !header.includes(name));
  if (missing.length === 0) return;
  throw inputError(`${file}, line 1: the column ${missing.map(quote).join(", ")} is missing.`, {
    hint: `The columns are ${Object.keys(publishedColumns).join(",")}`,
  });
}
