import type { ExampleSet } from "../engines/examples.ts";
import { failure } from "../foundations/errors.ts";
import { canonicalJson } from "../foundations/hash.ts";
import { type ConstantGuess, constantGuess } from "./constant-guess.ts";
import type { ColumnFacts, Dataset, LoadContext } from "./dataset.ts";
import { type DatasetOptions, loadDataset, pinnedOptions } from "./registry.ts";

/** What a study has to know of its data, without the data. */
export interface DatasetFacts {
  readonly name: string;
  readonly checksum: string;
  readonly sources: Dataset["sources"];
  /** Absent where the data is no table. */
  readonly columns?: ColumnFacts;
  /** Shape of one example; of texts [the most pieces of any]. */
  readonly shape: readonly number[];
  /** How many pieces the texts are made of; absent where the data is no texts. */
  readonly vocabulary?: number;
  readonly targets:
    | { readonly kind: "classes"; readonly classes: number }
    | { readonly kind: "values"; readonly width: number };
  /** Number of examples. */
  readonly examples: { readonly train: number; readonly validation: number; readonly test: number };
  /** On the test examples; absent without any, and from the records of earlier versions. */
  readonly constantGuess?: ConstantGuess;
}

/** Enough to load the same data elsewhere: what the config names, and the checksum that must come out. */
export interface DatasetReference {
  readonly options: DatasetOptions;
  readonly dataDir: string | undefined;
  /** Where its tokenizer lies. */
  readonly modelFolder?: string | undefined;
  readonly checksum: string;
}

/** A dataset of the cache, as one study uses it. */
export interface CachedDataset {
  readonly facts: DatasetFacts;
  /** The options, so that they name this very data. */
  readonly options: DatasetOptions;
  readonly reference: DatasetReference;
  /** Says that this study needs the data no more. */
  release(): void;
}

/** The examples behind one checksum. */
interface CacheEntry {
  readonly bytes: number;
  readonly reload: () => Promise<Dataset>;
  users: number;
  /** Undefined when they are not in memory. */
  data: Promise<Dataset> | undefined;
}

/** Planning a long batch must not pile up the data of sweeps that come much later. */
const PLANNING_BYTES = 256 * 2 ** 20;

/**
 * The datasets of several studies, each in memory once however many studies use it, and no longer than one of
 * them needs it. Planning loads every dataset for its checksum; what goes beyond the budget is dropped again and
 * loaded a second time when its runs begin.
 */
export class DatasetCache {
  readonly #opened = new Map<string, Pick<CachedDataset, "facts" | "options">>();
  readonly #entries = new Map<string, CacheEntry>();
  readonly #planningBytes: number;

  constructor(planningBytes = PLANNING_BYTES) {
    this.#planningBytes = planningBytes;
  }

  /** Loads what the options name, unless it is here. Throws as loadDataset does. */
  async open(options: DatasetOptions, context: LoadContext): Promise<CachedDataset> {
    const { dataDir, modelFolder } = context;
    const key = canonicalJson({ options, dataDir: dataDir ?? null, modelFolder: modelFolder ?? null });
    const opened = this.#opened.get(key) ?? (await this.#add(options, context));
    this.#opened.set(key, opened);
    const { facts } = opened;
    const entry = this.#entries.get(facts.checksum);
    if (entry === undefined) throw new Error(`no data with checksum ${facts.checksum}`);
    entry.users++;
    let released = false;
    return {
      ...opened,
      reference: { options, dataDir, modelFolder, checksum: facts.checksum },
      release: () => {
        if (!released && --entry.users === 0) entry.data = undefined;
        released = true;
      },
    };
  }

  /** The data with a checksum that is open, from memory or loaded again. */
  async load(checksum: string): Promise<Dataset> {
    const entry = this.#entries.get(checksum);
    if (entry === undefined) throw new Error(`no data with checksum ${checksum}`);
    entry.data ??= entry.reload();
    return entry.data;
  }

  async #add(options: DatasetOptions, context: LoadContext) {
    const dataset = await loadDataset(options, context);
    const facts = factsOf(dataset);
    if (!this.#entries.has(facts.checksum)) {
      const bytes = sizeInBytes(dataset);
      const fits = this.#bytesInMemory() + bytes <= this.#planningBytes;
      this.#entries.set(facts.checksum, {
        bytes,
        reload: () => loadAgain(options, context, facts),
        users: 0,
        data: fits ? Promise.resolve(dataset) : undefined,
      });
    }
    return { facts, options: pinnedOptions(options, dataset) };
  }

  #bytesInMemory(): number {
    return [...this.#entries.values()].reduce(
      (sum, { bytes, data }) => (data === undefined ? sum : sum + bytes),
      0,
    );
  }
}

async function loadAgain(options: DatasetOptions, context: LoadContext, facts: DatasetFacts) {
  const dataset = await loadDataset(options, { ...context, notify: () => {} });
  if (dataset.checksum !== facts.checksum) {
    throw failure(`The files of ${facts.name} changed while the sweep ran.`, {
      hint: "Run the same command again.",
    });
  }
  return dataset;
}

function factsOf({ name, checksum, sources, columns, train, validation, test }: Dataset): DatasetFacts {
  const { shape, inputs, targets } = train;
  const guess = constantGuess(test);
  return {
    name,
    checksum,
    sources,
    ...(columns === undefined ? {} : { columns }),
    shape,
    ...(inputs.kind === "tokens" ? { vocabulary: inputs.vocabulary } : {}),
    targets:
      targets.kind === "classes"
        ? { kind: targets.kind, classes: targets.classes }
        : { kind: targets.kind, width: targets.width },
    examples: { train: train.count, validation: validation.count, test: test.count },
    ...(guess === undefined ? {} : { constantGuess: guess }),
  };
}

function sizeInBytes({ train, validation, test }: Dataset): number {
  const bytesOf = ({ inputs, targets }: ExampleSet) =>
    inputs.values.byteLength +
    (inputs.kind === "tokens" ? inputs.starts.byteLength : 0) +
    (targets.kind === "classes" ? targets.labels.byteLength : targets.values.byteLength);
  return bytesOf(train) + bytesOf(validation) + bytesOf(test);
}
