import type * as z from "zod";
import type { ExampleSet } from "../engines/examples.ts";
import type { Notify } from "../foundations/notices.ts";
import type { EntryWithOptions } from "../foundations/registry.ts";
import type { Standardization } from "./standardization.ts";

/**
 * Sets of examples, alike in shape, inputs and targets, with what identifies them. They are disjoint; only where the name in
 * results says so may the test set be the training set.
 */
export interface Dataset {
  /** What stands in results: `mnist`, `mnist-10k`, or the name of an idx folder. Never one name for two sets. */
  readonly name: string;
  /** SHA-256 over the values and the split: part of every run's hash. */
  readonly checksum: string;
  readonly sources: readonly Source[];
  /** Options that were left to what is found, with what was taken: a re-run with them takes the same or fails. */
  readonly decided?: Readonly<Record<string, unknown>>;
  /** What the columns of a table became, for the manifest: enough to give other rows to a network. */
  readonly columns?: ColumnFacts;
  readonly train: ExampleSet;
  /** Held out of the training examples; may be empty (count 0). */
  readonly validation: ExampleSet;
  readonly test: ExampleSet;
}

export interface ColumnFacts {
  /** Names of the columns, in the order of the network's inputs and outputs. */
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
  /** The cells that are class 0, 1, ...; absent for a regression. */
  readonly classes?: readonly string[];
  /** What was subtracted from each column, and what the difference was divided by. */
  readonly standardization: Standardization;
}

/** A file that was read and the SHA-256 of its uncompressed bytes, for the manifest. */
export interface Source {
  readonly file: string;
  readonly sha256: string;
}

/** Where a dataset may look for its files, and whom it tells. */
export interface LoadContext {
  /** `--data-dir`, if given. */
  readonly dataDir: string | undefined;
  /** The folder of the model, where it has one: what texts are cut into is said there. */
  readonly modelFolder?: string | undefined;
  readonly notify: Notify;
}

/** Where a dataset's files can be downloaded. */
export interface Download {
  /** Base URLs, ending in a slash, in the order they are tried. */
  readonly mirrors: readonly string[];
  readonly files: readonly DownloadFile[];
  /** Told before anything is downloaded: where the terms of use are not plain. */
  readonly terms?: string;
}

export interface DownloadFile {
  /** As the mirrors have it, and as it is stored: `train-images-idx3-ubyte.gz`. */
  readonly name: string;
  /** The names under which it is looked for, in this order, `name` among them. */
  readonly spellings: readonly string[];
  /** SHA-256 of the uncompressed bytes: mirrors compress differently. Or that of the file itself: see `checks`. */
  readonly sha256: string;
  /** `file`: the SHA-256 is that of the file as it was published, compressed; where that of its content is not known. */
  readonly checks?: "content" | "file";
  /** Number of the uncompressed bytes, beyond which nothing is downloaded or unpacked; default 2 GiB. */
  readonly bytes?: number | undefined;
}

/** A registered dataset. Its options are the config's `dataset:` mapping without `name`. */
export interface DatasetEntry<Options extends z.ZodObject = z.ZodObject> extends EntryWithOptions<Options> {
  /** The names that its data has in results, which no other data may have; none when the user names the data. */
  readonly resultNames: readonly string[];
  /** How many classes the data of those names has: of a table that stands alone, nothing else says it. */
  readonly classes?: number;
  /** What `prune-lab data fetch` needs; absent when the files are the user's own. */
  readonly download?: Download;
  /**
   * Of texts: those that its files have, in no pieces yet, so that files can be looked at without a model. Throws as
   * `load` does.
   */
  readTexts?(
    options: z.output<Options>,
    context: LoadContext,
  ): Promise<{
    readonly name: string;
    readonly sources: readonly Source[];
    /** How many there are; training texts with those that are held out of them. */
    readonly counts: { readonly train: number; readonly test: number };
  }>;
  /** Throws a PruneLabError of kind `input` that names the file, when the data is missing or damaged. */
  load(options: z.output<Options>, context: LoadContext): Promise<Dataset>;
}
