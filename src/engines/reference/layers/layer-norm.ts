import type { LayerNormSpec } from "../../../network/transformer.ts";
import type { Layer, Parameter } from "./layer.ts";

/**
 * Ba et al. 2016, as torch.nn.LayerNorm: of each token's values y = weight (x - mean) / sqrt(variance + epsilon) + bias.
 * The variance is that of the values themselves: divided by their number.
 */
export function layerNorm({ width, epsilon }: LayerNormSpec, weight: Parameter, bias: Parameter): Layer {
  /** The normalized values of the token at `at`, and what they were divided by. */
  function normalize(input: Float64Array, at: number, into: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += input[at + i] as number;
    const mean = sum / width;
    let squares = 0;
    for (let i = 0; i < width; i++) {
      const difference = (input[at + i] as number) - mean;
      squares += difference * difference;
    }
    const deviation = Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) into[i] = ((input[at + i] as number) - mean) / deviation;
    return deviation;
  }

  const normalized = new Float64Array(width);
  return {
    forward(input) {
      const output = new Float64Array(input.length);
      for (let at = 0; at < input.length; at += width) {
        normalize(input, at, normalized);
        for (let i = 0; i < width; i++) {
          output[at + i] =
            (weight.values[i] as number) * (normalized[i] as number) + (bias.values[i] as number);
        }
      }
      return output;
    },

    // With n the normalized values and h = weight * gradient: dx = (h - mean(h) - n mean(h n)) / deviation.
    backward(input, _output, outputGradient) {
      const inputGradient = new Float64Array(input.length);
      for (let at = 0; at < input.length; at += width) {
        const deviation = normalize(input, at, normalized);
        let [mean, along] = [0, 0];
        for (let i = 0; i < width; i++) {
          const gradient = outputGradient[at + i] as number;
          (weight.gradient[i] as number) += gradient * (normalized[i] as number);
          (bias.gradient[i] as number) += gradient;
          const h = gradient * (weight.values[i] as number);
          mean += h / width;
          along += (h * (normalized[i] as number)) / width;
        }
        for (let i = 0; i < width; i++) {
          const h = (outputGradient[at + i] as number) * (weight.values[i] as number);
          inputGradient[at + i] = (h - mean - (normalized[i] as number) * along) / deviation;
        }
      }
      return inputGradient;
    },
  };
}
