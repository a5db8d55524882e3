import type { DenseSpec } from "../../../network/specification.ts";
import type { Layer, Parameter } from "./layer.ts";

/** Positions that go through the weights side by side: their sums do not wait for each other. */
const LANES = 4;

/** y = W x + b, or W x; at each position, where the input has several: [positions, inputs] to [positions, outputs]. */
export function dense({ inputs, outputs }: DenseSpec, weight: Parameter, bias: Parameter | undefined): Layer {
  const { values, gradient: slopes } = weight;
  return {
    forward(input) {
      const positions = input.length / inputs;
      const output = new Float64Array(positions * outputs);
      for (let p = 0; p < positions; p += LANES) {
        // Where fewer are left, the first one's values are computed again.
        const at = (lane: number) => (p + lane < positions ? p + lane : p);
        const [a, b, c, d] = [at(0), at(1), at(2), at(3)];
        const [inA, inB, inC, inD] = [a * inputs, b * inputs, c * inputs, d * inputs];
        for (let o = 0, w = 0; o < outputs; o++) {
          let sumA = bias === undefined ? 0 : (bias.values[o] as number);
          let [sumB, sumC, sumD] = [sumA, sumA, sumA];
          for (let i = 0; i < inputs; i++, w++) {
            const factor = values[w] as number;
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
