import type { EmbeddingsSpec } from "../../../network/specification.ts";
import { embeddingParts } from "../../../network/transformer.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import { type Layer, tensorOf, textsOf } from "./layer.ts";
import { layerNorm, type Normalized } from "./layer-norm.ts";

/** [tokens] to [tokens, width]: norm(word[token] + position[place]). */
export function embeddings(runtime: Runtime, spec: EmbeddingsSpec): Layer<Normalized> {
  const { vocabulary, positions } = spec;
  const parts = embeddingParts(spec);
  const norm = layerNorm(runtime, parts.norm);
  const rows = (table: Tensor, which: Tensor) => runtime.run("GatherV2", [table, which, runtime.index(0)]);
  const addedToRows = (gradient: Tensor, which: Tensor, count: number) =>
    runtime.run("UnsortedSegmentSum", [gradient, which, runtime.index(count)]);
  return {
    forward(tokens, pass) {
      const { places, longest, largest } = textsOf(pass);
      // A GPU would give zeros for them.
      if (longest > positions) throw new RangeError(`${longest} tokens, more than ${positions}`);
      if (largest >= vocabulary) throw new RangeError(`token ${largest} is none of ${vocabulary}`);
      const words = rows(tensorOf(pass.parameters, parts.words), tokens);
      const sum = runtime.run("AddV2", [words, rows(tensorOf(pass.parameters, parts.positions), places)]);
      return norm.forward(sum, pass);
    },

    backward(inputs, pass) {
      const { input: gradient, parameters } = norm.backward(inputs, pass);
      return {
        parameters: [
          addedToRows(gradient, inputs.input, vocabulary),
          addedToRows(gradient, textsOf(pass).places, positions),
          ...parameters,
        ],
      };
    },
  };
}
