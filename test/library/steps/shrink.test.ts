import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { loadDataset } from "../../../src/datasets/registry.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { evaluate } from "../../../src/library/steps/evaluate.ts";
import { finetune } from "../../../src/library/steps/finetune.ts";
import { prune } from "../../../src/library/steps/prune.ts";
import { type ShrinkOutcome, shrink } from "../../../src/library/steps/shrink.ts";
import { train } from "../../../src/library/steps/train.ts";
import { sweep } from "../../../src/library/sweep.ts";
import { readCheckpoint } from "../../../src/recording/read-checkpoint.ts";
import { inOrder } from "../../engines/support/problems.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const root = await temporaryFolder();
const at = (...names: string[]) => path.join(root, ...names);
const engine = "kernels-wasm";
const test = (
  await loadDataset(
    { name: "mnist", source: "bundled", validation: null, normalize: "unit", checksum: null },
    { dataDir: undefined, notify: () => {} },
  )
).test;

const models = {
  mlp: { name: "mlp", hidden: [24, 12] },
  sigmoid: { name: "mlp", hidden: [20, 10], activation: "sigmoid", bias: false },
  cnn: {
    name: "cnn",
    layers: [{ conv: 6, kernel: [5, 3] }, { pool: 2 }, { conv: 8, padding: 1, stride: 2 }, { dense: 16 }],
  },
} as const satisfies Record<string, ConfigInput["model"]>;

const config = (model: ConfigInput["model"]): ConfigInput => ({
  name: "digits",
  dataset: { name: "mnist", source: "bundled" },
  model,
  train: { epochs: 1 },
  prune: {
    methods: [
      { name: "units", criterion: "magnitude", allocation: "uniform", structure: "neuron" },
      "global-magnitude",
    ],
    sparsities: [0.5],
    finetune: { epochs: 1 },
    exclude: ["output"],
  },
  seeds: [0],
  engine,
});

async function outputsOf(file: string): Promise<Float32Array> {
  const { network: spec, parameters, masks } = await readCheckpoint(file);
  const kernels = await openEngine(engine, () => {});
  const network = await kernels.createNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
  await network.setMasks(masks);
  await network.writeParameters(parameters);
  const outputs = await network.outputs(test, inOrder(test.count));
  await network.dispose();
  await kernels.dispose();
  return outputs;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
}

describe.each(Object.entries(models))("the %s", (name, model) => {
  const file = (what: string) => at(`${name}-${what}.safetensors`);
  const outcomes = new Map<string, ShrinkOutcome>();

  beforeAll(async () => {
    await train(config(model), { out: file("dense") });
    for (const [method, sparsity] of [["units", 0.5] as const, ["global-magnitude", 0.98] as const]) {
      await prune(file("dense"), { method, sparsity, config: config(model), out: file(method) });
      outcomes.set(method, await shrink(file(method), { out: file(`${method}-small`) }));
    }
  });

  it.each(["units", "global-magnitude"])(
    "shrunk after %s gives the same outputs on all test digits",
    async (method) => {
      const [whole, small] = [await outputsOf(file(method)), await outputsOf(file(`${method}-small`))];
      expect(whole).toHaveLength(10 * 1000);
      expect(largestDifference(whole, small)).toBeLessThan(1e-5);
    },
  );

  it("is measured layer by layer, and as the masked one is", async () => {
    const { before, after, layers } = outcomes.get("units") as ShrinkOutcome;
    expect(after.parameters).toBeLessThan(before.parameters);
    expect(after.dense_macs).toBeLessThan(before.dense_macs);
    const sum = (of: (layer: (typeof layers)[number]) => number) =>
      layers.reduce((total, layer) => total + of(layer), 0);
    expect(sum((layer) => layer.parameters)).toBe(after.parameters);
    expect(sum((layer) => layer.parameters_before)).toBe(before.parameters);
    expect(sum((layer) => layer.macs)).toBe(after.dense_macs);
    expect(sum((layer) => layer.macs_before)).toBe(before.dense_macs);
    const masked = await evaluate(file("units"), { engine });
    expect(masked).toMatchObject(before);
    const small = await evaluate(file("units-small"), { engine });
    expect(small).toMatchObject({ ...after, accuracy: masked.accuracy });
    expect(small.loss).toBeCloseTo(masked.loss as number, 5);
  });

  it("is a checkpoint like any other: pruned, fine-tuned, shrunk again", async () => {
    const given = { engine, force: true };
    const small = file("units-small");
    const pruned = await prune(small, {
      ...given,
      method: "global-magnitude",
      sparsity: 0.5,
      out: file("next"),
    });
    expect(pruned.sparsity).toBeCloseTo(0.5, 3);
    const tuned = await finetune(file("next"), { ...given, epochs: 1, out: file("next-tuned") });
    expect(tuned).toMatchObject({ status: "ok", sparsity: pruned.sparsity });
    const again = await shrink(small, { out: file("again"), force: true });
    expect(again.after.parameters).toBe(again.before.parameters);
  });

  it("is started from in a sweep with the model that it tells", async () => {
    const { model: mapping } = outcomes.get("units") as ShrinkOutcome;
    const study = config(mapping as ConfigInput["model"]);
    const { results } = await sweep(
      {
        ...study,
        train: { from: file("units-small") },
        prune: { ...study.prune, sparsities: [0], finetune: null },
      },
      { out: at(`${name}-sweep`), workers: 1 },
    );
    const { accuracy, parameters } = await evaluate(file("units-small"), { engine });
    expect(results[0]).toMatchObject({ accuracy, parameters });
  });
});

describe("shrink", () => {
  it("gives all layers a bias where a constant has made one in a network without", async () => {
    const { network } = await readCheckpoint(at("sigmoid-units-small.safetensors"));
    expect(JSON.stringify(network)).not.toContain('"bias":false');
  });

  it("writes the same bytes again, and over no file unless forced", async () => {
    const [from, out] = [at("mlp-units.safetensors"), at("mlp-units-small.safetensors")];
    await expect(shrink(from, { out })).rejects.toMatchObject({
      message: `${out} exists already.`,
      hint: "Replace it with --force, or name another file.",
    });
    const { sha256 } = await shrink(from, { out, force: true });
    expect((await evaluate(out, { engine })).sha256).toBe(sha256);
    await expect(shrink(from, { out: from, force: true })).rejects.toThrow("is read by this command");
  });
});
