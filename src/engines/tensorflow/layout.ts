import { sizeOf } from "../../network/shapes.ts";
/** How one parameter or example lies on the device, and how to get there and back. */
export interface Layout {
  readonly shape: readonly number[];
  toDevice<T extends Float32Array | Uint8Array>(values: T): T;
  toHost(values: Float32Array): Float32Array;
}

/**
 * TensorFlow's CPU kernels convolve images of [height, width, channels] with weights of [height, width, in, out].
 * Weights of a convolution come as [out, in, height, width]; every other parameter lies as outside.
 */
export function parameterLayout(shape: readonly number[]): Layout {
  if (shape.length !== 4) return { shape, toDevice: (values) => values, toHost: (values) => values };
  const [out = 1, channels = 1, height = 1, width = 1] = shape;
  return {
    shape: [height, width, channels, out],
    toDevice: (values) => permute(values, shape, [2, 3, 1, 0]),
    toHost: (values) => permute(values, [height, width, channels, out], [3, 2, 0, 1]),
  };
}

/** The shape of examples [channels, height, width] on the device: channels last; vectors stay. */
export function channelsLast(shape: readonly number[]): readonly number[] {
  const [channels, ...area] = shape;
  return channels === undefined || area.length === 0 ? shape : [...area, channels];
}

/** Examples of the given shape, row-major, with the channels moved last. */
export function toChannelsLast<T extends Float32Array | Uint8Array>(values: T, shape: readonly number[]): T {
  const [channels = 1, ...area] = shape;
  if (area.length === 0 || channels === 1) return values;
  const pixels = sizeOf(area);
  return permute(values, [values.length / (channels * pixels), channels, pixels], [0, 2, 1]);
}

/** The counterpart of toChannelsLast, from values of the shape that channelsLast gave. */
export function toChannelsFirst(values: Float32Array, shape: readonly number[]): Float32Array {
  const area = shape.slice(0, -1);
  const channels = shape.at(-1) ?? 1;
  if (area.length === 0 || channels === 1) return values;
  const pixels = sizeOf(area);
  return permute(values, [values.length / (channels * pixels), pixels, channels], [0, 2, 1]);
}

/** The row-major values of a tensor with its axes in another order: axis i of the result is axis order[i]. */
function permute<T extends Float32Array | Uint8Array>(
  values: T,
  shape: readonly number[],
  order: readonly number[],
): T {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const extents = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const result = values.slice() as T;
  const position = extents.map(() => 0);
  let source = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = values[source] as number;
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      const step = steps[axis] as number;
      source += step;
      position[axis] = (position[axis] as number) + 1;
      if (position[axis] !== extents[axis]) break;
      source -= step * (extents[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}
