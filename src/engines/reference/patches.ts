import { sizeOf } from "../../network/shapes.ts";
import type { WeightedLayer } from "../../network/specification.ts";

/** What the columns of a weight meet at each position: [positions, columns]. Of a dense layer its inputs, once. */
export interface Patches {
  unfold(input: Float64Array): Float64Array;
  /** Adds what stands for the same input up. */
  fold(unfolded: Float64Array): Float64Array;
}

export function patchesOf(
  layer: WeightedLayer,
  inputShape: readonly number[],
  outputShape: readonly number[],
): Patches {
  if (layer.kind === "dense") return { unfold: (input) => input, fold: (unfolded) => unfolded };
  const { inChannels, kernelHeight, kernelWidth, stride, padding } = layer;
  const [, height = 1, width = 1] = inputShape;
  const [, outHeight = 1, outWidth = 1] = outputShape;
  const columns = inChannels * kernelHeight * kernelWidth;
  /** Of the input; -1 in the border of zeros. */
  const places = Int32Array.from({ length: outHeight * outWidth * columns }, (_, i) => {
    const [position, column] = [Math.floor(i / columns), i % columns];
    const channel = Math.floor(column / (kernelHeight * kernelWidth));
    const y =
      Math.floor(position / outWidth) * stride + (Math.floor(column / kernelWidth) % kernelHeight) - padding;
    const x = (position % outWidth) * stride + (column % kernelWidth) - padding;
    if (y < 0 || y >= height || x < 0 || x >= width) return -1;
    return (channel * height + y) * width + x;
  });
  return {
    unfold: (input) => Float64Array.from(places, (place) => input[place] ?? 0),
    fold: (unfolded) => {
      const sums = new Float64Array(sizeOf(inputShape));
      places.forEach((place, i) => {
        if (place >= 0) sums[place] = (sums[place] as number) + (unfolded[i] as number);
      });
      return sums;
    },
  };
}
