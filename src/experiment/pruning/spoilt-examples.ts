import {
  type ExampleSet,
  exampleSize,
  type InputValues,
  type Targets,
  type TokenValues,
} from "../../engines/examples.ts";
import type { RandomStream } from "../../foundations/random.ts";

/**
 * A copy of the examples in which those of `drawn` say nothing of the task: the inputs of each are shuffled, by an order of its
 * own, and their targets are dealt out anew among them. The values are the same ones. A text keeps its first and its last
 * piece, which say where it begins and ends.
 */
export function spoiltExamples(examples: ExampleSet, drawn: Uint32Array, stream: RandomStream): ExampleSet {
  const { inputs, targets } = examples;
  const size = exampleSize(examples);
  const copy: InputValues = { ...inputs, values: inputs.values.slice() } as InputValues;
  const whole = upTo(size);
  for (const example of drawn) {
    const [first, order] =
      inputs.kind === "tokens" ? innerPieces(inputs, example) : ([example * size, whole] as const);
    stream.shuffle(order);
    for (let i = 0; i < order.length; i++) {
      copy.values[first + i] = inputs.values[first + (order[i] as number)] as number;
    }
  }
  return { ...examples, inputs: copy, targets: dealtOut(targets, drawn, stream.shuffle(drawn.slice())) };
}

/** Where the pieces of a text lie without its first and its last, and their order. */
function innerPieces({ starts }: TokenValues, example: number): readonly [number, Uint32Array] {
  const first = (starts[example] as number) + 1;
  const end = (starts[example + 1] as number) - 1;
  return [first, upTo(Math.max(0, end - first))];
}

function upTo(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => i);
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
