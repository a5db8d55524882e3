import type { Runtime, Tensor } from "../runtime.ts";
import type { Layer } from "./layer.ts";

const CHANNELS_FIRST = Int32Array.of(0, 3, 1, 2);
const CHANNELS_LAST = Int32Array.of(0, 2, 3, 1);

/** Images of the given shape, [channels, height, width], to vectors in that order. */
export function flatten(runtime: Runtime, inputShape: readonly number[]): Layer {
  if (inputShape.length === 1) {
    return {
      forward: (input) => ({ output: input }),
      backward: ({ outputGradient }) => ({ input: outputGradient, parameters: [] }),
    };
  }
  const [channels = 1, height = 1, width = 1] = inputShape;
  const sameOrder = channels === 1 || height * width === 1;
  const reshape = (tensor: Tensor, shape: readonly number[]) =>
    runtime.run("Reshape", [tensor, runtime.upload(Int32Array.from(shape), [shape.length])]);
  const transpose = (tensor: Tensor, order: Int32Array) =>
    runtime.run("Transpose", [tensor, runtime.upload(order, [4])]);
  return {
    forward(input) {
      const ordered = sameOrder ? input : transpose(input, CHANNELS_FIRST);
      return { output: reshape(ordered, [-1, channels * height * width]) };
    },
    backward({ outputGradient }) {
      return {
        input: sameOrder
          ? reshape(outputGradient, [-1, height, width, channels])
          : transpose(reshape(outputGradient, [-1, channels, height, width]), CHANNELS_LAST),
        parameters: [],
      };
    },
  };
}
