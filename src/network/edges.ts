import type { Stage } from "./connections.ts";
import type { Conv2dSpec } from "./specification.ts";

/**
 * Takes a connection: input value `from` acts on output value `to`, through the weight of flat index `weight`;
 * in a pool, where there is none, that is -1. Values are those of one example, numbered row-major.
 */
export type VisitEdge = (from: number, to: number, weight: number) => void;

/**
 * Visits every connection that a stage makes through a weight that `mask` keeps (all, if undefined). A
 * convolution is unrolled: its weight makes one connection for each position of the kernel, none where it lies
 * on the padding.
 */
export function visitEdges(stage: Stage, mask: Uint8Array | undefined, visit: VisitEdge): void {
  const { layer, inputShape, outputShape } = stage;
  switch (layer.kind) {
    case "dense":
      for (let to = 0, weight = 0; to < layer.outputs; to++) {
        for (let from = 0; from < layer.inputs; from++, weight++) {
          if (mask === undefined || mask[weight] !== 0) visit(from, to, weight);
        }
      }
      return;
    case "conv2d":
      visitConvolution(layer, inputShape, outputShape, mask, visit);
      return;
    case "max-pool": {
      const { size, stride } = layer;
      const windows = windowElements(inputShape, outputShape, {
        height: size,
        width: size,
        stride,
        padding: 0,
      });
      const [channels = 0] = inputShape;
      for (let channel = 0; channel < channels; channel++) {
        const [input, output] = [channel * plane(inputShape), channel * plane(outputShape)];
        for (const { from, to } of windows) {
          for (let i = 0; i < from.length; i++) visit(input + at(from, i), output + at(to, i), -1);
        }
      }
      return;
    }
  }
}

function visitConvolution(
  { inChannels, outChannels, kernelHeight, kernelWidth, stride, padding }: Conv2dSpec,
  inputShape: readonly number[],
  outputShape: readonly number[],
  mask: Uint8Array | undefined,
  visit: VisitEdge,
): void {
  const window = { height: kernelHeight, width: kernelWidth, stride, padding };
  const elements = windowElements(inputShape, outputShape, window);
  let weight = 0;
  for (let out = 0; out < outChannels; out++) {
    const output = out * plane(outputShape);
    for (let channel = 0; channel < inChannels; channel++) {
      const input = channel * plane(inputShape);
      for (const { from, to } of elements) {
        if (mask === undefined || mask[weight] !== 0) {
          for (let i = 0; i < from.length; i++) visit(input + at(from, i), output + at(to, i), weight);
        }
        weight++;
      }
    }
  }
}

interface Window {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  readonly padding: number;
}

/** Of one channel, the inputs under an element of a window and the outputs that they act on. */
interface Element {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** A window's elements, row by row, each over all positions of the window. */
function windowElements(
  [, inputHeight = 0, inputWidth = 0]: readonly number[],
  [, outputHeight = 0, outputWidth = 0]: readonly number[],
  { height, width, stride, padding }: Window,
): Element[] {
  const elements: Element[] = [];
  for (let y = -padding; y < height - padding; y++) {
    for (let x = -padding; x < width - padding; x++) {
      const [from, to] = [
        new Int32Array(outputHeight * outputWidth),
        new Int32Array(outputHeight * outputWidth),
      ];
      let count = 0;
      for (let row = 0; row < outputHeight; row++) {
        const inputRow = row * stride + y;
        if (inputRow < 0 || inputRow >= inputHeight) continue;
        for (let column = 0; column < outputWidth; column++) {
          const inputColumn = column * stride + x;
          if (inputColumn < 0 || inputColumn >= inputWidth) continue;
          from[count] = inputRow * inputWidth + inputColumn;
          to[count] = row * outputWidth + column;
          count++;
        }
      }
      elements.push({ from: from.subarray(0, count), to: to.subarray(0, count) });
    }
  }
  return elements;
}

function at(values: Int32Array, i: number): number {
  return values[i] as number;
}

function plane([, height = 1, width = 1]: readonly number[]): number {
  return height * width;
}
