import type { Activation } from "../../../network/specification.ts";
import type { Layer } from "./layer.ts";

interface ScalarFunction {
  value(x: number): number;
  /** The derivative, from the function's value y. */
  derivative(y: number): number;
}

const functions: Record<Activation, ScalarFunction> = {
  // Math.max lets NaN through; the derivative at 0 is 0.
  relu: { value: (x) => Math.max(0, x), derivative: (y) => (y > 0 ? 1 : 0) },
  sigmoid: { value: (x) => 1 / (1 + Math.exp(-x)), derivative: (y) => y * (1 - y) },
  tanh: { value: Math.tanh, derivative: (y) => 1 - y * y },
};

/** A function of one variable, applied to each value. */
export function activation(name: Activation): Layer {
  const { value, derivative } = functions[name];
  return {
    forward: (input) => input.map(value),
    backward: (_input, output, outputGradient) =>
      outputGradient.map((gradient, i) => gradient * derivative(output[i] as number)),
  };
}
