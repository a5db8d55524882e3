import { type ExampleSet, exampleSize } from "../../engines/examples.ts";
import { inputError } from "../../foundations/errors.ts";
import { greatestOf } from "../../foundations/extremes.ts";
import { sha256 } from "../../foundations/hash.ts";
import { randomStream } from "../../foundations/random.ts";
import type { Severity } from "./corruption.ts";
import { corruptions } from "./registry.ts";

/** Which damage, and how much of it. */
export interface Damage {
  readonly corruption: string;
  readonly severity: Severity;
}

const made = new WeakMap<ExampleSet, Map<string, ExampleSet>>();

/**
 * The same images, [channels, height, width], damaged, with their labels. Made once for a set, and kept as long as it is.
 * Throws a PruneLabError of kind `input` for images that are not bytes.
 */
export function corrupted(examples: ExampleSet, damage: Damage): ExampleSet {
  const known = made.get(examples) ?? new Map<string, ExampleSet>();
  made.set(examples, known);
  const key = `${damage.corruption} ${damage.severity}`;
  const found = known.get(key) ?? corrupt(examples, damage);
  known.set(key, found);
  return found;
}

/**
 * Damages each image by what its own bytes decide: the same image suffers the same in any order, in any set and with any
 * seed of a study, and at a higher severity more of it.
 */
function corrupt(examples: ExampleSet, { corruption, severity }: Damage): ExampleSet {
  const { inputs, shape, count } = examples;
  const [channels = 1, height = 1, width = 1] = shape;
  if (inputs.kind !== "bytes") {
    throw inputError(
      "evaluate.corruptions are done to images of bytes, and these are of floating-point numbers.",
    );
  }
  const { drawn } = corruptions.named(corruption);
  const size = exampleSize(examples);
  const brightest = greatestOf(inputs.values);
  const values = new Uint8Array(new SharedArrayBuffer(count * size));
  for (let start = 0; start < values.length; start += size) {
    const image = inputs.values.subarray(start, start + size);
    const damaged = drawn(severity, randomStream(0, "corruption", corruption, sha256(image)));
    for (let channel = 0; channel < channels; channel++) {
      const [from, to] = [channel * height * width, (channel + 1) * height * width];
      values.set(damaged({ height, width, pixels: image.subarray(from, to), brightest }), start + from);
    }
  }
  return { ...examples, inputs: { ...inputs, values } };
}
