import { type ExampleSet, exampleSize } from "../../../src/engines/examples.ts";
import type { Masks } from "../../../src/network/mask.ts";
import { type ParameterRole, type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import { layerOutputShapes } from "../../../src/network/shapes.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { hashed, sparseBytes, symmetric, uniform } from "./numbers.ts";

/** Weights and biases uniform over +-1/sqrt(fan-in), as PyTorch's bounds are. */
export function initialParameters(spec: NetworkSpec): Parameters {
  return perTensor(spec, ({ size, fanIn, role }, salt) =>
    symmetric(size, role === "weight" ? salt : salt + 1, 1 / Math.sqrt(fanIn)),
  );
}

/** Masks over the weights that prune about the given fraction of each tensor. */
export function weightMasks(spec: NetworkSpec, sparsity: number): Masks {
  return perTensor(spec, ({ size, role }, salt) =>
    role === "bias" ? undefined : new Uint8Array(uniform(size, salt + 2).map((u) => (u >= sparsity ? 1 : 0))),
  );
}

/**
 * Masks of half the weights that also cut units off: of each layer unit 0 has no kept weight into it and unit 1 none out
 * of it, and the bias of unit 2 is pruned.
 */
export function cutOffMasks(spec: NetworkSpec): Masks {
  const masks = new Map(weightMasks(spec, 0.5));
  let unitsBefore = 0;
  for (const { name, role, size, shape } of parameterSpecs(spec)) {
    const outputs = shape[0] ?? 1;
    if (role === "bias") {
      masks.set(
        name,
        Uint8Array.from({ length: size }, (_, unit) => (unit === 2 ? 0 : 1)),
      );
      continue;
    }
    const columns = size / outputs;
    const group = unitsBefore === 0 ? columns + 1 : columns / unitsBefore;
    const isCut = (row: number, column: number) => row === 0 || Math.floor(column / group) === 1;
    const mask = masks.get(name) ?? new Uint8Array(size);
    masks.set(
      name,
      mask.map((kept, i) => (isCut(Math.floor(i / columns), i % columns) ? 0 : kept)),
    );
    unitsBefore = outputs;
  }
  return masks;
}

/** Each way of pruning that a test should cover, by name: none, some, most, units cut off, and all. */
export function everyPruning(spec: NetworkSpec): readonly (readonly [string, Masks])[] {
  return [
    ["no masks", new Map()],
    ["half", weightMasks(spec, 0.5)],
    ["most", weightMasks(spec, 0.95)],
    ["units cut off", cutOffMasks(spec)],
    ["all", weightMasks(spec, 1)],
  ];
}

interface Tensor {
  readonly size: number;
  readonly fanIn: number;
  readonly role: ParameterRole;
}

/** One value a tensor; the salt is 100 for both tensors of the first layer, 103 for the second, ... */
function perTensor<T>(
  spec: NetworkSpec,
  make: (tensor: Tensor, salt: number) => T | undefined,
): Map<string, T> {
  const made = new Map<string, T>();
  let salt = 97;
  let fanIn = 1;
  for (const { name, role, size, shape } of parameterSpecs(spec)) {
    if (role === "weight") {
      salt += 3;
      fanIn = size / (shape[0] ?? 1);
    }
    const value = make({ size, fanIn, role }, salt);
    if (value !== undefined) made.set(name, value);
  }
  return made;
}

/** Examples of the shape and kind that the network takes: bytes in, labels or values as targets. */
export function makeExamples(spec: NetworkSpec, count: number, inputSalt = 1): ExampleSet {
  const size = exampleSize({ shape: spec.inputShape });
  const outputs = outputsOf(spec);
  return {
    count,
    shape: spec.inputShape,
    inputs: {
      kind: "bytes",
      values: shared(sparseBytes(count * size, inputSalt)),
      scale: 1 / 255,
      offset: 0,
    },
    targets:
      spec.loss === "softmax-cross-entropy"
        ? {
            kind: "classes",
            labels: shared(Uint8Array.from(hashed(count, 2), (value) => value % outputs)),
            classes: outputs,
          }
        : { kind: "values", values: shared(symmetric(count * outputs, 2, 1)), width: outputs },
  };
}

/** What a teacher may give for the examples: unlike the targets, and for classes sure of some of them. */
export function makeTeacher(spec: NetworkSpec, { count }: Pick<ExampleSet, "count">): Float32Array {
  return shared(symmetric(count * outputsOf(spec), 3, 5));
}

function outputsOf(spec: NetworkSpec): number {
  return layerOutputShapes(spec).at(-1)?.[0] ?? 0;
}

/** 0 .. count - 1 */
export function inOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}

/** The same values in shared memory, where datasets have them. */
function shared<T extends Uint8Array | Float32Array>(values: T): T;
function shared(values: Uint8Array | Float32Array): Uint8Array | Float32Array {
  const memory = new SharedArrayBuffer(values.byteLength);
  const copy = values instanceof Uint8Array ? new Uint8Array(memory) : new Float32Array(memory);
  copy.set(values);
  return copy;
}
