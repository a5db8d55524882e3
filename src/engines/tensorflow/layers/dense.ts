import type { DenseSpec } from "../../../network/specification.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import { biasOf } from "./bias.ts";
import { type BackwardInputs, type LayerGradients, type Pass, type Passed, tensorOf } from "./layer.ts";

/** A layer whose way back needs nothing of what it gave. */
export interface Dense {
  forward(input: Tensor, pass: Pass): Passed;
  backward(inputs: Omit<BackwardInputs, "passed">, pass: Pass): LayerGradients;
}

/** Y = X W^T + b, or X W^T; W of [outputs, inputs]. */
export function dense(runtime: Runtime, layer: DenseSpec): Dense {
  const weight = `${layer.name}.weight`;
  const bias = biasOf(runtime, layer);
  const transposeFirst = [runtime.flag("transpose_a", true)];
  const transposeSecond = [runtime.flag("transpose_b", true)];
  return {
    forward(input, { parameters }) {
      const product = runtime.run("MatMul", [input, tensorOf(parameters, weight)], transposeSecond);
      return { output: bias.add(product, parameters) };
    },
    backward({ input, outputGradient, wantsInputGradient }, { parameters }) {
      const gradients = [
        runtime.run("MatMul", [outputGradient, input], transposeFirst),
        ...bias.gradient(outputGradient),
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
