import { type ExampleSet, exampleSize } from "../../../src/engines/examples.ts";
import type { Masks } from "../../../src/network/mask.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
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
    role === "bias" ? undefined : Uint8Array.from(uniform(size, salt + 2), (u) => (u >= sparsity ? 1 : 0)),
  );
}

interface Tensor {
  readonly size: number;
  readonly fanIn: number;
  readonly role: "weight" | "bias";
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
  const outputs = layerOutputShapes(spec).at(-1)?.[0] ?? 0;
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
