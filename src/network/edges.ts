import type { Conv2dSpec, DenseSpec, MaxPoolSpec } from "./specification.ts";

/** The layers whose outputs combine several inputs. */
export type ConnectingLayer = DenseSpec | Conv2dSpec | MaxPoolSpec;

/**
 * Takes a connection: input unit `from` acts on output unit `to`, through the weight of flat index `weight`;
 * in a pool there is none. Units are the values of one example, numbered row-major.
 */
export type VisitEdge = (from: number, to: number, weight?: number) => void;

/**
 * Visits every connection that a layer makes through a kept weight. A convolution is unrolled: its weight
 * makes one connection for each position of the kernel, none where it lies on the padding.
 */
export function visitEdges(
  layer: ConnectingLayer,
  inputShape: readonly number[],
  outputShape: readonly number[],
  mask: Uint8Array | undefined,
  visit: VisitEdge,
): void {
  switch (layer.kind) {
    case "dense":
      for (let to = 0, weight = 0; to < layer.outputs; to++) {
        for (let from = 0; from < layer.inputs; from++, weight++) {
          if (mask?.[weight] !== 0) visit(from, to, weight);
        }
      }
      return;
    case "conv2d":
      visitConvolution(layer, inputShape, outputShape, mask, visit);
      return;
    case "max-pool":
      visitPool(layer, inputShape, outputShape, visit);
      return;
  }
}

function visitConvolution(
  layer: Conv2dSpec,
  inputShape: readonly number[],
  outputShape: readonly number[],
  mask: Uint8Array | undefined,
  visit: VisitEdge,
): void {
  const { inChannels, outChannels, kernelHeight, kernelWidth, stride, padding } = layer;
  let weight = 0;
  for (let out = 0; out < outChannels; out++) {
    for (let channel = 0; channel < inChannels; channel++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++, weight++) {
          if (mask?.[weight] === 0) continue;
          visitWindows(inputShape, outputShape, stride, ky - padding, kx - padding, (from, to) => {
            visit(channel * plane(inputShape) + from, out * plane(outputShape) + to, weight);
          });
        }
      }
    }
  }
}

function visitPool(
  { size, stride }: MaxPoolSpec,
  inputShape: readonly number[],
  outputShape: readonly number[],
  visit: VisitEdge,
): void {
  const [channels = 0] = inputShape;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        visitWindows(inputShape, outputShape, stride, y, x, (from, to) => {
          visit(channel * plane(inputShape) + from, channel * plane(outputShape) + to);
        });
      }
    }
  }
}

/** Visits, within one channel, the input under a window's element at (y, x), for each position of the window. */
function visitWindows(
  inputShape: readonly number[],
  outputShape: readonly number[],
  stride: number,
  y: number,
  x: number,
  visit: (from: number, to: number) => void,
): void {
  const [, inputHeight = 0, inputWidth = 0] = inputShape;
  const [, outputHeight = 0, outputWidth = 0] = outputShape;
  for (let row = 0; row < outputHeight; row++) {
    const inputRow = row * stride + y;
    if (inputRow < 0 || inputRow >= inputHeight) continue;
    for (let column = 0; column < outputWidth; column++) {
      const inputColumn = column * stride + x;
      if (inputColumn < 0 || inputColumn >= inputWidth) continue;
      visit(inputRow * inputWidth + inputColumn, row * outputWidth + column);
    }
  }
}

function plane([, height = 1, width = 1]: readonly number[]): number {
  return height * width;
}
