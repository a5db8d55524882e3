import type { Conv2dSpec } from "../../../network/specification.ts";
import type { Runtime } from "../runtime.ts";
import { biasOf } from "./bias.ts";
import { type Layer, tensorOf } from "./layer.ts";

/** Cross-correlation of [batch, height, width, in] with weights of [height, width, in, out], plus a bias. */
export function conv2d(runtime: Runtime, spec: Conv2dSpec): Layer {
  const { stride, padding } = spec;
  const weight = `${spec.name}.weight`;
  const bias = biasOf(runtime, spec);
  const geometry = [
    runtime.integers("strides", [1, stride, stride, 1]),
    ...(padding === 0
      ? [runtime.text("padding", "VALID")]
      : [
          runtime.text("padding", "EXPLICIT"),
          runtime.integers("explicit_paddings", [0, 0, padding, padding, padding, padding, 0, 0]),
        ]),
  ];
  const weightShape = Int32Array.of(spec.kernelHeight, spec.kernelWidth, spec.inChannels, spec.outChannels);
  return {
    forward(input, { parameters }) {
      const product = runtime.run("Conv2D", [input, tensorOf(parameters, weight)], geometry);
      return { output: bias.add(product, parameters) };
    },
    backward({ input, outputGradient, wantsInputGradient }, { parameters }) {
      const shape = runtime.upload(weightShape, [4]);
      const gradients = [
        runtime.run("Conv2DBackpropFilter", [input, shape, outputGradient], geometry),
        ...bias.gradient(outputGradient),
      ];
      if (!wantsInputGradient) return { parameters: gradients };
      const inputShape = runtime.upload(Int32Array.from(input.shape), [4]);
      const inputGradient = runtime.run(
        "Conv2DBackpropInput",
        [inputShape, tensorOf(parameters, weight), outputGradient],
        geometry,
      );
      return { input: inputGradient, parameters: gradients };
    },
  };
}
