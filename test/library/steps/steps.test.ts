import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { encodeSafetensors } from "../../../src/foundations/safetensors.ts";
import { exportCheckpoint } from "../../../src/library/export.ts";
import { evaluate } from "../../../src/library/steps/evaluate.ts";
import { finetune } from "../../../src/library/steps/finetune.ts";
import { prune } from "../../../src/library/steps/prune.ts";
import { train } from "../../../src/library/steps/train.ts";
import { sweep } from "../../../src/library/sweep.ts";
import { readCheckpoint } from "../../../src/recording/read-checkpoint.ts";
import type { ResultRow } from "../../../src/recording/rows.ts";
import type { StudyEvent } from "../../../src/scheduling/events.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { writeTinyDataset } from "../../support/tiny-dataset.ts";

const root = await temporaryFolder();
const data = await writeTinyDataset(path.join(root, "tiny-digits"));
const engine = "reference";
const own = {
  name: "own",
  criterion: { name: "taylor", examples: 20 },
  allocation: "uniform",
  structure: "neuron",
} as const;
const methods = ["global-magnitude", "random-unstructured", own] as const;

/** A study of one seed. */
const config = (prune: object = {}): ConfigInput => ({
  name: "tiny",
  dataset: { name: "idx", path: data, validation: 30 },
  model: { name: "mlp", hidden: [8, 6] },
  train: { epochs: 3, batchSize: 16, optimizer: { name: "adam", learningRate: 0.02 } },
  prune: {
    methods: [...methods],
    sparsities: [0, 0.5],
    finetune: { epochs: 2 },
    exclude: ["output"],
    ...prune,
  },
  seeds: [4],
  engine,
});

const at = (...names: string[]) => path.join(root, ...names);
const checkpoint = (study: string, label: string) => at(study, "checkpoints", `${label}-seed4.safetensors`);
const tensors = async (file: string) => {
  const { parameters, masks } = await readCheckpoint(file);
  return { parameters, masks };
};
const metadataOf = async (file: string) => (await readCheckpoint(file)).metadata;
const cell = (method: string) => `${method}-0.5`;
let rows: readonly ResultRow[] = [];

beforeAll(async () => {
  const whole = await sweep(config(), { out: at("tuned"), checkpoints: "all" });
  rows = whole.results;
  await sweep(config({ finetune: null }), { out: at("pruned"), checkpoints: "all" });
  await train(config(), { out: at("model.safetensors") });
  for (const method of ["global-magnitude", "random-unstructured", "own"]) {
    await prune(at("model.safetensors"), {
      method,
      sparsity: 0.5,
      out: at(`${method}.safetensors`),
      ...(method === "own" ? { config: config() } : { engine }),
    });
  }
});

describe("train", () => {
  it("writes the bytes of the baseline of a sweep", async () => {
    const written = await readFile(at("model.safetensors"));
    expect(written.equals(await readFile(checkpoint("tuned", "baseline")))).toBe(true);
  });

  it("tells what the baseline comes to, and how far it is", async () => {
    const events: StudyEvent[] = [];
    const outcome = await train(config(), {
      out: at("again.safetensors"),
      seed: 5,
      set: ["train.epochs=40"],
      onEvent: (event) => events.push(event),
    });
    expect(outcome).toMatchObject({ model: "mlp", seed: 5, sparsity: 0, status: "ok", engine });
    expect(outcome.bytes).toBe((await stat(at("again.safetensors"))).size);
    expect(events.every((event) => event.event === "run-progress" && event.run === "baseline-seed5")).toBe(
      true,
    );
  });

  it("makes a checkpoint of weights that are given", async () => {
    const file = at("model.safetensors");
    const outcome = await train(config(), {
      out: at("given.safetensors"),
      set: [`train={ from: '${file}' }`],
    });
    expect(await tensors(at("given.safetensors"))).toEqual(await tensors(file));
    expect(outcome.accuracy).toBe((await evaluate(file, { engine })).accuracy);
  });
});

describe("prune", () => {
  it.each(["global-magnitude", "random-unstructured", "own"])(
    "has masks and weights as a sweep has them by %s before the recovery",
    async (method) => {
      expect(await tensors(at(`${method}.safetensors`))).toEqual(
        await tensors(checkpoint("pruned", cell(method))),
      );
    },
  );

  it("says of it what the sweep says, but for the recipe, which is of a whole sweep", async () => {
    const { metadata: swept } = await readCheckpoint(checkpoint("pruned", cell("global-magnitude")));
    const { metadata } = await readCheckpoint(at("global-magnitude.safetensors"));
    const { recipe: _, ...others } = swept;
    expect(metadata).toEqual({ ...others, source_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("leaves pruned what is pruned, and refuses to bring it back", async () => {
    const file = at("random-unstructured.safetensors");
    const more = { method: "global-magnitude", engine, out: at("more.safetensors") };
    const outcome = await prune(file, { ...more, sparsity: 0.75 });
    expect(outcome).toMatchObject({ sparsity: 0.75, sparsity_before: 0.5, target_sparsity: 0.75 });
    const before = (await readCheckpoint(file)).masks;
    const { masks, parameters } = await readCheckpoint(at("more.safetensors"));
    for (const [name, mask] of before) {
      const after = masks.get(name);
      expect(mask.every((kept, i) => kept === 1 || after?.[i] === 0)).toBe(true);
      expect(parameters.get(name)?.every((value, i) => after?.[i] === 1 || value === 0)).toBe(true);
    }
    await expect(prune(file, { ...more, sparsity: 0.25, force: true })).rejects.toThrow(
      "A sparsity of 0.25 would bring back weights",
    );
  });

  it("draws by the seed that it is given", async () => {
    const given = { method: "random-unstructured", sparsity: 0.5, engine, force: true };
    const file = at("model.safetensors");
    await prune(file, { ...given, out: at("drawn.safetensors"), seed: 4 });
    const same = await readFile(at("random-unstructured.safetensors"));
    expect((await readFile(at("drawn.safetensors"))).equals(same)).toBe(true);
    await prune(file, { ...given, out: at("drawn.safetensors"), seed: 5 });
    expect(await tensors(at("drawn.safetensors"))).not.toEqual(
      await tensors(at("random-unstructured.safetensors")),
    );
  });

  it.each([
    ["lottery-ticket", "prunes in rounds, with a recovery after each (iterative)"],
    ["snip", "prunes before the training (early)"],
    ["gradual-magnitude", "prunes while it recovers (gradual)"],
    ["global-magnitud", "'global-magnitud' is no method. Did you mean 'global-magnitude'?"],
  ])("refuses %s", async (method, message) => {
    const given = { method, sparsity: 0.5, out: at("never.safetensors") };
    await expect(prune(at("model.safetensors"), given)).rejects.toThrow(message);
    await expect(stat(at("never.safetensors"))).rejects.toThrow("ENOENT");
  });

  it("refuses what is no fraction", async () => {
    const given = { method: "global-magnitude", sparsity: 90, out: at("never.safetensors") };
    await expect(prune(at("model.safetensors"), given)).rejects.toThrow("write 0.9 for 90%");
  });
});

describe("finetune", () => {
  it.each(["global-magnitude", "random-unstructured", "own"])(
    "ends as a sweep does after %s",
    async (method) => {
      const out = at(`${method}-tuned.safetensors`);
      const outcome = await finetune(at(`${method}.safetensors`), { config: config(), out });
      expect(await tensors(out)).toEqual(await tensors(checkpoint("tuned", cell(method))));
      const row = rows.find((each) => each.method === method && each.target_sparsity === 0.5);
      expect(outcome).toMatchObject({
        epochs: 2,
        accuracy_before: row?.pruned_accuracy,
        loss_before: row?.pruned_loss,
        accuracy: row?.accuracy,
        loss: row?.loss,
      });
      expect((await readCheckpoint(out)).metadata).toMatchObject({
        method,
        recovery: "finetune",
        run: `${method}-0.5-seed4`,
      });
    },
  );

  it("takes its settings from flags, and writes the same bytes again", async () => {
    const given = {
      engine,
      epochs: 2,
      learningRate: 0.02,
      set: ["train.batchSize=16"],
      out: at("flags.safetensors"),
    };
    const file = at("global-magnitude.safetensors");
    await finetune(file, given);
    expect(await tensors(given.out)).toEqual(await tensors(at("global-magnitude-tuned.safetensors")));
    const first = await readFile(given.out);
    await finetune(file, { ...given, force: true });
    expect((await readFile(given.out)).equals(first)).toBe(true);
  });

  it("takes what was exported compressed, and writes the same", async () => {
    const whole = at("global-magnitude.safetensors");
    const small = at("compressed.safetensors");
    await exportCheckpoint(whole, { format: "safetensors-compressed", out: small });
    const out = at("from-compressed.safetensors");
    const tuned = await finetune(small, { config: config(), out });
    expect(await tensors(out)).toEqual(await tensors(at("global-magnitude-tuned.safetensors")));
    const { source_sha256: _, ...metadata } = (await readCheckpoint(out)).metadata;
    expect(await metadataOf(at("global-magnitude-tuned.safetensors"))).toMatchObject(metadata);
    expect(await evaluate(out, { engine })).toMatchObject({ accuracy: tuned.accuracy });
  });

  it("has to be told how, where the config has none or several", async () => {
    const file = at("global-magnitude.safetensors");
    const out = at("never.safetensors");
    await expect(finetune(file, { config: config({ finetune: null }), out })).rejects.toThrow(
      "prune.finetune is null",
    );
    const several = config({ finetune: { epochs: 2, learningRate: [0.1, 0.01] } });
    await expect(finetune(file, { config: several, out })).rejects.toMatchObject({
      message: "prune.finetune.learningRate lists rates for a sweep to choose from.",
      hint: "Take one: --learning-rate 0.1",
    });
  });
});

describe("evaluate", () => {
  it("has the figures of the row", async () => {
    for (const row of rows) {
      const label = `${row.method}-${row.target_sparsity}`;
      const {
        file: _file,
        sha256: _sha256,
        ...figures
      } = await evaluate(checkpoint("tuned", label), { engine });
      expect(row).toMatchObject(figures);
    }
    expect(rows).toHaveLength(6);
  });

  it("tells that the data are others", async () => {
    const events: StudyEvent[] = [];
    await evaluate(at("model.safetensors"), {
      engine,
      set: ["dataset.validation=20"],
      onEvent: (event) => events.push(event),
    });
    expect(events).toMatchObject([
      {
        event: "notice",
        message: expect.stringMatching(/^The examples are not those that .* was made with: tiny-digits/),
      },
    ]);
  });

  it("refuses a network for other examples", async () => {
    await expect(
      evaluate(at("model.safetensors"), { engine, set: ["dataset={ name: mnist, source: bundled }"] }),
    ).rejects.toThrow(
      "The network is for 1x6x6 to 3 classes, and the examples of mnist-10k are 1x28x28 to 10 classes.",
    );
  });

  it("needs a config for what does not describe itself, and maps its names", async () => {
    const { parameters } = await readCheckpoint(at("model.safetensors"));
    const shapes: Record<string, number[]> = {
      "fc1.weight": [8, 36],
      "fc1.bias": [8],
      "fc2.weight": [6, 8],
      "fc2.bias": [6],
      "fc3.weight": [3, 6],
      "fc3.bias": [3],
    };
    const foreign = at("theirs.safetensors");
    const named = (name: string) => name.replace("fc1", "layers.0");
    await writeFile(
      foreign,
      encodeSafetensors(
        [...parameters].map(([name, values]) => ({ name: named(name), shape: shapes[name] ?? [], values })),
      ),
    );
    await expect(evaluate(foreign)).rejects.toMatchObject({
      message: expect.stringContaining("does not say which network its weights are of"),
      hint: expect.stringContaining("--config FILE"),
    });
    const names = { "fc1.weight": "layers.0.weight", "fc1.bias": "layers.0.bias" };
    const mapped = { ...config(), train: { from: "theirs.safetensors", names } };
    const { accuracy } = await evaluate(foreign, { config: mapped });
    expect(accuracy).toBe((await evaluate(at("model.safetensors"), { engine })).accuracy);
  });
});
