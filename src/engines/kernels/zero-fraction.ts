import { type ExampleSet, exampleSize, numericInputs } from "../examples.ts";

/** Examples that stand for the whole set. */
const SAMPLE = 256;

const known = new WeakMap<ExampleSet["inputs"], number>();

/** Which part of the input values is zero, from 0 to 1, estimated from examples spread evenly over the set. */
export function zeroFraction(examples: ExampleSet): number {
  const remembered = known.get(examples.inputs);
  if (remembered !== undefined) return remembered;
  const { count } = examples;
  const inputs = numericInputs(examples);
  const size = exampleSize(examples);
  const zero = inputs.kind === "floats" ? 0 : -inputs.offset / inputs.scale;
  const stride = Math.max(1, Math.floor(count / SAMPLE));
  let zeros = 0;
  let seen = 0;
  for (let example = 0; example < count; example += stride) {
    const values = inputs.values.subarray(example * size, (example + 1) * size);
    for (const value of values) if (value === zero) zeros++;
    seen += values.length;
  }
  const fraction = seen === 0 ? 0 : zeros / seen;
  known.set(inputs, fraction);
  return fraction;
}
