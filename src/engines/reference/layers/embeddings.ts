import type { EmbeddingsSpec } from "../../../network/specification.ts";
import { embeddingParts } from "../../../network/transformer.ts";
import type { Layer, Parameter } from "./layer.ts";
import { layerNorm } from "./layer-norm.ts";

/** [tokens] to [tokens, width]: norm(word[token] + position[place]). */
export function embeddings(spec: EmbeddingsSpec, parameter: (name: string) => Parameter): Layer {
  const { width, vocabulary, positions: most } = spec;
  const parts = embeddingParts(spec);
  const [words, positions] = [parameter(parts.words), parameter(parts.positions)];
  const norm = layerNorm(
    parts.norm,
    parameter(`${parts.norm.name}.weight`),
    parameter(`${parts.norm.name}.bias`),
  );

  function sumsOf(tokens: Float64Array): Float64Array {
    if (tokens.length > most) throw new RangeError(`${tokens.length} tokens, more than ${most}`);
    const sums = new Float64Array(tokens.length * width);
    for (let place = 0; place < tokens.length; place++) {
      const token = tokens[place] as number;
      if (token >= vocabulary) throw new RangeError(`token ${token} is none of ${vocabulary}`);
      for (let i = 0; i < width; i++) {
        sums[place * width + i] =
          (words.values[token * width + i] as number) + (positions.values[place * width + i] as number);
      }
    }
    return sums;
  }

  return {
    forward: (tokens) => norm.forward(sumsOf(tokens)),

    backward(tokens, output, outputGradient) {
      const gradient = norm.backward(sumsOf(tokens), output, outputGradient);
      for (let at = 0; at < gradient.length; at++) {
        const i = at % width;
        const token = tokens[(at - i) / width] as number;
        (words.gradient[token * width + i] as number) += gradient[at] as number;
        (positions.gradient[at] as number) += gradient[at] as number;
      }
      // Tokens are numbers of rows, which no gradient moves.
      return new Float64Array(tokens.length);
    },
  };
}
