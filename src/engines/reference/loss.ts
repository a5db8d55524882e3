import type { Loss } from "../../network/specification.ts";
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

/** The mean over the outputs of (output - target)^2. */
function meanSquaredError(outputs: Float64Array, target: Float32Array): ExampleLoss {
  const differences = outputs.map((output, i) => output - (target[i] as number));
  return {
    loss: differences.reduce((sum, difference) => sum + difference * difference, 0) / outputs.length,
    gradient: differences.map((difference) => (2 * difference) / outputs.length),
    correct: undefined,
  };
}
