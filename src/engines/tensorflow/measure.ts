import type { Evaluation } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";

/** Loss and accuracy of all examples' outputs, [count, width], added up in float64. */
export function measure({ count, targets }: ExampleSet, outputs: Float32Array): Evaluation {
  const width = outputs.length / count;
  let [lossSum, correct] = [0, 0];
  for (let example = 0; example < count; example++) {
    const own = outputs.subarray(example * width, (example + 1) * width);
    if (targets.kind === "values") {
      lossSum += squaredError(own, targets.values.subarray(example * width));
      continue;
    }
    const label = targets.labels[example] as number;
    const largest = own.reduce((max, logit) => Math.max(max, logit), Number.NEGATIVE_INFINITY);
    const sum = own.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    lossSum += Math.log(sum) + largest - (own[label] as number);
    if (own.indexOf(largest) === label) correct++;
  }
  return { loss: lossSum / count, accuracy: targets.kind === "classes" ? correct / count : undefined };
}

function squaredError(outputs: Float32Array, targets: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < outputs.length; i++) sum += ((outputs[i] as number) - (targets[i] as number)) ** 2;
  return sum / outputs.length;
}
