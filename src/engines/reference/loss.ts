import type { Loss } from "../../network/specification.ts";
import type { Distillation } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";

/** What one example contributes: its loss, and that loss's gradient for the network's outputs. */
export interface ExampleLoss {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** Whether the largest output is the label's (the first of equals); undefined for regression. */
  readonly correct: boolean | undefined;
}

/** The loss of one example. Throws a RangeError when the targets are not of the kind that the loss compares with. */
export function exampleLoss(
  loss: Loss,
  outputs: Float64Array,
  { targets }: ExampleSet,
  index: number,
): ExampleLoss {
  if (loss === "softmax-cross-entropy" && targets.kind === "classes") {
    return softmaxCrossEntropy(outputs, targets.labels[index] as number);
  }
  if (loss === "mean-squared-error" && targets.kind === "values") {
    const { values, width } = targets;
    return meanSquaredError(outputs, values.subarray(index * width, (index + 1) * width));
  }
  throw new RangeError(`${loss} does not compare with targets of kind ${targets.kind}`);
}

/** The loss of one example, mixed with how far its outputs are from the teacher's: the definition is Distillation's. */
export function distilled(
  own: ExampleLoss,
  loss: Loss,
  outputs: Float64Array,
  { teacherOutputs, temperature, weight }: Distillation,
  index: number,
): ExampleLoss {
  const teacher = teacherOutputs.subarray(index * outputs.length, (index + 1) * outputs.length);
  const apart =
    loss === "softmax-cross-entropy"
      ? softDivergence(outputs, teacher, temperature)
      : meanSquaredError(outputs, teacher);
  return {
    loss: (1 - weight) * own.loss + weight * apart.loss,
    gradient: own.gradient.map((value, i) => (1 - weight) * value + weight * (apart.gradient[i] as number)),
    correct: own.correct,
  };
}

/** The sum of the outputs, which compares with nothing. */
export function sumOfOutputs(outputs: Float64Array): Omit<ExampleLoss, "correct"> {
  return { loss: outputs.reduce((sum, output) => sum + output, 0), gradient: outputs.map(() => 1) };
}

/** -log softmax(logits)[label]; the largest logit is taken out first, so that exp cannot overflow. */
function softmaxCrossEntropy(logits: Float64Array, label: number): ExampleLoss {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b);
  const gradient = exponentials.map((exponential, i) => exponential / sum - (i === label ? 1 : 0));
  return {
    loss: Math.log(sum) + largest - (logits[label] as number),
    gradient,
    correct: logits.indexOf(largest) === label,
  };
}

/** T^2 KL(softmax(teacher / T) || softmax(logits / T)). */
function softDivergence(
  logits: Float64Array,
  teacher: Float32Array,
  temperature: number,
): Omit<ExampleLoss, "correct"> {
  const log = logSoftmax(logits.map((logit) => logit / temperature));
  const teacherLog = logSoftmax(Float64Array.from(teacher, (logit) => logit / temperature));
  const divergence = teacherLog.reduce((sum, q, i) => sum + Math.exp(q) * (q - (log[i] as number)), 0);
  return {
    loss: temperature ** 2 * divergence,
    gradient: log.map((p, i) => temperature * (Math.exp(p) - Math.exp(teacherLog[i] as number))),
  };
}

function logSoftmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - largest - logSum);
}

/** How fast the loss's gradient for the outputs changes when they change so fast. */
export function gradientAlong(loss: Loss, outputs: Float64Array, change: Float64Array): Float64Array {
  if (loss === "mean-squared-error") return change.map((value) => (2 * value) / outputs.length);
  const odds = logSoftmax(outputs).map(Math.exp);
  const mean = odds.reduce((sum, p, i) => sum + p * (change[i] as number), 0);
  return odds.map((p, i) => p * ((change[i] as number) - mean));
}

/** The mean over the outputs of (output - target)^2. */
function meanSquaredError(outputs: Float64Array, target: Float32Array): ExampleLoss {
  const differences = outputs.map((output, i) => output - (target[i] as number));
  return {
    loss: differences.reduce((sum, difference) => sum + difference * difference, 0) / outputs.length,
    gradient: differences.map((difference) => (2 * difference) / outputs.length),
    correct: undefined,
  };
}
