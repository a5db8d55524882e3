import type * as z from "zod";
import type { ExampleSet } from "../engines/examples.ts";
import type { Notify } from "../foundations/notices.ts";
import type { IdxRole } from "./idx-files.ts";

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

/** Where a dataset's four IDX files can be downloaded, each as `<standard name>.gz`. */
export interface Download {
  /** Base URLs, ending in a slash, in the order they are tried. */
  readonly mirrors: readonly string[];
  /** SHA-256 of the uncompressed bytes. */
  readonly sha256: Readonly<Record<IdxRole, string>>;
}

/** A registered dataset. Its options are the config's `dataset:` mapping without `name`. */
export interface DatasetEntry<Options extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  /** What `prune-lab data fetch` needs; absent when the files are the user's own. */
  readonly download?: Download;
  /** Throws a PruneLabError of kind `input` that names the file, when the data is missing or damaged. */
  load(options: z.output<Options>, context: LoadContext): Promise<Dataset>;
}
