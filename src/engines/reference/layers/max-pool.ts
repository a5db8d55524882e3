import type { MaxPoolSpec } from "../../../network/specification.ts";
import type { Layer } from "./layer.ts";

/** The maximum over square windows of each channel; of equal values the first in row-major order counts. */
export function maxPool(
  { size, stride }: MaxPoolSpec,
  inputShape: readonly number[],
  outputShape: readonly number[],
): Layer {
  const [channels = 1, inHeight = 1, inWidth = 1] = inputShape;
  const [, outHeight = 1, outWidth = 1] = outputShape;

  /** The flat input index of the maximum of each window, in the order of the outputs. NaN beats everything. */
  function maxima(input: Float64Array): number[] {
    const indices: number[] = [];
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < outHeight; y++) {
        for (let x = 0; x < outWidth; x++) {
          let best = (c * inHeight + y * stride) * inWidth + x * stride;
          for (let ky = 0; ky < size; ky++) {
            for (let kx = 0; kx < size; kx++) {
              const candidate = (c * inHeight + y * stride + ky) * inWidth + x * stride + kx;
              const value = input[candidate] as number;
              if (value > (input[best] as number) || Number.isNaN(value)) best = candidate;
            }
          }
          indices.push(best);
        }
      }
    }
    return indices;
  }

  const pick = (input: Float64Array, values: Float64Array) =>
    Float64Array.from(maxima(input), (index) => values[index] as number);

  return {
    forward: (input) => pick(input, input),
    pick,

    backward(input, _output, outputGradient) {
      const inputGradient = new Float64Array(input.length);
      maxima(input).forEach((index, o) => {
        (inputGradient[index] as number) += outputGradient[o] as number;
      });
      return inputGradient;
    },
  };
}
