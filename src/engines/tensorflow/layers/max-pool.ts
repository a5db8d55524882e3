import type { MaxPoolSpec } from "../../../network/specification.ts";
import type { Runtime } from "../runtime.ts";
import type { Layer } from "./layer.ts";

/** The largest value of each whole window of [batch, height, width, channels]. */
export function maxPool(runtime: Runtime, { size, stride }: MaxPoolSpec): Layer {
  const geometry = [
    runtime.integers("ksize", [1, size, size, 1]),
    runtime.integers("strides", [1, stride, stride, 1]),
    runtime.text("padding", "VALID"),
  ];
  return {
    forward: (input) => ({ output: runtime.run("MaxPool", [input], geometry) }),
    backward: ({ input, passed: { output }, outputGradient }) => ({
      input: runtime.run("MaxPoolGrad", [input, output, outputGradient], geometry),
      parameters: [],
    }),
  };
}
