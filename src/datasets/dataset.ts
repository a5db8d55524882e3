import type * as z from "zod";
import type { ExampleSet } from "../engines/examples.ts";
import type { Notify } from "../foundations/notices.ts";

/** Three disjoint sets of examples with what identifies them. */
export interface Dataset {
  /** What stands in results: `mnist`, `mnist-10k`, or the name of an idx folder. Never one name for two sets. */
  readonly name: string;
  /** SHA-256 over the values and the split: part of every run's hash. */
  readonly checksum: string;
  /** Each source file and its SHA-256 (of the uncompressed bytes), for the manifest. */
  readonly sources: readonly { readonly file: string; readonly sha256: string }[];
  readonly train: ExampleSet;
  /** Held out of the training examples; may be empty (count 0). */
  readonly validation: ExampleSet;
  readonly test: ExampleSet;
}

/** Where a dataset may look for its files, and whom it tells. */
export interface LoadContext {
  /** `--data-dir`, if given. */
  readonly dataDir: string | undefined;
  readonly notify: Notify;
}

/** A registered dataset. Its options are the config's `dataset:` mapping without `name`. */
export interface DatasetEntry<Options extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  /** Throws a PruneLabError of kind `input` that names the file, when the data is missing or damaged. */
  load(options: z.output<Options>, context: LoadContext): Promise<Dataset>;
}
