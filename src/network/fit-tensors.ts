import { excerpt } from "../foundations/quote.ts";
import type { Tensor } from "../foundations/safetensors.ts";
import { MASK_SUFFIX } from "./mask.ts";
import { type Parameters, parameterSpecs } from "./parameters.ts";
import type { NetworkSpec } from "./specification.ts";

/** What a file has of a network, and in words whatever does not fit. */
export interface FittedTensors {
  readonly parameters: Parameters;
  /** Those that call themselves masks of one of the parameters (`fc1.weight_mask`), by its name, unseen. */
  readonly masks: ReadonlyMap<string, Tensor["values"]>;
  readonly faults: readonly string[];
}

/** Sees that a file's tensors are those of a network; `names` says what it calls those that it calls otherwise. */
export function fitTensors(
  tensors: readonly Tensor[],
  network: NetworkSpec,
  names: Readonly<Record<string, string>> = {},
): FittedTensors {
  const left = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const parameters = new Map<string, Float32Array>();
  const masks = new Map<string, Tensor["values"]>();
  const faults: string[] = [];
  for (const { name, shape } of parameterSpecs(network)) {
    const called = Object.hasOwn(names, name) ? (names[name] as string) : name;
    const tensor = left.get(called);
    left.delete(called);
    const fault = tensor === undefined ? `${called} is missing.` : faultOf(tensor, shape);
    if (fault !== undefined) faults.push(called === name ? fault : `${fault} It is to be ${name}.`);
    else if (tensor?.values instanceof Float32Array) parameters.set(name, tensor.values);
  }
  for (const [name, { values }] of left) {
    const of = name.endsWith(MASK_SUFFIX) ? name.slice(0, -MASK_SUFFIX.length) : "";
    if (parameters.has(of)) masks.set(of, values);
    else faults.push(`${excerpt(name)} is no tensor of the network.`);
  }
  return { parameters, masks, faults };
}

function faultOf({ name, shape, values }: Tensor, wanted: readonly number[]): string | undefined {
  if (!(values instanceof Float32Array)) return `${name} has bytes, not numbers.`;
  if (shape.join() !== wanted.join()) {
    return `${name} has the shape [${shape.join(", ")}], not [${wanted.join(", ")}].`;
  }
  const broken = values.findIndex((value) => !Number.isFinite(value));
  return broken < 0 ? undefined : `${name}[${broken}] is ${values[broken]}.`;
}
