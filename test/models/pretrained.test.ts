import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { findWeights, readWeights } from "../../src/experiment/read-weights.ts";
import { encodeSafetensors, type Tensor } from "../../src/foundations/safetensors.ts";
import { buildNetwork, type ModelOptions, modelSchema, resolveModel } from "../../src/models/registry.ts";
import { parameterCount, parameterSpecs } from "../../src/network/parameters.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const distilbert = {
  model_type: "distilbert",
  architectures: ["DistilBertForSequenceClassification"],
  activation: "gelu",
  dim: 8,
  hidden_dim: 12,
  n_heads: 2,
  n_layers: 2,
  vocab_size: 20,
  max_position_embeddings: 10,
  sinusoidal_pos_embds: false,
};
const bert = {
  model_type: "bert",
  architectures: ["BertForSequenceClassification"],
  hidden_act: "gelu",
  hidden_size: 8,
  intermediate_size: 12,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  vocab_size: 20,
  max_position_embeddings: 10,
  layer_norm_eps: 1e-6,
  id2label: { 0: "a", 1: "b", 2: "c" },
};

async function folderOf(config: object | string, tensors: readonly Tensor[] = []): Promise<string> {
  const folder = await temporaryFolder();
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await writeFile(path.join(folder, "config.json"), text);
  await writeFile(path.join(folder, "model.safetensors"), encodeSafetensors(tensors));
  return folder;
}

const resolve = (folder: string, options: object = {}) =>
  resolveModel(modelSchema().parse({ name: "pretrained", path: folder, ...options }) as ModelOptions, {
    dataDir: undefined,
  });

const networkOf = (options: ModelOptions, outputs = 2, longest = 10) =>
  buildNetwork(options, [longest], outputs, "softmax-cross-entropy");

/** Numbers that all differ. */
const tensorsOf = (spec: NetworkSpec): Tensor[] =>
  parameterSpecs(spec).map(({ name, shape, size }, t) => ({
    name,
    shape,
    values: Float32Array.from({ length: size }, (_, i) => t + i / 256),
  }));

describe("a folder of DistilBERT's", () => {
  test("says the network, and the network alone, whatever the texts", async () => {
    const { options, folder, weights } = await resolve(await folderOf(distilbert));
    const spec = networkOf(options, 2, 7);
    expect(spec.inputShape).toEqual([10]);
    expect(spec.layers.map(({ kind }) => kind)).toEqual([
      ...["embeddings", "transformer-block", "transformer-block", "first-token"],
      ...["dense", "activation", "dense"],
    ]);
    expect(weights).toBe(path.join(folder ?? "", "model.safetensors"));
  });

  test("gives its weights under their own names", async () => {
    const { options } = await resolve(await folderOf(distilbert));
    const spec = networkOf(options);
    const tensors = tensorsOf(spec);
    const { weights } = await resolve(await folderOf(distilbert, tensors));
    const found = await findWeights({ ofModel: weights }, spec, undefined);
    if (found === undefined) throw new Error("no weights");
    const read = await readWeights(found, spec);
    expect([...read]).toEqual(tensors.map(({ name, values }) => [name, values]));
  });

  test("with weights: none has none, and any number of classes", async () => {
    const { options, weights } = await resolve(await folderOf(distilbert), { weights: "none" });
    expect(weights).toBeUndefined();
    expect(parameterCount(networkOf(options, 5)) - parameterCount(networkOf(options, 2))).toBe(3 * 9);
  });

  test("is asked for again by a config that has its architecture, and no other is taken", async () => {
    const { options } = await resolve(await folderOf(distilbert));
    const { architecture } = options as { architecture?: unknown };
    const again = await resolve(await folderOf(distilbert), { architecture });
    expect(networkOf(again.options)).toEqual(networkOf(options));
    const other = await folderOf({ ...distilbert, n_layers: 3 });
    await expect(resolve(other, { architecture })).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining("is not of the network that model.architecture describes"),
    });
  });
});

describe("a folder of BERT's", () => {
  const named = "bert.embeddings";

  test("has BERT's names and its pooler", async () => {
    const { options } = await resolve(await folderOf(bert));
    const names = parameterSpecs(networkOf(options, 3)).map(({ name }) => name);
    expect(names).toContain("bert.encoder.layer.0.attention.self.query.weight");
    expect(names).toContain("bert.encoder.layer.0.output.LayerNorm.bias");
    expect(names).toContain("bert.pooler.dense.weight");
  });

  test("has the row of token type 0 added to every position; position numbers are passed over", async () => {
    const { options } = await resolve(await folderOf(bert));
    const spec = networkOf(options, 3);
    const tensors = tensorsOf(spec);
    const types = Float32Array.from({ length: 16 }, (_, i) => (i < 8 ? i + 1 : 1000));
    const { weights } = await resolve(
      await folderOf(bert, [
        ...tensors,
        { name: `${named}.token_type_embeddings.weight`, shape: [2, 8], values: types },
        { name: `${named}.position_ids`, shape: [1, 10], values: new Uint32Array(10) },
      ]),
    );
    const found = await findWeights({ ofModel: weights }, spec, undefined);
    if (found === undefined) throw new Error("no weights");
    const read = await readWeights(found, spec);
    const positions = tensors.find(({ name }) => name === `${named}.position_embeddings.weight`);
    expect(read.get(`${named}.position_embeddings.weight`)).toEqual(
      Float32Array.from(positions?.values ?? [], (value, i) => value + (i % 8) + 1),
    );
    expect(read.size).toBe(tensors.length);
  });
});

test("of DistilBERT's own config, without weights: its parameters and what of them is linear", async () => {
  const { options } = await resolve(
    await folderOf({
      ...distilbert,
      ...{ dim: 768, hidden_dim: 3072, n_heads: 12, n_layers: 6 },
      ...{ vocab_size: 30_522, max_position_embeddings: 512 },
    }),
    { weights: "none" },
  );
  const spec = networkOf(options);
  expect(parameterCount(spec)).toBe(66_955_010);
  const own = modelSchema().parse({ name: "distilbert" }) as ModelOptions;
  expect(networkOf(own)).toEqual(spec);
});

describe("what cannot be read is told", () => {
  const configs: [string, object | string, string][] = [
    ["no JSON", "{", "config.json is not JSON"],
    ["another thing", [], "has no model_type"],
    [
      "another architecture",
      { model_type: "gpt2" },
      "model_type is 'gpt2'; prune-lab computes distilbert and bert",
    ],
    ["a number that is missing", { ...distilbert, dim: undefined }, "config.json: dim: "],
    [
      "another activation",
      { ...distilbert, activation: "relu" },
      'activation is "relu"; prune-lab computes "gelu" alone',
    ],
    ["another activation of BERT's", { ...bert, hidden_act: "gelu_new" }, 'hidden_act is "gelu_new"'],
    ["fixed positions", { ...distilbert, sinusoidal_pos_embds: true }, "sinusoidal_pos_embds is true"],
    [
      "relative positions",
      { ...bert, position_embedding_type: "relative_key" },
      "position_embedding_type is ",
    ],
    ["a decoder", { ...bert, is_decoder: true }, "is_decoder is true"],
    [
      "several labels at once",
      { ...distilbert, problem_type: "multi_label_classification" },
      "problem_type is ",
    ],
    ["quantized weights", { ...distilbert, quantization_config: { bits: 4 } }, "has a quantization_config"],
    ["another head", { ...distilbert, architectures: ["DistilBertForMaskedLM"] }, "'DistilBertForMaskedLM'"],
  ];
  test.each(configs)("%s", async (_what, config, message) => {
    await expect(resolve(await folderOf(config))).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(message),
    });
  });

  test("a folder that is not there, and one without its config", async () => {
    await expect(resolve("no-such-folder")).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/^model.path: there is no folder .*no-such-folder/),
    });
    await expect(resolve(await temporaryFolder())).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining("config.json cannot be read"),
    });
  });

  test.each([
    ["nothing", undefined, "has no model.safetensors."],
    ["several files", "model.safetensors.index.json", "its weights lie in several files"],
    ["a pickle", "pytorch_model.bin", "it has pytorch_model.bin, which prune-lab does not read"],
  ])("no weights but %s", async (_what, file, message) => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "config.json"), JSON.stringify(distilbert));
    if (file !== undefined) await writeFile(path.join(folder, file), "");
    await expect(resolve(folder)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining("model.weights: none"),
    });
  });

  test("another number of classes than the data has", async () => {
    const { options } = await resolve(await folderOf(bert));
    expect(() => networkOf(options, 2)).toThrow("tells 3 classes apart, and the data has 2");
  });

  test("texts that are longer than it takes", async () => {
    const { options } = await resolve(await folderOf(distilbert));
    expect(() => networkOf(options, 2, 11)).toThrow(
      "it takes texts of up to 10 pieces, and the longest has 11",
    );
  });

  test("heads that do not divide the width, and layers without biases", async () => {
    const { options } = await resolve(await folderOf({ ...distilbert, n_heads: 3 }));
    expect(() => networkOf(options)).toThrow("the width 8 is no multiple of the number of heads, 3");
    const without = modelSchema().parse({ name: "distilbert", bias: false }) as ModelOptions;
    expect(() => networkOf(without)).toThrow("its layers have biases");
  });

  const spec = buildNetwork(
    modelSchema().parse({
      name: "distilbert",
      ...{ layers: 1, width: 4, heads: 1, hidden: 4 },
      ...{ vocabulary: 5, positions: 6 },
    }) as ModelOptions,
    [6],
    2,
    "softmax-cross-entropy",
  );
  const whole = tensorsOf(spec);
  const changed = (change: (tensor: Tensor) => Tensor[]) => encodeSafetensors(whole.flatMap(change));
  const classifier = "classifier.weight";
  const files: [string, () => Uint8Array, string][] = [
    [
      "a tensor that is missing",
      () => changed((t) => (t.name === classifier ? [] : [t])),
      `${classifier} is missing`,
    ],
    [
      "a tensor of another shape",
      () => changed((t) => (t.name === classifier ? [{ ...t, shape: [4, 2] }] : [t])),
      `${classifier} has the shape [4, 2], not [2, 4]`,
    ],
    [
      "a value that is no number",
      () =>
        changed((t) =>
          t.name === classifier
            ? [{ ...t, values: t.values.map((v, i) => (i === 3 ? Number.NaN : v)) as Float32Array }]
            : [t],
        ),
      `${classifier}[3] is NaN`,
    ],
    [
      "64-bit floats",
      () =>
        withType(
          changed((t) => [t]),
          "F64",
        ),
      "has type 'F64'; prune-lab reads F32, F16",
    ],
    [
      "quantized values",
      () =>
        withType(
          changed((t) => [t]),
          "I8_",
        ),
      "has type 'I8_'",
    ],
    ["a file that ends early", () => changed((t) => [t]).slice(0, -4), "it ends within tensor"],
    ["a header of 2 GB", () => withHeaderLength(2n ** 31n), "its header should have 2147483648 bytes"],
  ];
  test.each(files)("%s", async (_what, file, message) => {
    const folder = path.join(await temporaryFolder(), "model");
    await mkdir(folder);
    const weights = path.join(folder, "model.safetensors");
    await writeFile(weights, file());
    await expect(findWeights({ ofModel: weights }, spec, undefined)).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(message),
    });
    await expect(findWeights({ ofModel: weights }, spec, undefined)).rejects.toThrow("model.safetensors");
    expect(await readFile(weights)).toHaveLength(file().length);
  });
});

/** The first tensor's type changed in the header, which keeps its length. */
function withType(bytes: Uint8Array, type: string): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes).replace('"F32"', `"${type}"`);
  return Buffer.from(text, "latin1");
}

function withHeaderLength(length: bigint): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}
