import { expect, test } from "vitest";
import { parameterCount, parameterSpecs } from "../../src/network/parameters.ts";
import { layerOutputShapes } from "../../src/network/shapes.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { networkSpecSchema } from "../../src/network/specification-schema.ts";
import { weightedLayers } from "../../src/network/weighted-layers.ts";

const epsilon = 1e-12;

/** DistilBERT's layout with a head of two classes. */
function distilbert(blocks: number, width: number, hidden: number): NetworkSpec {
  return {
    inputShape: [512],
    layers: [
      {
        kind: "embeddings",
        name: "distilbert.embeddings",
        vocabulary: 30_522,
        positions: 512,
        width,
        epsilon,
      },
      ...Array.from({ length: blocks }, (_, i) => ({
        kind: "transformer-block" as const,
        name: `distilbert.transformer.layer.${i}`,
        width,
        heads: 4,
        hidden,
        activation: "gelu" as const,
        epsilon,
      })),
      { kind: "first-token" },
      { kind: "dense", name: "pre_classifier", inputs: width, outputs: width },
      { kind: "activation", activation: "relu" },
      { kind: "dense", name: "classifier", inputs: width, outputs: 2 },
    ],
    loss: "softmax-cross-entropy",
  };
}

const base = distilbert(6, 768, 3072);

test("DistilBERT has 66,955,010 parameters, and 38 linear layers with 43,058,688 weights", () => {
  expect(parameterCount(base)).toBe(66_955_010);
  const weights = parameterSpecs(base).filter(({ role }) => role === "weight");
  expect(weights).toHaveLength(38);
  expect(weights.reduce((sum, { size }) => sum + size, 0)).toBe(43_058_688);
  expect(weightedLayers(base).map(({ weight }) => weight.name)).toEqual(weights.map(({ name }) => name));
});

test("tensors have the names and the order of DistilBERT's files", () => {
  const names = parameterSpecs(distilbert(1, 8, 16)).map(({ name, role, shape }) => [name, role, ...shape]);
  const block = "distilbert.transformer.layer.0";
  expect(names).toEqual([
    ["distilbert.embeddings.word_embeddings.weight", "embedding", 30_522, 8],
    ["distilbert.embeddings.position_embeddings.weight", "embedding", 512, 8],
    ["distilbert.embeddings.LayerNorm.weight", "norm", 8],
    ["distilbert.embeddings.LayerNorm.bias", "norm", 8],
    ...["q_lin", "k_lin", "v_lin", "out_lin"].flatMap((name) => [
      [`${block}.attention.${name}.weight`, "weight", 8, 8],
      [`${block}.attention.${name}.bias`, "bias", 8],
    ]),
    [`${block}.sa_layer_norm.weight`, "norm", 8],
    [`${block}.sa_layer_norm.bias`, "norm", 8],
    [`${block}.ffn.lin1.weight`, "weight", 16, 8],
    [`${block}.ffn.lin1.bias`, "bias", 16],
    [`${block}.ffn.lin2.weight`, "weight", 8, 16],
    [`${block}.ffn.lin2.bias`, "bias", 8],
    [`${block}.output_layer_norm.weight`, "norm", 8],
    [`${block}.output_layer_norm.bias`, "norm", 8],
    ["pre_classifier.weight", "weight", 8, 8],
    ["pre_classifier.bias", "bias", 8],
    ["classifier.weight", "weight", 2, 8],
    ["classifier.bias", "bias", 2],
  ]);
});

test("a tensor's layer is its name without its last part", () => {
  const layers = new Set(parameterSpecs(distilbert(1, 8, 16)).map(({ layer }) => layer));
  expect(layers).toContain("distilbert.transformer.layer.0.attention.q_lin");
  expect(layers).toContain("distilbert.embeddings.word_embeddings");
});

test("tokens become rows of values, and the first of them an example's", () => {
  expect(layerOutputShapes(distilbert(1, 8, 16))).toEqual([[512, 8], [512, 8], [8], [8], [8], [2]]);
  const longer = { ...base, inputShape: [513] };
  expect(() => layerOutputShapes(longer)).toThrow("distilbert.embeddings takes up to 512 tokens, not [513]");
  const narrow = distilbert(1, 8, 16);
  const layers = narrow.layers.map((layer) =>
    layer.kind === "transformer-block" ? { ...layer, width: 4 } : layer,
  );
  expect(() => layerOutputShapes({ ...narrow, layers })).toThrow("layer.0 takes [tokens, 4], not [512, 8]");
});

test("a file says it in JSON", () => {
  expect(networkSpecSchema.parse(JSON.parse(JSON.stringify(base)))).toEqual(base);
});
