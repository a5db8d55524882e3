import type { Loss } from "../../../network/specification.ts";
import type { Runtime, Tensor } from "../runtime.ts";

export interface StackedLoss {
  /** Of each example, [lanes, batch]; those of places without an example mean nothing. */
  readonly each: Tensor;
  /** Of each lane's mean loss by its outputs, [lanes, batch, outputs]. */
  readonly outputGradient: Tensor;
}

/**
 * The loss of each lane's own batch. `shares` is [lanes, batch, 1]: of a place with an example one over the number of
 * examples of its lane, of one without 0. What is there then is left out whatever it is: a lane may have diverged.
 */
export function stackedLoss(
  runtime: Runtime,
  loss: Loss,
  outputs: Tensor,
  targets: Tensor,
  shares: Tensor,
): StackedLoss {
  const width = outputs.shape[2] ?? 1;
  const overOutputs = (values: Tensor) => runtime.run("Sum", [values, runtime.indices(2)]);
  const shared = (gradient: Tensor) => runtime.run("MulNoNan", [gradient, shares]);
  switch (loss) {
    case "softmax-cross-entropy": {
      const logProbabilities = runtime.run("LogSoftmax", [outputs]);
      const difference = runtime.run("Sub", [runtime.run("Exp", [logProbabilities]), targets]);
      const each = overOutputs(runtime.run("Mul", [targets, logProbabilities]));
      return { each: runtime.run("Neg", [each]), outputGradient: shared(difference) };
    }
    case "mean-squared-error": {
      const difference = runtime.run("Sub", [outputs, targets]);
      const squares = overOutputs(runtime.run("Square", [difference]));
      const scaled = runtime.run("Mul", [difference, runtime.constant(2 / width)]);
      return {
        each: runtime.run("Mul", [squares, runtime.constant(1 / width)]),
        outputGradient: shared(scaled),
      };
    }
  }
}
