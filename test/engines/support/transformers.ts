import type { ExampleSet } from "../../../src/engines/examples.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import { layerOutputShapes } from "../../../src/network/shapes.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { hashed, symmetric } from "./numbers.ts";

/** A small network in DistilBERT's layout. */
export function tinyTransformer(loss: NetworkSpec["loss"] = "softmax-cross-entropy"): NetworkSpec {
  const [width, epsilon] = [6, 1e-5];
  const block = { width, heads: 2, hidden: 7, activation: "gelu", epsilon } as const;
  return {
    inputShape: [9],
    layers: [
      {
        kind: "embeddings",
        name: "distilbert.embeddings",
        ...{ vocabulary: 11, positions: 9, width, epsilon },
      },
      { kind: "transformer-block", name: "distilbert.transformer.layer.0", ...block },
      { kind: "transformer-block", name: "distilbert.transformer.layer.1", ...block },
      { kind: "first-token" },
      { kind: "dense", name: "pre_classifier", inputs: width, outputs: width },
      // Smooth, for finite differences.
      { kind: "activation", activation: "tanh" },
      { kind: "dense", name: "classifier", inputs: width, outputs: 3 },
    ],
    loss,
  };
}

/** As in test/fixtures/pytorch/transformer.py: over +-0.5, a salt a tensor; those that scale, around 1. */
export function transformerParameters(spec: NetworkSpec): Parameters {
  return new Map(
    parameterSpecs(spec).map(({ name, role, size }, i) => {
      const drawn = symmetric(size, 200 + i, 0.5);
      const scales = role === "norm" && name.endsWith(".weight");
      return [name, scales ? drawn.map((value) => value + 1) : drawn];
    }),
  );
}

/** Texts of these lengths, as there. */
export function makeTexts(spec: NetworkSpec, lengths: readonly number[]): ExampleSet {
  const [embeddings] = spec.layers;
  const vocabulary = embeddings?.kind === "embeddings" ? embeddings.vocabulary : 0;
  const [outputs = 0] = layerOutputShapes(spec).at(-1) ?? [];
  const pieces = lengths.map((length, i) => [...hashed(length, 10 + i)].map((value) => value % vocabulary));
  const starts = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    starts[i + 1] = (starts[i] as number) + length;
  });
  const count = lengths.length;
  return {
    count,
    shape: [Math.max(...lengths)],
    inputs: { kind: "tokens", values: Uint16Array.from(pieces.flat()), starts, vocabulary },
    targets:
      spec.loss === "softmax-cross-entropy"
        ? {
            kind: "classes",
            labels: Uint8Array.from(hashed(count, 2), (value) => value % outputs),
            classes: outputs,
          }
        : { kind: "values", values: symmetric(count * outputs, 2, 1), width: outputs },
  };
}
