import type { DenseSpec } from "../../../network/specification.ts";
import type { Layer, Parameter } from "./layer.ts";

/** y = W x + b, or W x; at each position, where the input has several: [positions, inputs] to [positions, outputs]. */
export function dense({ inputs, outputs }: DenseSpec, weight: Parameter, bias: Parameter | undefined): Layer {
  const { values, gradient: slopes } = weight;
  return {
    forward(input) {
      const output = new Float64Array((input.length / inputs) * outputs);
      for (let at = 0; bias !== undefined && at < output.length; at += outputs) output.set(bias.values, at);
      addProducts(values, input, inputs, output);
      return output;
    },

    backward(input, _output, outputGradient) {
      const positions = input.length / inputs;
      const inputGradient = new Float64Array(input.length);
      for (let o = 0; o < outputs; o++) {
        for (let p = 0; p < positions; p++) {
          const gradient = outputGradient[p * outputs + o] as number;
          if (bias !== undefined) (bias.gradient[o] as number) += gradient;
          for (let i = 0, at = p * inputs, w = o * inputs; i < inputs; i++, at++, w++) {
            slopes[w] = (slopes[w] as number) + gradient * (input[at] as number);
            inputGradient[at] = (inputGradient[at] as number) + gradient * (values[w] as number);
          }
        }
      }
      return inputGradient;
    },
  };
}

/**
 * Adds W x, for each position. Four positions go through the weights side by side, so that their sums do not wait for
 * each other.
 */
function addProducts(weights: Float32Array, input: Float64Array, inputs: number, output: Float64Array): void {
  const outputs = weights.length / inputs;
  const positions = input.length / inputs;
  for (let a = 0; a < positions; a += 4) {
    // Where fewer are left, the first one's sums are computed again.
    const b = a + 1 < positions ? a + 1 : a;
    const c = a + 2 < positions ? a + 2 : a;
    const d = a + 3 < positions ? a + 3 : a;
    const [inA, inB, inC, inD] = [a * inputs, b * inputs, c * inputs, d * inputs];
    for (let o = 0, w = 0; o < outputs; o++) {
      let sumA = output[a * outputs + o] as number;
      let sumB = output[b * outputs + o] as number;
      let sumC = output[c * outputs + o] as number;
      let sumD = output[d * outputs + o] as number;
      for (let i = 0; i < inputs; i++, w++) {
        const factor = weights[w] as number;
        sumA += factor * (input[inA + i] as number);
        sumB += factor * (input[inB + i] as number);
        sumC += factor * (input[inC + i] as number);
        sumD += factor * (input[inD + i] as number);
      }
      output[d * outputs + o] = sumD;
      output[c * outputs + o] = sumC;
      output[b * outputs + o] = sumB;
      output[a * outputs + o] = sumA;
    }
  }
}
