import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { type OptionsOf, optionsSchema, Registry } from "../foundations/registry.ts";
import type { Dataset, DatasetEntry, LoadContext } from "./dataset.ts";
import { digits8x8 } from "./digits8x8.ts";
import { emnist } from "./emnist.ts";
import { fashionMnist } from "./fashion-mnist.ts";
import { idx } from "./idx.ts";
import { kmnist } from "./kmnist.ts";
import { mnist } from "./mnist.ts";
import { rottenTomatoes } from "./rotten-tomatoes.ts";
import { sst2 } from "./sst2.ts";
import { synthetic } from "./synthetic.ts";

import { table } from "./table.ts";
import { text } from "./text.ts";

const builtIn = [
  mnist,
  fashionMnist,
  kmnist,
  emnist,
  digits8x8,
  sst2,
  rottenTomatoes,
  idx,
  table,
  text,
  synthetic,
] as const;

/** Every dataset. The config's schema, `list`, `data fetch`, `doctor` and the reference page are derived from here. */
export const datasets = new Registry<DatasetEntry, (typeof builtIn)[number]>("dataset", builtIn, {
  digits: "mnist",
  mnist10k: "mnist",
  sklearn: "digits8x8",
  sklearndigits: "digits8x8",
  fashion: "fashion-mnist",
  fmnist: "fashion-mnist",
  kuzushiji: "kmnist",
  letters: "emnist",
  custom: "table",
  csv: "table",
  tabular: "table",
  sst: "sst2",
  glue: "sst2",
  sentences: "text",
  sentiment: "text",
  regression: "table",
  noise: "synthetic",
  random: "synthetic",
  friedman: "synthetic",
});

const common = {
  checksum: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "expected a SHA-256: 64 digits and letters from a to f." })
    .nullable()
    .default(null)
    .describe(
      "SHA-256 that the examples must have, with their split and scaling; null: any. The config.yaml of a results folder has it, so that a re-run never takes other data.",
    ),
};

export type DatasetOptions = OptionsOf<typeof datasets> & { readonly checksum: string | null };

/** The config's `dataset:` mapping: the name of a dataset that is registered now, and its options. */
export function datasetSchema() {
  return optionsSchema(datasets, common).describe(
    "The examples that the network learns, and how many of them are held out for validation.",
  );
}

/**
 * Loads the dataset that the options name. Throws a PruneLabError of kind `input` when its data is missing or damaged,
 * has another checksum than the options ask for, or bears a name that belongs to another dataset's results.
 */
export async function loadDataset(options: DatasetOptions, context: LoadContext): Promise<Dataset> {
  const { name, checksum, ...rest } = options;
  const entry = datasets.named(name);
  const dataset = await entry.load(rest, context);
  if (checksum !== null && checksum !== dataset.checksum) {
    throw inputError(
      `The examples of ${dataset.name} that are here are not those of dataset.checksum: they have ` +
        `${dataset.checksum.slice(0, 12)}..., and the config asks for ${checksum.slice(0, 12)}....\n` +
        "Their files are others, or another of the config's settings of dataset was changed.",
      { hint: "To take what is here, and get other figures: --set dataset.checksum=null" },
    );
  }
  const owner = datasets.list().find((other) => other !== entry && owns(other, dataset.name));
  if (owner === undefined) return dataset;
  throw inputError(`The name ${quote(dataset.name)} in results is reserved for the dataset ${owner.name}.`, {
    hint: `Set dataset.label to another name, or dataset: { name: ${owner.name} } if this is its data`,
  });
}

/**
 * The options that name this very data from now on: what they left to what was found (`source: auto`) is decided, and the
 * checksum is asked for.
 */
export function pinnedOptions(
  options: DatasetOptions,
  { checksum, decided }: Pick<Dataset, "checksum" | "decided">,
): DatasetOptions {
  return { ...options, ...decided, checksum };
}

/** Compared as file systems may: without case. */
function owns({ resultNames }: DatasetEntry, name: string): boolean {
  return resultNames.some((own) => own.toLowerCase() === name.toLowerCase());
}
