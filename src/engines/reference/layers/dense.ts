import type { DenseSpec } from "../../../network/specification.ts";
import type { Layer, Parameter } from "./layer.ts";

/** y = W x + b, or W x. */
export function dense({ inputs, outputs }: DenseSpec, weight: Parameter, bias: Parameter | undefined): Layer {
  return {
    forward(input) {
      const output = bias === undefined ? new Float64Array(outputs) : Float64Array.from(bias.values);
      for (let o = 0; o < outputs; o++) {
        let sum = output[o] as number;
        for (let i = 0; i < inputs; i++) {
          sum += (weight.values[o * inputs + i] as number) * (input[i] as number);
        }
        output[o] = sum;
      }
      return output;
    },

    backward(input, _output, outputGradient) {
      const inputGradient = new Float64Array(inputs);
      for (let o = 0; o < outputs; o++) {
        const gradient = outputGradient[o] as number;
        if (bias !== undefined) (bias.gradient[o] as number) += gradient;
        for (let i = 0; i < inputs; i++) {
          (weight.gradient[o * inputs + i] as number) += gradient * (input[i] as number);
          (inputGradient[i] as number) += gradient * (weight.values[o * inputs + i] as number);
        }
      }
      return inputGradient;
    },
  };
}
