import type { LayerSpec, NetworkSpec } from "./specification.ts";

/** Number of values in a tensor or example of this shape; 1 for the empty shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/**
 * The shape of one example after each layer, in layer order (without the input's own shape).
 * Throws a RangeError naming the layer when a layer does not fit what comes in.
 */
export function layerOutputShapes(spec: NetworkSpec): (readonly number[])[] {
  const shapes: (readonly number[])[] = [];
  let shape: readonly number[] = spec.inputShape;
  for (const layer of spec.layers) {
    shape = outputShape(layer, shape);
    shapes.push(shape);
  }
  return shapes;
}

function outputShape(layer: LayerSpec, shape: readonly number[]): readonly number[] {
  switch (layer.kind) {
    case "activation":
      return shape;
    case "flatten":
      return [sizeOf(shape)];
    case "dense":
      if (shape.length !== 1 || shape[0] !== layer.inputs) {
        throw new RangeError(`${layer.name} takes [${layer.inputs}], not [${shape.join(", ")}]`);
      }
      return [layer.outputs];
    case "conv2d": {
      const [channels, height, width] = imageShape(layer.name, shape);
      if (channels !== layer.inChannels) {
        throw new RangeError(`${layer.name} takes ${layer.inChannels} channels, not ${channels}`);
      }
      return [
        layer.outChannels,
        windows(layer.name, height + 2 * layer.padding, layer.kernelHeight, layer.stride),
        windows(layer.name, width + 2 * layer.padding, layer.kernelWidth, layer.stride),
      ];
    }
    case "max-pool": {
      const [channels, height, width] = imageShape("max-pool", shape);
      return [
        channels,
        windows("max-pool", height, layer.size, layer.stride),
        windows("max-pool", width, layer.size, layer.stride),
      ];
    }
    case "embeddings": {
      const [tokens] = shape;
      if (shape.length !== 1 || tokens === undefined || tokens > layer.positions) {
        throw new RangeError(
          `${layer.name} takes up to ${layer.positions} tokens, not [${shape.join(", ")}]`,
        );
      }
      return [tokens, layer.width];
    }
    case "transformer-block":
      return [tokensIn(layer.name, shape, layer.width), layer.width];
    case "first-token": {
      const [, width = 0] = shape;
      tokensIn("first-token", shape, width);
      return [width];
    }
  }
}

/** Of a sequence, the number of its tokens. Throws a RangeError when it has another width. */
function tokensIn(layer: string, shape: readonly number[], width: number): number {
  const [tokens, found] = shape;
  if (shape.length !== 2 || tokens === undefined || found !== width) {
    throw new RangeError(`${layer} takes [tokens, ${width}], not [${shape.join(", ")}]`);
  }
  return tokens;
}

function imageShape(layer: string, shape: readonly number[]): readonly [number, number, number] {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || channels === undefined || height === undefined || width === undefined) {
    throw new RangeError(`${layer} takes [channels, height, width], not [${shape.join(", ")}]`);
  }
  return [channels, height, width];
}

function windows(layer: string, extent: number, size: number, stride: number): number {
  const count = Math.floor((extent - size) / stride) + 1;
  if (count < 1) throw new RangeError(`${layer}: a window of ${size} does not fit into ${extent}`);
  return count;
}
