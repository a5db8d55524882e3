import { sizeOf } from "../../network/shapes.ts";
import type { Loss } from "../../network/specification.ts";
import type { Runtime, Tensor } from "./runtime.ts";

export interface BatchLoss {
  /** Sum over the examples of each one's loss; a scalar. */
  readonly sum: Tensor;
  /** Gradient of the mean loss over the batch by the outputs. */
  readonly outputGradient: Tensor;
}

/** The sum of each example's outputs, which compares with nothing. */
export function sumOfOutputs(runtime: Runtime, outputs: Tensor): BatchLoss {
  const ones = new Float32Array(sizeOf(outputs.shape)).fill(1 / (outputs.shape[0] ?? 1));
  const axes = Int32Array.from(outputs.shape.keys());
  return {
    sum: runtime.run("Sum", [outputs, runtime.upload(axes, [axes.length])]),
    outputGradient: runtime.upload(ones, outputs.shape),
  };
}

/**
 * The loss of a batch; targets of [batch, outputs], one-hot for classes. The cross-entropy is written out: on a GPU
 * TensorFlow's fused op refuses to run in deterministic mode.
 */
export function batchLoss(runtime: Runtime, loss: Loss, outputs: Tensor, targets: Tensor): BatchLoss {
  const [batch = 1, width = 1] = outputs.shape;
  const scaled = (tensor: Tensor, factor: number) => runtime.run("Mul", [tensor, runtime.constant(factor)]);
  const sum = (tensor: Tensor) => runtime.run("Sum", [tensor, runtime.upload(Int32Array.of(0, 1), [2])]);
  switch (loss) {
    case "softmax-cross-entropy": {
      const logProbabilities = runtime.run("LogSoftmax", [outputs]);
      const difference = runtime.run("Sub", [runtime.run("Exp", [logProbabilities]), targets]);
      return {
        sum: runtime.run("Neg", [sum(runtime.run("Mul", [targets, logProbabilities]))]),
        outputGradient: scaled(difference, 1 / batch),
      };
    }
    case "mean-squared-error": {
      const difference = runtime.run("Sub", [outputs, targets]);
      return {
        sum: scaled(sum(runtime.run("Square", [difference])), 1 / width),
        outputGradient: scaled(difference, 2 / (batch * width)),
      };
    }
  }
}
