import type { Evaluation } from "../engine.ts";
import type { ExampleSet, Targets } from "../examples.ts";

/** Adds up loss and right answers over outputs that were read back, [count, width], in float64. */
export class Measurement {
  readonly #targets: Targets;
  #count = 0;
  #lossSum = 0;
  #correct = 0;

  constructor({ targets }: ExampleSet) {
    this.#targets = targets;
  }

  /** The outputs of the next examples, in order. */
  add(outputs: Float32Array, width: number): void {
    for (let start = 0; start < outputs.length; start += width) {
      const example = outputs.subarray(start, start + width);
      if (this.#targets.kind === "classes") {
        this.#addClass(example, this.#targets.labels[this.#count] as number);
      } else {
        this.#addValues(example, this.#targets.values.subarray(this.#count * width));
      }
      this.#count++;
    }
  }

  result(): Evaluation {
    const classifies = this.#targets.kind === "classes";
    return {
      loss: this.#lossSum / this.#count,
      accuracy: classifies ? this.#correct / this.#count : undefined,
    };
  }

  #addClass(logits: Float32Array, label: number): void {
    const largest = logits.reduce((max, logit) => Math.max(max, logit), Number.NEGATIVE_INFINITY);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    this.#lossSum += Math.log(sum) + largest - (logits[label] as number);
    if (logits.indexOf(largest) === label) this.#correct++;
  }

  #addValues(outputs: Float32Array, targets: Float32Array): void {
    let sum = 0;
    for (let i = 0; i < outputs.length; i++) sum += ((outputs[i] as number) - (targets[i] as number)) ** 2;
    this.#lossSum += sum / outputs.length;
  }
}
