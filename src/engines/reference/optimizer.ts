import type { OptimizerSpec } from "../engine.ts";

/**
 * How one value moves in one step, as torch.optim.SGD and torch.optim.Adam do it.
 * `slots` holds what the optimizer remembers of the value, and is updated.
 */
export interface Optimizer {
  readonly slotNames: readonly string[];
  /** The change of `value`, given its gradient and the number of this step (the first is 1). */
  delta(value: number, gradient: number, slots: number[], step: number, learningRate: number): number;
}

export function createOptimizer(spec: OptimizerSpec): Optimizer {
  return spec.name === "sgd" ? sgd(spec) : adam(spec);
}

function sgd({ momentum, nesterov, weightDecay }: OptimizerSpec & { name: "sgd" }): Optimizer {
  return {
    slotNames: momentum === 0 ? [] : ["momentum"],
    delta(value, gradient, slots, _step, learningRate) {
      const decayed = gradient + weightDecay * value;
      const buffer = slots[0] ?? 0;
      slots[0] = momentum * buffer + decayed;
      return -learningRate * (nesterov ? decayed + momentum * slots[0] : slots[0]);
    },
  };
}

/** Kingma and Ba 2015, algorithm 1, with epsilon added to the bias-corrected root. */
function adam({ beta1, beta2, epsilon, weightDecay }: OptimizerSpec & { name: "adam" }): Optimizer {
  return {
    slotNames: ["firstMoment", "secondMoment"],
    delta(value, gradient, slots, step, learningRate) {
      const decayed = gradient + weightDecay * value;
      const first = slots[0] ?? 0;
      const second = slots[1] ?? 0;
      slots[0] = beta1 * first + (1 - beta1) * decayed;
      slots[1] = beta2 * second + (1 - beta2) * decayed * decayed;
      const correctedFirst = slots[0] / (1 - beta1 ** step);
      const correctedSecond = slots[1] / (1 - beta2 ** step);
      return (-learningRate * correctedFirst) / (Math.sqrt(correctedSecond) + epsilon);
    },
  };
}
