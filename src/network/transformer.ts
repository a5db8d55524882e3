import type { DenseSpec, EmbeddingsSpec, NetworkSpec, TransformerBlockSpec } from "./specification.ts";

/** (x - mean) / sqrt(variance + epsilon) over the values of a token, times a weight, plus a bias: [width] each. */
export interface LayerNormSpec {
  readonly name: string;
  readonly width: number;
  readonly epsilon: number;
}

/** The layers that a transformer block consists of, in the order of its tensors in a file. */
export interface BlockLayers {
  readonly query: DenseSpec;
  readonly key: DenseSpec;
  readonly value: DenseSpec;
  /** Of the attention. */
  readonly out: DenseSpec;
  readonly attentionNorm: LayerNormSpec;
  readonly up: DenseSpec;
  readonly down: DenseSpec;
  readonly outputNorm: LayerNormSpec;
}

/** As the files of both call them. */
const names = {
  distilbert: {
    query: "attention.q_lin",
    key: "attention.k_lin",
    value: "attention.v_lin",
    out: "attention.out_lin",
    attentionNorm: "sa_layer_norm",
    up: "ffn.lin1",
    down: "ffn.lin2",
    outputNorm: "output_layer_norm",
  },
  bert: {
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    out: "attention.output.dense",
    attentionNorm: "attention.output.LayerNorm",
    up: "intermediate.dense",
    down: "output.dense",
    outputNorm: "output.LayerNorm",
  },
} as const;

export function blockLayers({ name, layout, width, hidden, epsilon }: TransformerBlockSpec): BlockLayers {
  const called = names[layout ?? "distilbert"];
  const dense = (part: keyof BlockLayers, inputs: number, outputs: number): DenseSpec => ({
    kind: "dense",
    name: `${name}.${called[part]}`,
    inputs,
    outputs,
  });
  const norm = (part: keyof BlockLayers) => ({ name: `${name}.${called[part]}`, width, epsilon });
  return {
    query: dense("query", width, width),
    key: dense("key", width, width),
    value: dense("value", width, width),
    out: dense("out", width, width),
    attentionNorm: norm("attentionNorm"),
    up: dense("up", width, hidden),
    down: dense("down", hidden, width),
    outputNorm: norm("outputNorm"),
  };
}

/** Those of them that have a weight to multiply with, in order. */
export function blockLinears(block: TransformerBlockSpec): readonly DenseSpec[] {
  const { query, key, value, out, up, down } = blockLayers(block);
  return [query, key, value, out, up, down];
}

/** The tables of the embeddings, and what normalizes their sum. */
export function embeddingParts({ name, width, epsilon }: EmbeddingsSpec) {
  return {
    /** [vocabulary, width] */
    words: `${name}.word_embeddings.weight`,
    /** [positions, width] */
    positions: `${name}.position_embeddings.weight`,
    norm: { name: `${name}.LayerNorm`, width, epsilon } satisfies LayerNormSpec,
  };
}

/** What follows the tokens: a network of its own, which reads the first token's values. */
export function headOf({ layers, loss }: NetworkSpec): NetworkSpec {
  const first = layers.findIndex(({ kind }) => kind === "first-token");
  const block = layers.findLast((layer) => layer.kind === "embeddings" || layer.kind === "transformer-block");
  return { inputShape: [block?.width ?? 0], layers: layers.slice(first + 1), loss };
}
