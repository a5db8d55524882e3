import { type OptionsOf, optionsSchema, Registry } from "../foundations/registry.ts";
import type { Dataset, DatasetEntry, LoadContext } from "./dataset.ts";
import { idx } from "./idx.ts";
import { mnist } from "./mnist.ts";

const builtIn = [mnist, idx] as const;

/** Every dataset. The config's schema, `list`, `data fetch`, `doctor` and the reference page are derived from here. */
export const datasets = new Registry<DatasetEntry, (typeof builtIn)[number]>("dataset", builtIn);

export type DatasetOptions = OptionsOf<typeof datasets>;

/** The config's `dataset:` mapping: the name of a dataset that is registered now, and its options. */
export function datasetSchema() {
  return optionsSchema(datasets).describe(
    "What the network learns, and which examples are held out for validation.",
  );
}

/** Loads the dataset that the options name. Throws a PruneLabError of kind `input` when its data is missing or damaged. */
export async function loadDataset(options: DatasetOptions, context: LoadContext): Promise<Dataset> {
  const { name, ...rest } = options;
  return datasets.named(name).load(rest, context);
}
