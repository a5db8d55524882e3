import { expect, test } from "vitest";
import { compareSources } from "../../../src/analysis/gate/check-sources.ts";
import type { Origin } from "../../../src/recording/origin.ts";
import type { RecordedResults } from "../../../src/recording/results-reader.ts";

const config = {
  name: "curve",
  dataset: { name: "mnist", source: "auto", path: "here", validation: 5000 },
  train: { epochs: 3 },
  prune: {
    methods: ["l1-unstructured", { name: "mine", criterion: "magnitude", allocation: "global" }],
    sparsities: [0.9],
    finetune: { epochs: 2 },
  },
  seeds: [0, 1],
  engine: "auto",
  output: { results: "results.csv" },
  check: { tolerance: null },
};
const origin: Origin = {
  version: "1.0.0",
  engine: { name: "kernels", identity: "build a" },
  dataset: { name: "mnist", checksum: "0123456789abcdef" },
  config,
};
const recorded = (path: string, changes: Partial<Origin> | undefined = {}): RecordedResults => ({
  path,
  file: path,
  content: new Uint8Array(),
  rows: [],
  metrics: [],
  unexplained: [],
  origin: changes && { ...origin, ...changes },
  folder: undefined,
});
const compare = (now: Partial<Origin> | undefined, failOnStale = false, before?: Partial<Origin>) =>
  compareSources(recorded("old.csv", before), recorded("new", now), { allowMissing: false, failOnStale });

test("names, places, seeds and the check's own settings may differ", () => {
  const other = {
    ...config,
    name: "other",
    dataset: { ...config.dataset, path: "there", source: "files" },
    seeds: [5],
    output: { results: "a.csv" },
    check: { tolerance: 2 },
    prune: { ...config.prune, methods: [...config.prune.methods, "global-magnitude"], sparsities: [0.5] },
  };
  expect(compare({ config: other }, true)).toEqual([]);
});

test("a setting that moved is named, and is an error with failOnStale", () => {
  const moved = {
    ...config,
    train: { epochs: 5 },
    prune: { ...config.prune, methods: [{ name: "mine", criterion: "gradient", allocation: "global" }] },
  };
  expect(compare({ config: moved })).toEqual([
    "A setting differs: train.epochs: 3 there, 5 now.",
    'A setting differs: prune.methods.mine.criterion: "magnitude" there, "gradient" now.',
  ]);
  expect(() => compare({ config: moved }, true)).toThrow(
    'The baseline old.csv was made with other settings:\n  train.epochs: 3 there, 5 now\n  prune.methods.mine.criterion: "magnitude" there, "gradient" now',
  );
});

test("another version or build is told", () => {
  expect(compare({ version: "1.1.0", engine: { name: "kernels", identity: "build b" } }, true)).toEqual([
    "The version of prune-lab differs: 1.0.0 in the baseline, 1.1.0 now.",
    "The build of the engine kernels differs: build a in the baseline, build b now.",
  ]);
});

test("other data are named: by name where that differs", () => {
  expect(() => compare({ dataset: { name: "mnist-10k", checksum: "fedcba9876543210" } })).toThrow(
    "Different datasets cannot be compared: mnist in old.csv, mnist-10k in new.",
  );
  expect(() => compare({ dataset: { name: "mnist", checksum: "fedcba9876543210" } })).toThrow(
    "the files of mnist differ (SHA-256 0123456789ab… in old.csv, fedcba987654… in new)",
  );
});

test("a bare table is told, and is an error with failOnStale", () => {
  const bare = recorded("bare.csv");
  const options = { allowMissing: false, failOnStale: false } as const;
  const baseline = { ...bare, origin: undefined };
  expect(compareSources(baseline, recorded("new"), options)[0]).toContain(
    "Not verified, since bare.csv is a bare table: settings, version",
  );
  expect(() => compareSources(baseline, recorded("new"), { ...options, failOnStale: true })).toThrow(
    "bare.csv does not tell its settings",
  );
});
