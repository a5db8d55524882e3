import type { Conv2dSpec } from "../../../network/specification.ts";
import type { Layer, Parameter } from "./layer.ts";

/** Cross-correlation over [inChannels, height, width] with zero padding, giving [outChannels, ...]. */
export function conv2d(
  spec: Conv2dSpec,
  inputShape: readonly number[],
  outputShape: readonly number[],
  weight: Parameter,
  bias: Parameter | undefined,
): Layer {
  const { inChannels, outChannels, kernelHeight, kernelWidth, stride, padding } = spec;
  const [, inHeight = 1, inWidth = 1] = inputShape;
  const [, outHeight = 1, outWidth = 1] = outputShape;
  const outputSize = outHeight * outWidth;

  /** Calls `visit` with the flat indices of every output value, and of each weight and input that it sums. */
  function forEachProduct(visit: (output: number, weight: number, input: number) => void): void {
    for (let o = 0; o < outChannels; o++) {
      for (let y = 0; y < outHeight; y++) {
        for (let x = 0; x < outWidth; x++) {
          const output = (o * outHeight + y) * outWidth + x;
          for (let c = 0; c < inChannels; c++) {
            for (let ky = 0; ky < kernelHeight; ky++) {
              const inY = y * stride + ky - padding;
              if (inY < 0 || inY >= inHeight) continue;
              for (let kx = 0; kx < kernelWidth; kx++) {
                const inX = x * stride + kx - padding;
                if (inX < 0 || inX >= inWidth) continue;
                const weight = ((o * inChannels + c) * kernelHeight + ky) * kernelWidth + kx;
                visit(output, weight, (c * inHeight + inY) * inWidth + inX);
              }
            }
          }
        }
      }
    }
  }

  return {
    forward(input) {
      const output = new Float64Array(outChannels * outputSize);
      bias?.values.forEach((value, channel) => {
        output.fill(value, channel * outputSize, (channel + 1) * outputSize);
      });
      forEachProduct((o, w, i) => {
        (output[o] as number) += (weight.values[w] as number) * (input[i] as number);
      });
      return output;
    },

    backward(input, _output, outputGradient) {
      const inputGradient = new Float64Array(inChannels * inHeight * inWidth);
      for (let i = 0; bias !== undefined && i < outputGradient.length; i++) {
        (bias.gradient[Math.floor(i / outputSize)] as number) += outputGradient[i] as number;
      }
      forEachProduct((o, w, i) => {
        const gradient = outputGradient[o] as number;
        (weight.gradient[w] as number) += gradient * (input[i] as number);
        (inputGradient[i] as number) += gradient * (weight.values[w] as number);
      });
      return inputGradient;
    },
  };
}
