import type { Masks } from "../../network/mask.ts";
import type { ParameterSpec, Parameters } from "../../network/parameters.ts";
import { type Evidence, type Gathered, tensorOf } from "../criterion.ts";
import { ExampleGradients } from "./example-gradients.ts";
import { pivotsOf } from "./pivots.ts";
import { rememberLast } from "./remember-last.ts";

export type SingleGradients = Evidence & Pick<Gathered, "exampleGradients">;

/** The gradients of so many single examples, with respect to the values of the tensors to prune. */
export const exampleGradientsOf = rememberLast(
  ({ exampleGradients, tensors }: SingleGradients, _options: { readonly examples: number }) =>
    ExampleGradients.gather(exampleGradients, tensors),
);

export interface FisherOptions {
  readonly examples: number;
  readonly dampening: number;
}

/** The part of the dampening that may be left out of the Fisher information beside it. */
const LEFT_OUT = 1e-3;

/** The empirical Fisher information, by pivots. */
export const pivotsFor = rememberLast(
  async (evidence: SingleGradients, { examples, dampening }: FisherOptions) =>
    pivotsOf(await exampleGradientsOf(evidence, { examples }), LEFT_OUT * dampening),
);

/** The values of some tensors, one tensor after the other. */
export function flat(tensors: readonly ParameterSpec[], parameters: Parameters): Float64Array {
  return joined(tensors, new Float64Array(sizeOf(tensors)), (name) => tensorOf(parameters, name));
}

/** Their masks likewise; what has none is kept. */
export function flatMask(tensors: readonly ParameterSpec[], masks: Masks): Uint8Array {
  return joined(tensors, new Uint8Array(sizeOf(tensors)).fill(1), (name) => masks.get(name));
}

function joined<T extends Float64Array | Uint8Array>(
  tensors: readonly ParameterSpec[],
  all: T,
  of: (name: string) => ArrayLike<number> | undefined,
): T {
  let offset = 0;
  for (const { name, size } of tensors) {
    const values = of(name);
    if (values !== undefined) all.set(values, offset);
    offset += size;
  }
  return all;
}

function sizeOf(tensors: readonly ParameterSpec[]): number {
  return tensors.reduce((sum, { size }) => sum + size, 0);
}

/** Other parameters with the values of these tensors in place of their own. */
export function withFlat(
  parameters: Parameters,
  tensors: readonly ParameterSpec[],
  values: Float64Array,
): Parameters {
  const all = new Map(parameters);
  let offset = 0;
  for (const { name, size } of tensors) {
    all.set(name, Float32Array.from(values.subarray(offset, offset + size)));
    offset += size;
  }
  return all;
}

/** Other masks with those of these tensors in place of their own; a tensor that has none stays without. */
export function withFlatMask(masks: Masks, tensors: readonly ParameterSpec[], kept: Uint8Array): Masks {
  const all = new Map(masks);
  let offset = 0;
  for (const { name, size } of tensors) {
    if (masks.has(name)) all.set(name, kept.slice(offset, offset + size));
    offset += size;
  }
  return all;
}
