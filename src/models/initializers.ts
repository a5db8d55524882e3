import * as z from "zod";
import { type RandomStream, randomStream } from "../foundations/random.ts";
import {
  type Fans,
  fansOf,
  layerParameters,
  type ParameterRole,
  type Parameters,
} from "../network/parameters.ts";
import { hasWeights, type NetworkSpec } from "../network/specification.ts";

const distribution = z
  .enum(["uniform", "normal"])
  .default("uniform")
  .describe("Shape of the distribution; both have the same variance.");
const bias = z.number().default(0).describe("Value of every bias.");

export const initializerSchema = z
  .discriminatedUnion("name", [
    z.strictObject({ name: z.literal("pytorch") }),
    z.strictObject({ name: z.literal("glorot"), distribution, bias }),
    z.strictObject({ name: z.literal("he"), distribution, bias }),
  ])
  .describe(
    "Values before training: pytorch (the default of its layers), glorot (Xavier: for sigmoid and tanh), " +
      "he (Kaiming: for ReLU).",
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
  return new Map(
    spec.layers.filter(hasWeights).flatMap((layer) => {
      const tensors = layerParameters(layer);
      const fans = fansOf(tensors.weight.shape);
      return Object.values(tensors).map(({ name, role, size }): [string, Float32Array] => {
        const draw = sampler(initializer, role, fans, randomStream(seed, purpose, name));
        return [name, Float32Array.from({ length: size }, draw)];
      });
    }),
  );
}

/**
 * - pytorch: weights and biases U(-b, b), b = 1/sqrt(fanIn). torch.nn.Linear and Conv2d call
 *   kaiming_uniform_ with a = sqrt(5), whose bound sqrt(6 / ((1 + a^2) fanIn)) is that.
 * - glorot: variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010, equation 12).
 * - he: variance 2 / fanIn (He et al. 2015, equation 10).
 *
 * A uniform distribution over (-b, b) has the variance b^2 / 3.
 */
function sampler(
  initializer: Initializer,
  role: ParameterRole,
  { fanIn, fanOut }: Fans,
  stream: RandomStream,
): () => number {
  const uniform = (bound: number) => () => (2 * stream.uniform() - 1) * bound;
  if (initializer.name === "pytorch") return uniform(1 / Math.sqrt(fanIn));
  switch (role) {
    case "bias":
      return () => initializer.bias;
    case "weight": {
      const variance = initializer.name === "glorot" ? 2 / (fanIn + fanOut) : 2 / fanIn;
      if (initializer.distribution === "uniform") return uniform(Math.sqrt(3 * variance));
      const deviation = Math.sqrt(variance);
      return () => stream.normal() * deviation;
    }
  }
}
