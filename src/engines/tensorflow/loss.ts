import { sizeOf } from "../../network/shapes.ts";
import type { Loss } from "../../network/specification.ts";
import type { Distillation } from "../engine.ts";
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
  switch (loss) {
    case "softmax-cross-entropy": {
      const logProbabilities = runtime.run("LogSoftmax", [outputs]);
      const difference = runtime.run("Sub", [runtime.run("Exp", [logProbabilities]), targets]);
      return {
        sum: runtime.run("Neg", [sumOf(runtime, runtime.run("Mul", [targets, logProbabilities]))]),
        outputGradient: scaled(runtime, difference, 1 / batch),
      };
    }
    case "mean-squared-error": {
      const difference = runtime.run("Sub", [outputs, targets]);
      return {
        sum: scaled(runtime, sumOf(runtime, runtime.run("Square", [difference])), 1 / width),
        outputGradient: scaled(runtime, difference, 2 / (batch * width)),
      };
    }
  }
}

/** The loss of a batch, mixed with how far its outputs are from the teacher's: the definition is Distillation's. */
export function distilled(
  runtime: Runtime,
  own: BatchLoss,
  loss: Loss,
  outputs: Tensor,
  teacher: Tensor,
  { temperature, weight }: Distillation,
): BatchLoss {
  const apart =
    loss === "softmax-cross-entropy"
      ? softDivergence(runtime, outputs, teacher, temperature)
      : batchLoss(runtime, loss, outputs, teacher);
  const mixed = (mine: Tensor, other: Tensor) =>
    runtime.run("AddV2", [scaled(runtime, mine, 1 - weight), scaled(runtime, other, weight)]);
  return {
    sum: mixed(own.sum, apart.sum),
    outputGradient: mixed(own.outputGradient, apart.outputGradient),
  };
}

/** T^2 KL(softmax(teacher / T) || softmax(outputs / T)). */
function softDivergence(runtime: Runtime, outputs: Tensor, teacher: Tensor, temperature: number): BatchLoss {
  const [batch = 1] = outputs.shape;
  const logSoftmax = (logits: Tensor) =>
    runtime.run("LogSoftmax", [scaled(runtime, logits, 1 / temperature)]);
  const [log, teacherLog] = [logSoftmax(outputs), logSoftmax(teacher)];
  const [p, q] = [runtime.run("Exp", [log]), runtime.run("Exp", [teacherLog])];
  const terms = runtime.run("Mul", [q, runtime.run("Sub", [teacherLog, log])]);
  return {
    sum: scaled(runtime, sumOf(runtime, terms), temperature ** 2),
    outputGradient: scaled(runtime, runtime.run("Sub", [p, q]), temperature / batch),
  };
}

function scaled(runtime: Runtime, tensor: Tensor, factor: number): Tensor {
  return runtime.run("Mul", [tensor, runtime.constant(factor)]);
}

function sumOf(runtime: Runtime, matrix: Tensor): Tensor {
  return runtime.run("Sum", [matrix, runtime.upload(Int32Array.of(0, 1), [2])]);
}
