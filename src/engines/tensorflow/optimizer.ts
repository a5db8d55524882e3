import type { OptimizerSpec } from "../engine.ts";
import type { Runtime, Tensor } from "./runtime.ts";
import type { Variable } from "./variable.ts";

/** One fused op updates a parameter and its slots in place. */
export interface Optimizer {
  /** As in OptimizerState. */
  readonly slotNames: readonly string[];
  /** What all parameters share in optimizer step number `step`, counted from 1: scalars. */
  prepare(step: number, learningRate: number): readonly Tensor[];
  apply(parameter: Variable, slots: readonly Variable[], prepared: readonly Tensor[], gradient: Tensor): void;
}

export function createOptimizer(runtime: Runtime, spec: OptimizerSpec): Optimizer {
  const handles = (variables: readonly Variable[]) => variables.map(({ handle }) => handle);
  switch (spec.name) {
    case "sgd": {
      const { momentum, nesterov } = spec;
      const op = momentum === 0 ? "ResourceApplyGradientDescent" : "ResourceApplyMomentum";
      return {
        slotNames: momentum === 0 ? [] : ["momentum"],
        prepare: (_step, learningRate) => [runtime.scalar(learningRate)],
        apply(parameter, slots, prepared, gradient) {
          const momentums = momentum === 0 ? [] : [runtime.constant(momentum)];
          const attributes = nesterov ? [runtime.flag("use_nesterov", true)] : [];
          const inputs = [...handles([parameter, ...slots]), ...prepared, gradient, ...momentums];
          runtime.runEffect(op, inputs, attributes);
        },
      };
    }
    case "adam":
      return {
        slotNames: ["firstMoment", "secondMoment"],
        // The op's own bias correction subtracts powers of beta from 1 in float32, which loses four digits in the
        // first steps. Powers of 0 switch it off; it goes into the learning rate, and into epsilon, which the op
        // adds to the root before any correction.
        prepare(step, learningRate) {
          const rootCorrection = Math.sqrt(1 - spec.beta2 ** step);
          const rate = (learningRate * rootCorrection) / (1 - spec.beta1 ** step);
          return [
            runtime.constant(0),
            runtime.constant(0),
            runtime.scalar(rate),
            runtime.constant(spec.beta1),
            runtime.constant(spec.beta2),
            runtime.scalar(spec.epsilon * rootCorrection),
          ];
        },
        apply(parameter, slots, prepared, gradient) {
          runtime.runEffect("ResourceApplyAdam", [...handles([parameter, ...slots]), ...prepared, gradient]);
        },
      };
  }
}
