import * as z from "zod";
import type { Dataset, DatasetEntry, LoadContext } from "./dataset.ts";
import { idx } from "./idx.ts";
import { mnist } from "./mnist.ts";

/** Every dataset. The config's schema, `list` and the reference page are derived from here. */
export const datasets = [mnist, idx] as const satisfies readonly DatasetEntry[];

type Named<Entry extends DatasetEntry> = z.ZodObject<
  { name: z.ZodLiteral<Entry["name"]> } & Entry["options"]["shape"],
  z.core.$strict
>;

/** Each dataset's options with its name in front: the members of the union, precisely typed. */
function named<const Entries extends readonly DatasetEntry[]>(entries: Entries) {
  return entries.map((entry) =>
    z.strictObject({ name: z.literal(entry.name).describe(entry.summary), ...entry.options.shape }),
  ) as unknown as { -readonly [I in keyof Entries]: Named<Entries[I]> };
}

/** The config's `dataset:` mapping: a dataset's name and its options. */
export const datasetSchema = z
  .discriminatedUnion("name", named(datasets))
  .describe("What the network learns, and which examples are held out for validation.");

export type DatasetOptions = z.output<typeof datasetSchema>;

/** Loads the dataset that the options name. Throws a PruneLabError of kind `input` when its data is missing or damaged. */
export async function loadDataset(options: DatasetOptions, context: LoadContext): Promise<Dataset> {
  const { name, ...rest } = options;
  const entry: DatasetEntry | undefined = datasets.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`dataset '${name}' is not registered`);
  return entry.load(rest, context);
}
