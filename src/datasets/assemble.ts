import {
  type ExampleSet,
  exampleSize,
  type InputValues,
  type Targets,
  type TokenValues,
} from "../engines/examples.ts";
import { canonicalJson, contentHash, sha256 } from "../foundations/hash.ts";
import type { Dataset, Source } from "./dataset.ts";

/** Some of a source's examples, in an order. */
export interface Selection {
  readonly examples: ExampleSet;
  /** Indices into `examples`. */
  readonly order: Uint32Array;
}

/** All of the examples, in the order of their source. */
export function wholeOf(examples: ExampleSet): Selection {
  return { examples, order: Uint32Array.from({ length: examples.count }, (_, index) => index) };
}

export interface Parts {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly train: Selection;
  readonly validation: Selection;
  readonly test: Selection;
}

/**
 * Copies the three selections into shared memory and computes the checksum over all that training can see: shape,
 * kind of inputs and targets, values, split and order.
 */
export function assembleDataset({ name, sources, ...selections }: Parts): Dataset {
  const train = gather(selections.train);
  const validation = gather(selections.validation);
  const test = gather(selections.test);
  const kind = kindOf(train);
  for (const part of [validation, test]) {
    if (canonicalJson(kindOf(part)) !== canonicalJson(kind)) {
      throw new Error(`the parts of ${name} differ in shape, inputs or targets`);
    }
  }
  const parts = [train, validation, test].map(valuesChecksum);
  return { name, checksum: contentHash({ ...kind, parts }), sources, train, validation, test };
}

/** The selected examples, in shared memory. */
function gather({ examples, order }: Selection): ExampleSet {
  return {
    count: order.length,
    shape: examples.shape,
    inputs: gatherInputs(examples, order),
    targets: gatherTargets(examples.targets, order),
  };
}

function gatherInputs(examples: ExampleSet, order: Uint32Array): InputValues {
  const { inputs } = examples;
  if (inputs.kind === "tokens") return gatherTokens(inputs, order);
  const size = exampleSize(examples);
  return inputs.kind === "bytes"
    ? { ...inputs, values: gatherRows(inputs.values, sharedBytes(order.length * size), size, order) }
    : { ...inputs, values: gatherRows(inputs.values, sharedFloats(order.length * size), size, order) };
}

/** The pieces of the selected texts, one text after the other. */
function gatherTokens({ values, starts, vocabulary }: TokenValues, order: Uint32Array): TokenValues {
  const gathered = new Uint32Array(new SharedArrayBuffer((order.length + 1) * Uint32Array.BYTES_PER_ELEMENT));
  const lengthOf = (example: number) => (starts[example + 1] as number) - (starts[example] as number);
  order.forEach((example, i) => {
    gathered[i + 1] = (gathered[i] as number) + lengthOf(example);
  });
  const pieces = gathered[order.length] as number;
  const to =
    values instanceof Uint16Array
      ? new Uint16Array(new SharedArrayBuffer(pieces * Uint16Array.BYTES_PER_ELEMENT))
      : new Int32Array(new SharedArrayBuffer(pieces * Int32Array.BYTES_PER_ELEMENT));
  order.forEach((example, i) => {
    to.set(values.subarray(starts[example], starts[example + 1]), gathered[i]);
  });
  return { kind: "tokens", values: to, starts: gathered, vocabulary };
}

function gatherTargets(targets: Targets, order: Uint32Array): Targets {
  if (targets.kind === "classes") {
    return { ...targets, labels: gatherRows(targets.labels, sharedBytes(order.length), 1, order) };
  }
  const { width } = targets;
  return {
    ...targets,
    values: gatherRows(targets.values, sharedFloats(order.length * width), width, order),
  };
}

/** Copies rows of `size` values: the one at order[i] of `from` to place i of `to`. */
function gatherRows<Values extends Uint8Array | Float32Array>(
  from: Values,
  to: Values,
  size: number,
  order: Uint32Array,
): Values {
  order.forEach((source, target) => {
    to.set(from.subarray(source * size, (source + 1) * size), target * size);
  });
  return to;
}

function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** What the parts of a dataset have in common, as it stands in the checksum. */
function kindOf({ shape, inputs, targets }: ExampleSet): object {
  return {
    shape,
    ...(inputs.kind === "bytes"
      ? { scaling: { scale: inputs.scale, offset: inputs.offset } }
      : inputs.kind === "tokens"
        ? { inputs: inputs.kind, vocabulary: inputs.vocabulary }
        : { inputs: inputs.kind }),
    ...(targets.kind === "classes" ? { classes: targets.classes } : { width: targets.width }),
  };
}

function valuesChecksum({ inputs, targets }: ExampleSet): object {
  return {
    values: sha256(bytesOf(inputs.values)),
    ...(inputs.kind === "tokens" ? { starts: sha256(bytesOf(inputs.starts)) } : {}),
    ...(targets.kind === "classes"
      ? { labels: sha256(targets.labels) }
      : { targets: sha256(bytesOf(targets.values)) }),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: InputValues["values"] | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
