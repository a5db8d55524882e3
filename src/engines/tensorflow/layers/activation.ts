import type { Activation } from "../../../network/specification.ts";
import type { Runtime } from "../runtime.ts";
import type { Layer } from "./layer.ts";

/** The op, the op of its gradient, and which comes first there: the op's output or the gradient. */
const ops = {
  relu: { forward: "Relu", backward: "ReluGrad", outputFirst: false },
  sigmoid: { forward: "Sigmoid", backward: "SigmoidGrad", outputFirst: true },
  tanh: { forward: "Tanh", backward: "TanhGrad", outputFirst: true },
} as const satisfies Record<Activation, unknown>;

/** A function of one variable, applied to each value. */
export function activation(runtime: Runtime, name: Activation): Layer {
  const { forward, backward, outputFirst } = ops[name];
  return {
    forward: (input) => ({ output: runtime.run(forward, [input]) }),
    backward: ({ passed: { output }, outputGradient }) => ({
      input: runtime.run(backward, outputFirst ? [output, outputGradient] : [outputGradient, output]),
      parameters: [],
    }),
  };
}
