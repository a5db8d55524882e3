import type { Runtime, Tensor } from "../runtime.ts";
import type { BackwardInputs, Passed } from "./layer.ts";

export interface Activated extends Passed {
  /** erf(x / sqrt(2)) */
  readonly error: Tensor;
}

/** Hendrycks and Gimpel 2016, exactly: x P(x) with P(x) = (1 + erf(x / sqrt(2))) / 2; not the approximation by tanh. */
export function gelu(runtime: Runtime) {
  const scaled = (tensor: Tensor, factor: number) => runtime.run("Mul", [tensor, runtime.constant(factor)]);
  return {
    forward(input: Tensor): Activated {
      const error = runtime.run("Erf", [scaled(input, Math.SQRT1_2)]);
      const half = scaled(input, 0.5);
      return { output: runtime.run("AddV2", [half, runtime.run("Mul", [half, error])]), error };
    },

    // P(x) + x p(x), with the density p.
    backward({ input, passed, outputGradient }: Omit<BackwardInputs<Activated>, "wantsInputGradient">) {
      const distribution = runtime.run("AddV2", [scaled(passed.error, 0.5), runtime.constant(0.5)]);
      const exponential = runtime.run("Exp", [scaled(runtime.run("Square", [input]), -0.5)]);
      const density = scaled(exponential, 1 / Math.sqrt(2 * Math.PI));
      const slope = runtime.run("AddV2", [distribution, runtime.run("Mul", [input, density])]);
      return { input: runtime.run("Mul", [outputGradient, slope]) };
    },
  };
}
