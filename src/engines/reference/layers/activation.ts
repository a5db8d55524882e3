import { activations } from "../../../network/activations.ts";
import type { Activation } from "../../../network/specification.ts";
import type { Layer } from "./layer.ts";

/** From the function's value y. */
const derivatives: Record<Activation, (y: number) => number> = {
  // 0 at 0.
  relu: (y) => (y > 0 ? 1 : 0),
  sigmoid: (y) => y * (1 - y),
  tanh: (y) => 1 - y * y,
};

/** A function of one variable, applied to each value. */
export function activation(name: Activation): Layer {
  const [value, derivative] = [activations[name], derivatives[name]];
  return {
    forward: (input) => input.map(value),
    backward: (_input, output, outputGradient) =>
      outputGradient.map((gradient, i) => gradient * derivative(output[i] as number)),
  };
}
