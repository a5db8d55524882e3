import path from "node:path";
import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { nameSchema } from "../foundations/names.ts";
import { findNamed, ownName } from "./data-folder.ts";
import type { DatasetEntry } from "./dataset.ts";
import { sst2 } from "./sst2.ts";
import { textDataset, textOptions } from "./text/dataset.ts";
import { readSentences } from "./text/sentences.ts";

const fileSchema = z.string().min(1).max(1000);
const columnSchema = z.string().min(1).max(1000);

const options = z.strictObject({
  test: fileSchema.describe(
    "The texts that networks are tested on: a TSV file (its name ends in .tsv: tabs, and no quotes, as GLUE has it) or a CSV file, plain or gzip, with a header; in the data folder, or relative to the working folder.",
  ),
  train: fileSchema
    .nullable()
    .default(null)
    .describe("Such a file with the texts that networks are trained on; null: nothing is trained."),
  label: nameSchema("a dataset")
    .nullable()
    .default(null)
    .describe("The dataset's name in results; null: the name of the test file, without .tsv or .csv."),
  columns: z
    .strictObject({
      sentence: columnSchema.default("sentence").describe("The column of the texts."),
      label: columnSchema
        .default("label")
        .describe(
          "The column of their classes: the numbers of the model's classes, from 0, or their names. Without a model that says what classes it has, all labels that there are, sorted.",
        ),
    })
    .prefault({})
    .describe("What the columns are called."),
  ...textOptions,
});

export const text = {
  name: "text",
  summary: "Sentences with labels, from TSV or CSV files, cut into the pieces of a model's vocabulary.",
  options,
  resultNames: [],
  load: async (chosen, context) => {
    const { dataDir } = context;
    const read = async (option: "test" | "train", wanted: string) => {
      const published = path.posix.dirname(wanted) === sst2.name ? sst2.name : undefined;
      const file = await findNamed(wanted, { option: `dataset.${option}`, what: "file", dataDir, published });
      return readSentences(file, chosen.columns);
    };
    const test = await read("test", chosen.test);
    const train = chosen.train === null ? undefined : await read("train", chosen.train);
    const [tested, trained] = [test.sources[0], train?.sources[0]];
    if (tested !== undefined && tested.sha256 === trained?.sha256) {
      throw inputError(
        `dataset.test names the texts that networks are trained on: ${tested.file} is ${trained.file}.`,
      );
    }
    const ownFile = path.basename(chosen.test).replace(/(\.(csv|tsv|txt))?(\.gz)?$/i, "");
    return textDataset({ name: ownName(chosen.label, ownFile, "file"), test, train }, chosen, context);
  },
} as const satisfies DatasetEntry<typeof options>;
