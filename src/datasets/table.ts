import path from "node:path";
import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { nameSchema } from "../foundations/names.ts";
import { assembleDataset, wholeOf } from "./assemble.ts";
import { findNamed, ownName } from "./data-folder.ts";
import type { DatasetEntry, LoadContext } from "./dataset.ts";
import { type Classes, checkTrained, classesOf, labelsOf } from "./formats/csv/classes.ts";
import { type ColumnNames, columnNames } from "./formats/csv/columns.ts";
import { type Header, placeOf } from "./formats/csv/header.ts";
import { type CsvTable, type Reading, readCsv } from "./formats/csv/read.ts";
import { namedParts, partRows, splitOptions } from "./formats/csv/split.ts";
import { type NumericExamples, toExamples } from "./numeric-examples.ts";
import { standardizationBy, standardizeOption } from "./standardization.ts";
import { testedOnTraining } from "./tested-on-training.ts";

const columnSchema = z.string().min(1).max(1000);
const columnsSchema = z.union([columnSchema, z.array(columnSchema).min(1).max(100_000)]);

const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(1000)
    .describe("The CSV file, plain or gzip: in the data folder, or relative to the working folder."),
  label: nameSchema("a dataset")
    .nullable()
    .default(null)
    .describe("The dataset's name in results; null: the name of the file, without .csv."),
  delimiter: z.string().length(1).default(",").describe('What separates cells: ";" and "\\t" are usual too.'),
  targets: columnsSchema.describe("The column that is learned, or a list of them."),
  inputs: columnsSchema
    .nullable()
    .default(null)
    .describe("The columns that it is learned from; null: all others."),
  task: z
    .enum(["values", "classes"])
    .default("values")
    .describe(
      "values: targets are numbers, for regression; classes: one target, of up to 256 numbers or texts.",
    ),
  standardize: standardizeOption("inputs"),
  ...splitOptions,
});

type Options = z.output<typeof options>;

export const table = {
  name: "table",
  summary: "Any CSV file with a header: regression of some columns on the others, or classes.",
  options,
  resultNames: [],
  load: async (chosen, context) => {
    checkOptions(chosen);
    const { rows, others, columns } = await readFiles(chosen, context);
    const { file } = rows.header;
    const ownFile = path.basename(file).replace(/(\.(csv|tsv|txt))?(\.gz)?$/i, "");
    const name = ownName(chosen.label, ownFile, "file");
    const classes = chosen.task === "classes" ? classesOf(rows, columns.targets[0] as string) : undefined;

    const numbers = numericExamples(rows, columns, classes);
    const parts =
      columns.part === undefined
        ? partRows(chosen, rows, numbers.targets)
        : namedParts(
            rows.texts.at(-1) ?? [],
            rows,
            placeOf(columns.part, rows.header, "dataset.splitColumn"),
          );
    if (classes !== undefined) checkTrained(classes, rows, parts.train);

    const standardization = standardizationBy(parts.train, numbers, chosen.standardize, context);
    const examples = toExamples(numbers, standardization);
    const train = { examples, order: parts.train };
    const tested =
      chosen.test === "train"
        ? testedOnTraining(name, train, context)
        : others === undefined
          ? { name, test: { examples, order: parts.test } }
          : { name, test: wholeOf(toExamples(numericExamples(others, columns, classes), standardization)) };
    const sources = [rows, ...(others === undefined ? [] : [others])].map(({ header, sha256 }) => ({
      file: header.file,
      sha256,
    }));
    const { inputs, targets } = columns;
    return {
      ...assembleDataset({ sources, train, validation: { examples, order: parts.validation }, ...tested }),
      columns: { inputs, targets, ...(classes && { classes: classes.names }), standardization },
    };
  },
} as const satisfies DatasetEntry<typeof options>;

/** What no option can say on its own. */
function checkOptions({ task, targets, standardize, splitColumn, test, validation }: Options): void {
  if (task === "classes" && typeof targets !== "string" && targets.length > 1) {
    throw inputError(
      `dataset.targets lists ${targets.length} columns, and dataset.task is classes, which are one column's.`,
    );
  }
  if (task === "classes" && standardize === "both") {
    throw inputError("dataset.standardize is both, and classes cannot be standardized. Write inputs.");
  }
  if (splitColumn !== null && (test !== null || validation !== null)) {
    const given = test === null ? "validation" : "test";
    throw inputError(
      `dataset.splitColumn says which rows are held out, and so does dataset.${given}. Leave one of them out.`,
    );
  }
}

/** The table, the one of the test rows where it is a file of its own, and what their columns are for. */
async function readFiles(chosen: Options, { dataDir }: LoadContext) {
  const { delimiter, task, test } = chosen;
  const named = { what: "file", dataDir } as const;
  const file = await findNamed(chosen.path, { ...named, option: "dataset.path" });
  const rows = await readCsv(file, delimiter, (header) =>
    readingOf(columnNames(chosen, header), header, task),
  );
  const columns = columnNames(chosen, rows.header);
  if (typeof test !== "string" || test === "train") return { rows, others: undefined, columns };
  const testFile = await findNamed(test, { ...named, option: "dataset.test" });
  const others = await readCsv(testFile, delimiter, (header) => readingOf(columns, header, task));
  if (others.sha256 === rows.sha256) {
    throw inputError(`dataset.test names the rows that networks are trained on: ${testFile} is ${file}.`, {
      hint: "Write test: train if that is meant; results then say so",
    });
  }
  return { rows, others, columns };
}

/** Inputs are numbers, and so are targets that are values; classes are texts, and the names of parts behind them. */
function readingOf(columns: ColumnNames, header: Header, task: Options["task"]): Reading {
  const places = (option: "inputs" | "targets") =>
    columns[option].map((name) => placeOf(name, header, `dataset.${option}`));
  const part = columns.part === undefined ? [] : [placeOf(columns.part, header, "dataset.splitColumn")];
  const targets = places("targets");
  return task === "classes"
    ? { numbers: [places("inputs")], texts: [...targets, ...part] }
    : { numbers: [places("inputs"), targets], texts: part };
}

function numericExamples(
  rows: CsvTable,
  { inputs, targets }: ColumnNames,
  classes: Classes | undefined,
): NumericExamples {
  const [inputValues = [], targetValues = []] = rows.numbers;
  return {
    inputs: { columns: inputs, values: inputValues },
    targets:
      classes === undefined
        ? { kind: "values", columns: targets, values: targetValues }
        : { kind: "classes", labels: labelsOf(classes, rows), classes: classes.names.length },
  };
}
