import * as z from "zod";
import { type RandomStream, randomStream } from "../foundations/random.ts";
import {
  type Fans,
  fansOf,
  type ParameterSpec,
  type Parameters,
  parameterSpecs,
} from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";

const distribution = z
  .enum(["uniform", "normal"])
  .default("uniform")
  .describe("Shape of the distribution; both have the same variance.");
const bias = z.number().default(0).describe("Value of every bias.");
const deviation = z
  .number()
  .positive()
  .default(0.02)
  .describe("Standard deviation of weights and embeddings.");

export const initializerSchema = z
  .discriminatedUnion("name", [
    z.strictObject({ name: z.literal("pytorch") }),
    z.strictObject({ name: z.literal("glorot"), distribution, bias }),
    z.strictObject({ name: z.literal("he"), distribution, bias }),
    z.strictObject({ name: z.literal("normal"), deviation, bias }),
  ])
  .describe(
    "Values before training: pytorch (the default of its layers), glorot (Xavier: for sigmoid and tanh), " +
      "he (Kaiming: for ReLU), normal (one deviation for all: for transformers).",
  );

export type Initializer = z.output<typeof initializerSchema>;

/**
 * The values of all parameters before training. A tensor's values depend only on the initializer, the seed,
 * its name and its layer's shape, so that networks that differ elsewhere share them. Another purpose gives others.
 */
export function initialParameters(
  spec: NetworkSpec,
  initializer: Initializer,
  seed: number,
  purpose = "initialization",
): Parameters {
  const specs = parameterSpecs(spec);
  const fans = new Map(
    specs.filter(({ role }) => role === "weight").map(({ layer, shape }) => [layer, fansOf(shape)]),
  );
  return new Map(
    specs.map((tensor) => {
      const { name, layer, size } = tensor;
      const draw = sampler(initializer, tensor, fans.get(layer), randomStream(seed, purpose, name));
      const values = Float32Array.from({ length: size }, draw);
      if (isOfWords(tensor)) values.fill(0, 0, tensor.shape[1]);
      return [name, values];
    }),
  );
}

const EMBEDDING_DEVIATION = 0.02;

/** Its first row is that of padding, which stands for no word: zeros, as in torch.nn.Embedding. */
function isOfWords({ name, role }: ParameterSpec): boolean {
  return role === "embedding" && name.endsWith("word_embeddings.weight");
}

/**
 * - pytorch: weights and biases U(-b, b), b = 1/sqrt(fanIn). torch.nn.Linear and Conv2d call
 *   kaiming_uniform_ with a = sqrt(5), whose bound sqrt(6 / ((1 + a^2) fanIn)) is that.
 * - glorot: variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010, equation 12).
 * - he: variance 2 / fanIn (He et al. 2015, equation 10).
 * - normal: one deviation for weights and embeddings, .02 as for BERT (Devlin et al. 2019).
 *
 * A uniform distribution over (-b, b) has the variance b^2 / 3. Embeddings have no fans: those of pytorch are standard
 * normal, as torch.nn.Embedding draws them, those of glorot and he as those of normal. A layer norm starts at 1 and 0.
 */
function sampler(
  initializer: Initializer,
  { name, role }: ParameterSpec,
  { fanIn, fanOut }: Fans = { fanIn: 1, fanOut: 1 },
  stream: RandomStream,
): () => number {
  const uniform = (bound: number) => () => (2 * stream.uniform() - 1) * bound;
  const normal = (deviation: number) => () => stream.normal() * deviation;
  switch (role) {
    case "norm":
      return () => (name.endsWith(".weight") ? 1 : 0);
    case "embedding":
      if (initializer.name === "pytorch") return normal(1);
      return normal(initializer.name === "normal" ? initializer.deviation : EMBEDDING_DEVIATION);
    case "bias":
      if (initializer.name === "pytorch") return uniform(1 / Math.sqrt(fanIn));
      return () => initializer.bias;
    case "weight": {
      if (initializer.name === "pytorch") return uniform(1 / Math.sqrt(fanIn));
      if (initializer.name === "normal") return normal(initializer.deviation);
      const variance = initializer.name === "glorot" ? 2 / (fanIn + fanOut) : 2 / fanIn;
      if (initializer.distribution === "uniform") return uniform(Math.sqrt(3 * variance));
      return normal(Math.sqrt(variance));
    }
  }
}
