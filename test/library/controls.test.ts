import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { parseCsv } from "../../src/recording/csv-reader.ts";
import type { LayerRow, ResultRow } from "../../src/recording/rows.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** Studies with controls of their methods. */

const prune = {
  methods: [
    "global-magnitude",
    {
      name: "levels",
      criterion: { name: "taylor", examples: 40 },
      allocation: "global",
      schedule: { name: "iterative", fraction: 0.5 },
      recovery: "rewind",
    },
    {
      name: "iterated",
      criterion: "magnitude",
      allocation: "global",
      schedule: { name: "iterative", fraction: 0.5 },
    },
    "rigl",
  ],
  sparsities: [0.5, 0.9],
  finetune: { epochs: 1 },
  controls: [
    ...["dense", "unpruned", "random", "shuffled", "inverted", "corrupted", "reinitialized"],
    "narrower-parameters",
  ],
};

let root: string;
let options: StudyOptions;
let folder: string;
let rows: readonly ResultRow[];
let layers: readonly LayerRow[];
let events: readonly StudyEvent[];

beforeAll(async () => {
  root = await temporaryFolder();
  options = await tinyStudy(root, { prune, engine: "kernels-wasm" });
  folder = path.join(root, "study");
  const run = await runIn(folder, options);
  rows = run.outcome.results;
  events = run.events;
  const file = path.join(folder, "layers.csv");
  layers = parseCsv("layers", await readFile(file, "utf8"), file).map(({ row }) => row);
});

const of = (method: string, sparsity = 0.9) => {
  const found = rows.filter((row) => row.method === method && row.target_sparsity === sparsity);
  expect(found).toHaveLength(2);
  return found;
};
const keptBy = (method: string) =>
  layers
    .filter((row) => row.method === method && row.target_sparsity === 0.9)
    .map(({ seed, parameter, nonzero }) => `${seed} ${parameter} ${nonzero}`);
const computed = () => events.flatMap((event) => (event.event === "run-finished" ? [event.run] : []));
const control = (variant: string) => rows.find(({ method }) => method === variant);

describe("a study with controls", () => {
  it("says of each row what it is a control of", () => {
    expect(control("levels-corrupted")).toMatchObject({ control: "corrupted", control_of: "levels" });
    expect(control("levels")).toMatchObject({ control: "none", control_of: null });
    expect(control("narrower-parameters")).toMatchObject({ control: "none", control_of: null });
  });

  it("tells which methods lack which", () => {
    const notices = events.flatMap((event) => (event.event === "notice" ? [event.message] : []));
    expect(notices).toContain(
      "prune.controls: corrupted is left out for global-magnitude (its criterion, magnitude, looks at no examples), iterated (its criterion, magnitude, looks at no examples), rigl (its criterion, random, looks at no examples).",
    );
    expect(control("global-magnitude-corrupted")).toBeUndefined();
  });

  it("keeps as many weights of each layer in the controls that are about which", () => {
    for (const name of ["random", "inverted", "shuffled", "reinitialized"]) {
      expect(keptBy(`global-magnitude-${name}`)).toEqual(keptBy("global-magnitude"));
    }
    for (const name of ["shuffled", "reinitialized"]) {
      expect(keptBy(`levels-${name}`)).toEqual(keptBy("levels"));
      expect(keptBy(`iterated-${name}`)).toEqual(keptBy("iterated"));
      expect(keptBy(`rigl-${name}`)).toEqual(keptBy("rigl"));
    }
  });

  it("keeps the budget exactly in all of them", () => {
    const [reference] = of("global-magnitude");
    const controls = rows.filter((row) => row.control !== "none" && row.control !== "unpruned");
    for (const row of controls.filter((each) => each.target_sparsity === 0.9)) {
      expect(row.nonzero_parameters).toBe(reference?.nonzero_parameters);
    }
  });

  it("computes no method a second time for a control that takes its mask", () => {
    const runs = computed();
    expect(new Set(runs).size).toBe(runs.length);
    expect(runs.filter((run) => run.includes("original"))).toEqual([]);
    expect(runs.filter((run) => /^levels-0.9-level/.test(run))).toHaveLength(4);
  });

  it("prunes nothing in the one that recovers as often as the method, and computes one descent of it", () => {
    const dense = of("global-magnitude", 0).map(({ parameters }) => parameters);
    expect(of("iterated-unpruned").map((row) => row.nonzero_parameters)).toEqual(dense);
    expect(of("iterated-unpruned").map((row) => row.sparsity)).toEqual([0, 0]);
    // Recovery 1 is the dense control, which is at 0.5 too.
    expect(of("iterated-unpruned", 0.5).map((row) => row.loss)).toEqual(
      of("iterated", 0).map((row) => row.loss),
    );
    expect(computed().filter((run) => run.startsWith("iterated-unpruned"))).toHaveLength(2 * 3);
    expect(control("global-magnitude-unpruned")).toBeUndefined();
    expect(control("levels-unpruned")).toBeUndefined();
  });

  it("gives the weights of controls as many steps as those of the method", () => {
    const steps = (method: string, sparsity = 0.9) => of(method, sparsity)[0]?.train_steps ?? 0;
    // 3 epochs of training and one after each of 4 levels, of 10 steps each; train_steps also has what the mask comes from.
    expect(steps("iterated")).toBe(30 + 4 * 10);
    expect(steps("iterated-unpruned")).toBe(steps("iterated"));
    expect(steps("iterated-random")).toBe(steps("iterated"));
    expect(steps("iterated-shuffled")).toBe(steps("iterated") + 4 * 10);
    expect(steps("iterated-reinitialized")).toBe(2 * steps("iterated"));
    expect(steps("global-magnitude-reinitialized")).toBe(2 * steps("global-magnitude"));
    expect(steps("iterated-reinitialized", 0.5)).toBe(2 * steps("iterated", 0.5));
    // Rewound weights had one training, whatever was before.
    expect(steps("levels-reinitialized")).toBe(steps("levels") + 30);
  });

  it("has the mask of the method on other weights, which recover otherwise", () => {
    expect(of("levels-reinitialized").map(({ recovery }) => recovery)).toEqual(["train", "train"]);
    expect(of("iterated-reinitialized").map(({ recovery }) => recovery)).toEqual(["finetune", "finetune"]);
    for (const name of ["shuffled", "reinitialized", "inverted", "random", "corrupted"]) {
      const loss = of("levels").map((row) => row.loss);
      expect(of(`levels-${name}`).map((row) => row.loss)).not.toEqual(loss);
    }
  });

  it("counts the training that the mask comes from", () => {
    const [method] = of("levels");
    const [shuffled] = of("levels-shuffled");
    expect(shuffled?.train_steps).toBe((method?.train_steps ?? 0) + 30);
  });

  it("has the same network without pruning under all controls that train alike", () => {
    const losses = new Set(of("global-magnitude", 0).map((row) => row.loss));
    for (const name of ["random", "shuffled", "inverted"]) {
      for (const row of of(`global-magnitude-${name}`, 0)) expect(losses).toContain(row.loss);
    }
  });

  it("gives the same bytes again, and when it is continued with more controls", async () => {
    const grown = path.join(root, "grown");
    await runIn(
      grown,
      await tinyStudy(root, { prune: { ...prune, controls: ["shuffled"] }, engine: "kernels-wasm" }),
    );
    await runIn(grown, options, { workers: 2 });
    expect(await filesOf(grown)).toEqual(await filesOf(folder));
  });
});

it("a control of one's own stands without the method", async () => {
  const alone = {
    methods: [{ name: "mine", criterion: "magnitude", allocation: "global", control: "shuffled" }],
    sparsities: [0.9],
    finetune: { epochs: 1 },
  };
  const { outcome } = await runIn(
    path.join(root, "alone"),
    await tinyStudy(root, { prune: alone, engine: "kernels-wasm" }),
  );
  expect(outcome.results.map((row) => row.loss)).toEqual(
    of("global-magnitude-shuffled").map((row) => row.loss),
  );
  expect(outcome.results[0]).toMatchObject({ control: "shuffled", control_of: null });
});
