import type { LayerNormSpec } from "../../../network/transformer.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import { type BackwardInputs, type Pass, type Passed, tensorOf } from "./layer.ts";

export interface Normalized extends Passed {
  /** (x - mean) / sqrt(variance + epsilon) */
  readonly normalized: Tensor;
  /** 1 / sqrt(variance + epsilon): [tokens, 1]. */
  readonly scale: Tensor;
}

/** Ba et al. 2016, as torch.nn.LayerNorm: of each token's values y = weight (x - mean) / sqrt(variance + epsilon) + bias. */
export function layerNorm(runtime: Runtime, { name, epsilon }: LayerNormSpec) {
  const keep = [runtime.flag("keep_dims", true)];
  const meanOf = (tensor: Tensor) => runtime.run("Mean", [tensor, runtime.indices(1)], keep);
  const multiply = (a: Tensor, b: Tensor) => runtime.run("Mul", [a, b]);
  const subtract = (a: Tensor, b: Tensor) => runtime.run("Sub", [a, b]);
  return {
    forward(input: Tensor, { parameters }: Pass): Normalized {
      const centered = subtract(input, meanOf(input));
      const variance = meanOf(runtime.run("Square", [centered]));
      const scale = runtime.run("Rsqrt", [runtime.run("AddV2", [variance, runtime.constant(epsilon)])]);
      const normalized = multiply(centered, scale);
      const weighted = multiply(normalized, tensorOf(parameters, `${name}.weight`));
      const output = runtime.run("BiasAdd", [weighted, tensorOf(parameters, `${name}.bias`)]);
      return { output, normalized, scale };
    },

    // With n the normalized values and h = weight * gradient: dx = scale (h - mean(h) - n mean(h n)).
    backward(
      { passed, outputGradient }: Pick<BackwardInputs<Normalized>, "passed" | "outputGradient">,
      { parameters }: Pass,
    ) {
      const { normalized, scale } = passed;
      const forNormalized = multiply(outputGradient, tensorOf(parameters, `${name}.weight`));
      const along = multiply(normalized, meanOf(multiply(forNormalized, normalized)));
      const across = subtract(subtract(forNormalized, meanOf(forNormalized)), along);
      return {
        input: multiply(across, scale),
        parameters: [
          runtime.run("BiasAddGrad", [multiply(outputGradient, normalized)]),
          runtime.run("BiasAddGrad", [outputGradient]),
        ],
      };
    },
  };
}
