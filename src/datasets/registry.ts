import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { type OptionsOf, optionsSchema, Registry } from "../foundations/registry.ts";
import type { Dataset, DatasetEntry, LoadContext } from "./dataset.ts";
import { fashionMnist } from "./fashion-mnist.ts";
import { idx } from "./idx.ts";
import { mnist } from "./mnist.ts";

const builtIn = [mnist, fashionMnist, idx] as const;

/** Every dataset. The config's schema, `list`, `data fetch`, `doctor` and the reference page are derived from here. */
export const datasets = new Registry<DatasetEntry, (typeof builtIn)[number]>("dataset", builtIn);

export type DatasetOptions = OptionsOf<typeof datasets>;

/** The config's `dataset:` mapping: the name of a dataset that is registered now, and its options. */
export function datasetSchema() {
  return optionsSchema(datasets).describe(
    "What the network learns, and which examples are held out for validation.",
  );
}

/**
 * Loads the dataset that the options name. Throws a PruneLabError of kind `input` when its data is missing or damaged,
 * or bears a name that belongs to another dataset's results.
 */
export async function loadDataset(options: DatasetOptions, context: LoadContext): Promise<Dataset> {
  const { name, ...rest } = options;
  const entry = datasets.named(name);
  const dataset = await entry.load(rest, context);
  const owner = datasets.list().find((other) => other !== entry && owns(other, dataset.name));
  if (owner === undefined) return dataset;
  throw inputError(`The name ${quote(dataset.name)} in results is reserved for the dataset ${owner.name}.`, {
    hint: `Set dataset.label to another name, or dataset: { name: ${owner.name} } if this is its data`,
  });
}

/** Compared as file systems may: without case. */
function owns({ resultNames }: DatasetEntry, name: string): boolean {
  return resultNames.some((own) => own.toLowerCase() === name.toLowerCase());
}
