import { type ExampleSet, exampleSize, type InputValues, type Targets } from "../../engines/examples.ts";
import type { RandomStream } from "../../foundations/random.ts";

/**
 * A copy of the examples in which those of `drawn` say nothing of the task: the inputs of each are shuffled, by an order of its
 * own, and their targets are dealt out anew among them. The values are the same ones.
 */
export function spoiltExamples(examples: ExampleSet, drawn: Uint32Array, stream: RandomStream): ExampleSet {
  const { inputs, targets } = examples;
  const size = exampleSize(examples);
  const copy: InputValues = { ...inputs, values: inputs.values.slice() } as InputValues;
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  for (const example of drawn) {
    const first = example * size;
    stream.shuffle(order);
    for (let i = 0; i < size; i++) {
      copy.values[first + i] = inputs.values[first + (order[i] as number)] as number;
    }
  }
  return { ...examples, inputs: copy, targets: dealtOut(targets, drawn, stream.shuffle(drawn.slice())) };
}

/** Each of `to` gets the target of the one of `from` at its place. */
function dealtOut(targets: Targets, to: Uint32Array, from: Uint32Array): Targets {
  const width = targets.kind === "classes" ? 1 : targets.width;
  const values = targets.kind === "classes" ? targets.labels : targets.values;
  const dealt = values.slice();
  for (const [i, example] of to.entries()) {
    const other = (from[i] as number) * width;
    dealt.set(values.subarray(other, other + width), example * width);
  }
  return targets.kind === "classes"
    ? { ...targets, labels: dealt as typeof targets.labels }
    : { ...targets, values: dealt as typeof targets.values };
}
