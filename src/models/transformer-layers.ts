import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import type { DenseSpec, EmbeddingsSpec, LayerSpec, TransformerBlockSpec } from "../network/specification.ts";

const extent = (most: number) => z.int().min(1).max(most);

/** What a DistilBERT is as numbers; without any given, DistilBERT's own. */
export const architectureOptions = {
  layers: extent(96).default(6).describe("Transformer blocks."),
  width: extent(16_384).default(768).describe("Values of a token between the blocks."),
  heads: extent(256).default(12).describe("Heads of the attention; they divide the width."),
  hidden: extent(65_536).default(3072).describe("Units between the two linear layers of a block."),
  vocabulary: extent(2 ** 20)
    .default(30_522)
    .describe("Pieces that the tokenizer knows."),
  positions: extent(65_536).default(512).describe("The most pieces of a text."),
};

const architectureShape = z.strictObject(architectureOptions);

/** Whose names the tensors have, and what stands between blocks and classes. */
export type Layout = "distilbert" | "bert";

export type Architecture = z.output<typeof architectureShape> & {
  readonly layout: Layout;
  /** Of the layer norms, added to the variance. */
  readonly epsilon: number;
};

/**
 * Embeddings, blocks, and a head on the first token: a linear layer with ReLU in DistilBERT, with tanh in BERT (its
 * pooler), then one with an output a class. Throws a PruneLabError of kind `input` when the heads do not divide the width.
 */
export function transformerLayers(model: string, architecture: Architecture, outputs: number): LayerSpec[] {
  const { layers, width, heads, hidden, vocabulary, positions, layout, epsilon } = architecture;
  if (width % heads !== 0) {
    throw inputError(`model '${model}': the width ${width} is no multiple of the number of heads, ${heads}.`);
  }
  const named = layout === "bert" ? { layout } : {};
  const embeddings: EmbeddingsSpec = {
    kind: "embeddings",
    name: `${layout}.embeddings`,
    ...named,
    ...{ vocabulary, positions, width, epsilon },
  };
  const blocks = layout === "bert" ? "bert.encoder.layer" : "distilbert.transformer.layer";
  const block = (number: number): TransformerBlockSpec => ({
    kind: "transformer-block",
    name: `${blocks}.${number}`,
    ...named,
    ...{ width, heads, hidden, activation: "gelu", epsilon },
  });
  const dense = (name: string, units: number): DenseSpec => ({
    kind: "dense",
    name,
    inputs: width,
    outputs: units,
  });
  return [
    embeddings,
    ...Array.from({ length: layers }, (_, i) => block(i)),
    { kind: "first-token" },
    dense(layout === "bert" ? "bert.pooler.dense" : "pre_classifier", width),
    { kind: "activation", activation: layout === "bert" ? "tanh" : "relu" },
    dense("classifier", outputs),
  ];
}
