import { readFile, rename } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import * as yaml from "yaml";
import { configSchema } from "../../src/config/schema.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { benchCheckpoints } from "../../src/library/bench/bench.ts";
import { merge } from "../../src/library/merge.ts";
import { evaluate } from "../../src/library/steps/evaluate.ts";
import { prune } from "../../src/library/steps/prune.ts";
import { shrink } from "../../src/library/steps/shrink.ts";
import { parseCsv } from "../../src/recording/csv-reader.ts";
import type { LayerRow } from "../../src/recording/rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyDataset } from "../support/tiny-dataset.ts";
import { runIn } from "../support/tiny-study.ts";
import { tinyArchitecture, writeSentences, writeTinyTransformer } from "../support/tiny-transformer.ts";

const root = await temporaryFolder();
const model = await writeTinyTransformer(path.join(root, "model"));
const tested = await writeSentences(path.join(root, "test.tsv"), 30, 1000);
const trained = await writeSentences(path.join(root, "train.tsv"), 60);

/** A study of the network in the folder, on texts that it is only tested on. */
const study = (changes: object = {}): StudyOptions =>
  configSchema().parse({
    name: "tiny-transformer",
    dataset: { name: "text", test: tested },
    model: { name: "pretrained", path: model },
    prune: { methods: ["l1-unstructured"], sparsities: [0, 0.5, 0.9], finetune: null },
    seeds: [0],
    engine: "reference",
    ...changes,
  });
const withTraining = { dataset: { name: "text", test: tested, train: trained, validation: 10 } };
const attention = ["q_lin", "k_lin", "v_lin", "out_lin"].map(
  (layer) => `distilbert.transformer.layer.0.attention.${layer}`,
);
const adam = { name: "adam", learningRate: 0.01 };
const scratch = { name: "distilbert", ...tinyArchitecture };
const texts = { ...withTraining.dataset, tokenizer: model, maxLength: 10 };

const tableIn = async (folder: string, table: "results" | "layers") =>
  parseCsv(table, await readFile(path.join(folder, `${table}.csv`), "utf8"), table).map(({ row }) => row);

describe("a pretrained network", () => {
  const folder = path.join(root, "swept");

  it("is pruned in its linear layers alone, and has no paths to follow", async () => {
    const { outcome } = await runIn(folder, study());
    // 4 x 8 x 8, 2 x 8 x 12, 8 x 8 and 2 x 8 of 1 block and the head.
    const weights = 256 + 192 + 64 + 16;
    expect(outcome.results.map((row) => row.parameters - row.nonzero_parameters)).toEqual([
      0,
      weights / 2,
      // 58 of 64, 86 of 96 and 14 of 16, round half to even.
      5 * 58 + 2 * 86 + 14,
    ]);
    expect(outcome.results.every((row) => row.effective_sparsity === null && row.train_steps === 0)).toBe(
      true,
    );
    const results = (await tableIn(folder, "results")) as typeof outcome.results;
    expect(results.map((row) => row.effective_sparsity)).toEqual([null, null, null]);
    const layers = (await tableIn(folder, "layers")) as { layer: string; sparsity: number; live: unknown }[];
    const pruned = layers.filter(({ sparsity }) => sparsity > 0).map(({ layer }) => layer);
    expect(new Set(pruned).size).toBe(8);
    expect(pruned.filter((layer) => /embedding|norm/i.test(layer))).toEqual([]);
    expect(layers.every(({ live }) => live === null)).toBe(true);
  });

  it("is recorded with its architecture, and is the same wherever its folder lies", async () => {
    const recorded = yaml.parse(await readFile(path.join(folder, "config.yaml"), "utf8"));
    expect(recorded.model.architecture).toMatchObject({ layout: "distilbert", classes: 2, width: 8 });
    const elsewhere = path.join(root, "elsewhere");
    await rename(model, elsewhere);
    const moved = configSchema().parse({ ...recorded, model: { ...recorded.model, path: elsewhere } });
    const { events } = await runIn(folder, moved);
    await rename(elsewhere, model);
    expect(events.some(({ event }) => event === "run-finished")).toBe(false);
  });

  it("is tested and pruned as a checkpoint that says by which folder texts are cut", async () => {
    const checkpoint = path.join(folder, "checkpoints", "baseline-seed0.safetensors");
    const { outcome } = await runIn(folder, study());
    const [dense, half] = outcome.results;
    expect(await evaluate(checkpoint)).toMatchObject({ test_examples: 30, accuracy: dense?.accuracy });
    const out = path.join(root, "half.safetensors");
    const pruned = await prune(checkpoint, { method: "l1-unstructured", sparsity: 0.5, out });
    expect(pruned.accuracy).toBe(half?.accuracy);
    expect(await evaluate(out)).toMatchObject({ dataset: "test", accuracy: half?.accuracy });
  });

  it("is merged from parts without its folder as it is swept whole", async () => {
    const parts = [1, 2].map((index) => path.join(root, `part${index}`));
    for (const [i, part] of parts.entries()) {
      await runIn(part, study(), { shard: { index: i + 1, count: 2 } });
    }
    await rename(model, `${model}-away`);
    await merge(path.join(root, "merged"), parts);
    await rename(`${model}-away`, model);
    const table = (of: string) => readFile(path.join(of, "results.csv"), "utf8");
    expect(await table(path.join(root, "merged"))).toBe(await table(folder));
  });

  it("learns by fine-tuning under its masks, by every kind of evidence", async () => {
    const { outcome } = await runIn(
      path.join(root, "finetuned"),
      study({
        ...withTraining,
        prune: {
          methods: [
            "global-magnitude",
            "wanda",
            { name: "slopes", criterion: "taylor", allocation: "global" },
            { name: "squares", criterion: "fisher", allocation: "global" },
            { name: "neurons", criterion: "magnitude", allocation: "uniform", structure: "neuron" },
          ],
          sparsities: [0.5],
          exclude: ["output", "distilbert.transformer.layer.0.attention.q_lin"],
          finetune: { epochs: 20, batchSize: 8, optimizer: adam },
        },
      }),
    );
    expect(outcome.results.map(({ method, status }) => [method, status])).toEqual(
      ["global-magnitude", "wanda", "slopes", "squares", "neurons"].map((method) => [method, "ok"]),
    );
    for (const row of outcome.results) {
      expect(row.accuracy, row.method).toBeGreaterThan(0.8);
      expect(row.baseline_accuracy, row.method).toBeLessThan(0.8);
    }
  });
});

describe("heads and feed-forward neurons", () => {
  const magnitude = { criterion: "magnitude", allocation: "global" };
  const methods = [
    { name: "heads", ...magnitude, structure: { name: "head", norm: "l2" } },
    { name: "ffn", ...magnitude, allocation: "uniform", structure: "ffn-neuron" },
    "l1-unstructured",
  ];
  const [heads, ffn] = methods;

  it("go whole, and count in weights: 2 heads of 4 x 32, 12 neurons of 16, of 528 weights", async () => {
    const folder = path.join(root, "slices");
    const { outcome } = await runIn(
      folder,
      study({ prune: { methods, sparsities: [0, 0.5], finetune: null } }),
    );
    const gone = outcome.results.map((row) => [
      row.method,
      row.target_sparsity,
      Math.round(528 * row.sparsity),
      row.parameters - row.nonzero_parameters,
    ]);
    expect(gone).toEqual([
      ["heads", 0, 0, 0],
      ["heads", 0.5, 128, 128],
      ["ffn", 0, 0, 0],
      ["ffn", 0.5, 96, 96],
      ["l1-unstructured", 0, 0, 0],
      ["l1-unstructured", 0.5, 264, 264],
    ]);
    const layers = (await tableIn(folder, "layers")) as unknown as LayerRow[];
    const unitsOf = (method: string) =>
      layers
        .filter((row) => row.method === method && row.target_sparsity === 0.5 && row.units !== null)
        .map(({ layer, weights, nonzero, units, units_kept: kept }) => {
          return [layer.replace(/.*layer.0./, ""), weights, nonzero, units, kept];
        });
    expect(unitsOf("heads")).toEqual([
      ["attention.q_lin", 64, 32, 2, 1],
      ["attention.k_lin", 64, 32, 2, 1],
      ["attention.v_lin", 64, 32, 2, 1],
      ["attention.out_lin", 64, 32, 2, 1],
    ]);
    expect(unitsOf("ffn")).toEqual([
      ["ffn.lin1", 96, 48, 12, 6],
      ["ffn.lin2", 96, 48, 12, 6],
    ]);
  });

  it("may all go from a block, which residual connections lead past: no layer limits the network", async () => {
    const asked = { methods: [heads, "global-magnitude"], sparsities: [0.8, 0.98], finetune: null };
    const { outcome, events } = await runIn(path.join(root, "slices-gone"), study({ prune: asked }));
    expect(outcome.results.map((row) => Math.round(528 * row.sparsity)).slice(0, 2)).toEqual([256, 256]);
    const notices = events.flatMap((event) => (event.event === "notice" ? [event.message] : []));
    const limits = notices.filter((notice) => notice.includes("this layer alone limits the network"));
    expect(limits.length).toBeGreaterThan(0);
    expect(limits.filter((notice) => notice.startsWith("heads "))).toEqual([]);
  });

  it("stay away where the network is trained on, in levels and under controls", async () => {
    const { outcome } = await runIn(
      path.join(root, "slices-trained"),
      study({
        ...withTraining,
        engine: "kernels-wasm",
        prune: {
          methods: [
            heads,
            { ...(ffn as object), criterion: "taylor", schedule: { name: "iterative", levels: [0.25] } },
          ],
          sparsities: [0.5],
          controls: ["shuffled"],
          finetune: { epochs: 10, batchSize: 8, optimizer: adam },
        },
      }),
    );
    expect(outcome.results.map((row) => [row.method, Math.round(528 * row.sparsity)])).toEqual([
      ["heads", 128],
      ["ffn", 96],
      ["heads-shuffled", 128],
      ["ffn-shuffled", 96],
    ]);
  });

  it.each<[string, object, string]>([
    [
      "without attention",
      { prune: { methods: [heads], sparsities: [0.5], exclude: attention, finetune: null } },
      "The method heads prunes by head, and no layer that may be pruned has a part of one.",
    ],
    [
      "one layer at a time",
      { prune: { methods: [heads], sparsities: [0.5], scan: "layers", finetune: null } },
      "prune.scan: layers prunes one layer at a time, and heads removes what several layers have a part of (head).",
    ],
    [
      "with a ratio of a layer that has none",
      {
        prune: {
          methods: [
            { ...(heads as object), allocation: { name: "ratios", sparsities: { pre_classifier: 0.5 } } },
          ],
          sparsities: [0.5],
          finetune: null,
        },
      },
      "The method heads spreads by ratios, and no layer 'pre_classifier' is pruned, only distilbert.transformer.layer.0.attention.q_lin.",
    ],
    [
      "with biases apart",
      { prune: { methods: [heads], sparsities: [0.5], biases: true, finetune: null } },
      "The method heads prunes by head, and prune.biases by single values: they cannot be combined.",
    ],
  ])("are refused %s", async (_where, changes, message) => {
    await expect(runIn(path.join(root, "slices-refused"), study(changes))).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(message),
    });
  });
});

describe("a network that nothing is trained of", () => {
  const sparsities = [0, 0.5, 0.9];
  const asked = { weights: true, sweetSpot: true };
  const folder = path.join(root, "statistics");

  it("has its sweet spot chosen on half of the test texts, and tested on the others", async () => {
    const { outcome } = await runIn(folder, study({ evaluate: asked }));
    const rows = outcome.evaluation["sweet-spots"];
    expect(rows.map((row) => row.target_sparsity)).toEqual(sparsities);
    for (const [i, row] of rows.entries()) {
      expect([row.chosen_on, row.choice_examples, row.other_examples]).toEqual(["test half", 15, 15]);
      const right = 15 * ((row.choice_accuracy ?? 0) + (row.accuracy ?? 0));
      expect(right).toBeCloseTo(30 * (outcome.results[i]?.accuracy ?? 0), 9);
    }
    expect(rows[0]?.accuracy_drop).toBe(0);
    const written = parseCsv("sweet-spots", await readFile(path.join(folder, "sweet-spots.csv"), "utf8"), "");
    expect(written).toHaveLength(3);
  });

  it("has its sweet spot chosen on texts of the test file that are held out", async () => {
    const dataset = { name: "text", test: tested, limit: 20, validation: 10 };
    const { outcome } = await runIn(path.join(root, "held-out"), study({ dataset, evaluate: asked }));
    for (const [i, row] of outcome.evaluation["sweet-spots"].entries()) {
      expect([row.chosen_on, row.choice_examples, row.other_examples]).toEqual(["validation", 10, 20]);
      expect(row.accuracy).toBe(outcome.results[i]?.accuracy);
    }
  });

  it("has statistics of the weights of every layer, before and after", async () => {
    const rows = parseCsv("weights", await readFile(path.join(folder, "weights.csv"), "utf8"), "");
    const layers = (await tableIn(folder, "layers")) as {
      parameter: string;
      target_sparsity: number;
      nonzero: number;
    }[];
    // All together, and the 8 linear layers.
    expect(rows).toHaveLength(3 * 9);
    const whole = rows.map(({ row }) => row).filter(({ parameter }) => parameter === null);
    expect(whole.map(({ weights }) => weights)).toEqual([528, 528, 528]);
    expect(whole.map(({ nonzero }) => nonzero)).toEqual([528, 264, 528 - 5 * 58 - 2 * 86 - 14]);
    for (const { row } of rows) {
      const layer = layers.find(
        (of) => of.parameter === row.parameter && of.target_sparsity === row.target_sparsity,
      );
      if (row.parameter !== null) expect(row.nonzero).toBe(layer?.nonzero);
      // Magnitude pruning leaves the largest.
      expect([row.min, row.max]).toEqual([row.baseline_min, row.baseline_max]);
      if (row.target_sparsity === 0) expect(row.std).toBe(row.baseline_std);
      else expect(row.std).toBeLessThan(row.baseline_std ?? 0);
    }
  });

  it("asks for no run of its own to choose a sweet spot", async () => {
    const of = path.join(root, "spot-later");
    await runIn(of, study());
    const { events, outcome } = await runIn(of, study({ evaluate: { sweetSpot: true } }));
    expect(events.some(({ event }) => event === "run-finished")).toBe(false);
    expect(outcome.evaluation["sweet-spots"]).toHaveLength(3);
  });
});

describe("a network that is trained from scratch", () => {
  it.each([
    ["by its numbers", scratch],
    ["by a folder without its weights", { name: "pretrained", path: model, weights: "none" }],
  ])("learns, %s", async (_how, of) => {
    const { outcome } = await runIn(
      path.join(root, `scratch-${of.name}`),
      study({
        dataset: texts,
        model: of,
        train: { epochs: 20, batchSize: 8, optimizer: adam },
        prune: { methods: ["l1-unstructured"], sparsities: [0, 0.5], finetune: null },
      }),
    );
    expect(outcome.results[0]?.baseline_accuracy).toBe(1);
  });
});

describe("what does not fit is told before anything is written", () => {
  const images = { name: "idx", path: path.join(root, "tiny-digits"), validation: 30 };
  const method = (changes: object) => ({
    prune: {
      methods: [{ name: "m", criterion: "magnitude", allocation: "global", ...changes }],
      sparsities: [0.5],
      finetune: { epochs: 1 },
    },
    ...withTraining,
  });
  it.each([
    ["a network without texts", { dataset: texts, model: { name: "mlp" } }, "The model mlp takes no texts"],
    ["images", { dataset: images }, "The model pretrained takes texts, and the dataset"],
    [
      "another vocabulary",
      { dataset: texts, model: { ...scratch, vocabulary: 13 } },
      "knows 13 pieces, and the tokenizer of the dataset test has 12",
    ],
    [
      "longer texts",
      { dataset: texts, model: { ...scratch, positions: 4 } },
      "it takes texts of up to 4 pieces",
    ],
    ["SynFlow", method({ criterion: "synflow" }), "gives the network an input of ones (synflow)"],
    ["GraSP", method({ criterion: "grasp" }), "takes second derivatives (grasp)"],
    ["an effective sparsity", method({ target: "effective" }), "follows paths from inputs to outputs"],
    [
      "inputs that are always 0",
      { ...method({ schedule: { name: "set", deadInputs: "avoid" } }), dataset: texts, model: scratch },
      "looks for inputs that are always 0 (set)",
    ],
    [
      "a narrower network",
      { ...withTraining, prune: { ...method({}).prune, controls: ["narrower-parameters"] } },
      "it is a transformer",
    ],
    ["units left out", { evaluate: { shrunk: true } }, "evaluate.shrunk counts units"],
  ])("%s", async (_what, changes, message) => {
    await writeTinyDataset(path.join(root, "tiny-digits"));
    const refused = path.join(root, "refused");
    await expect(runIn(refused, study(changes))).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(message),
    });
    await expect(readFile(path.join(refused, "config.yaml"))).rejects.toThrow("ENOENT");
  });

  it("auto takes an engine that computes it", async () => {
    const { outcome } = await runIn(path.join(root, "auto"), study({ engine: "auto" }));
    expect(outcome.results[0]?.engine).toMatch(/^kernels-/);
  });
});

it.each([
  [
    "shrink",
    (file: string) => shrink(file, { out: path.join(root, "smaller.safetensors") }),
    "it cannot be made smaller",
  ],
  ["bench", (file: string) => benchCheckpoints([file]), "bench measures engines that compute none"],
])("%s says that it is not for transformers", async (_step, take, message) => {
  const folder = path.join(root, "taken");
  await runIn(folder, study());
  const file = path.join(folder, "checkpoints", "baseline-seed0.safetensors");
  await expect(take(file)).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining(message),
  });
});
