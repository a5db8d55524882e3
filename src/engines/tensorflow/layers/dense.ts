import type { DenseSpec } from "../../../network/specification.ts";
import type { Runtime } from "../runtime.ts";
import { type Layer, tensorOf } from "./layer.ts";

/** Y = X W^T + b, W of [outputs, inputs]. */
export function dense(runtime: Runtime, { name }: DenseSpec): Layer {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  const transposeFirst = [runtime.flag("transpose_a", true)];
  const transposeSecond = [runtime.flag("transpose_b", true)];
  return {
    forward(input, parameters) {
      const product = runtime.run("MatMul", [input, tensorOf(parameters, weight)], transposeSecond);
      return runtime.run("BiasAdd", [product, tensorOf(parameters, bias)]);
    },
    backward({ input, outputGradient, wantsInputGradient }, parameters) {
      const gradients = [
        runtime.run("MatMul", [outputGradient, input], transposeFirst),
        runtime.run("BiasAddGrad", [outputGradient]),
      ];
      return wantsInputGradient
        ? {
            input: runtime.run("MatMul", [outputGradient, tensorOf(parameters, weight)]),
            parameters: gradients,
          }
        : { parameters: gradients };
    },
  };
}
