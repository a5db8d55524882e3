import { sizeOf } from "../network/shapes.ts";
import type { PlacedLayer } from "../network/weighted-layers.ts";

/** A layer with weights, and the shape of what comes in: of a layer in a transformer block that of one token. */
export type WeightedInput = Pick<PlacedLayer, "layer" | "inputShape">;

/** Zeros to add squares up in: one for each value that comes into the layer. */
export function zeroSquares({ inputShape }: WeightedInput): Float64Array {
  return new Float64Array(sizeOf(inputShape));
}

/** Adds the squares of `values`, those of one example or token after those of the other, to the sums. */
export function addSquares(sums: Float64Array, values: Float32Array | Float64Array): void {
  for (let i = 0; i < values.length; i++) (sums[i % sums.length] as number) += (values[i] as number) ** 2;
}

/**
 * The norms of Network.activationNorms, by layer name, from the sum over the examples of the square of each value that
 * comes into each layer with weights.
 */
export function activationNorms(
  inputs: readonly WeightedInput[],
  squares: readonly Float64Array[],
): ReadonlyMap<string, Float32Array> {
  return new Map(
    inputs.map((input, i) => [
      input.layer.name,
      Float32Array.from(columnSums(input, squares[i] ?? new Float64Array()), Math.sqrt),
    ]),
  );
}

/** By weight column, the sum over all positions of the value that the column meets there; a border of zeros adds 0. */
function columnSums({ layer, inputShape }: WeightedInput, values: Float64Array): Float64Array {
  if (layer.kind === "dense") return values;
  const { inChannels, kernelHeight, kernelWidth, stride, padding } = layer;
  const [, height = 1, width = 1] = inputShape;
  const sums = new Float64Array(inChannels * kernelHeight * kernelWidth);
  const rows = positions(height, kernelHeight, stride, padding);
  const columns = positions(width, kernelWidth, stride, padding);
  for (let column = 0; column < sums.length; column++) {
    const channel = Math.floor(column / (kernelHeight * kernelWidth));
    const kernelRow = Math.floor(column / kernelWidth) % kernelHeight;
    for (const y of rows[kernelRow] ?? []) {
      for (const x of columns[column % kernelWidth] ?? []) {
        (sums[column] as number) += values[(channel * height + y) * width + x] as number;
      }
    }
  }
  return sums;
}

/** Along one side of an image: by offset within the kernel, the places in the image that it meets. */
function positions(extent: number, kernel: number, stride: number, padding: number): number[][] {
  const count = Math.floor((extent + 2 * padding - kernel) / stride) + 1;
  return Array.from({ length: kernel }, (_, offset) =>
    Array.from({ length: count }, (_, window) => window * stride + offset - padding).filter(
      (place) => place >= 0 && place < extent,
    ),
  );
}
