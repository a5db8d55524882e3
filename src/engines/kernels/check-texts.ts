import type { EmbeddingsSpec } from "../../network/specification.ts";
import type { ExampleSet, TokenValues } from "../examples.ts";

interface Extremes {
  readonly largest: number;
  readonly shortest: number;
  readonly longest: number;
}

const known = new WeakMap<TokenValues, Extremes>();

/** Throws a RangeError where the kernels would read past a table or a text. */
export function checkTexts(inputs: ExampleSet["inputs"], count: number, tables: EmbeddingsSpec): void {
  if (inputs.kind !== "tokens" || inputs.starts.length <= count) {
    throw new RangeError("examples without tokens do not fit the network");
  }
  const { largest, shortest, longest } = extremesOf(inputs);
  if (shortest < 1) throw new RangeError("a text without tokens");
  if (longest > tables.positions) throw new RangeError(`${longest} tokens, more than ${tables.positions}`);
  if (largest >= tables.vocabulary) throw new RangeError(`token ${largest} is none of ${tables.vocabulary}`);
}

function extremesOf(inputs: TokenValues): Extremes {
  const remembered = known.get(inputs);
  if (remembered !== undefined) return remembered;
  const { values, starts } = inputs;
  if ((starts.at(-1) ?? 0) > values.length) throw new RangeError("texts that end past the last token");
  let [largest, shortest, longest] = [0, Number.POSITIVE_INFINITY, 0];
  // A negative token is a very large one.
  for (const token of values) largest = Math.max(largest, token >>> 0);
  for (let i = 1; i < starts.length; i++) {
    const length = (starts[i] as number) - (starts[i - 1] as number);
    shortest = Math.min(shortest, length);
    longest = Math.max(longest, length);
  }
  const extremes = { largest, shortest, longest };
  known.set(inputs, extremes);
  return extremes;
}
