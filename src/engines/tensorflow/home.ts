import type { Masks } from "../../network/mask.ts";
import type { ParameterSpec, Parameters } from "../../network/parameters.ts";
import type { ParameterValues } from "./layers/layer.ts";
import type { Tensor } from "./runtime.ts";

/** Where a network's parameters, their masks and what the optimizer remembers of them lie on the device. */
export interface Home {
  /** The values of the parameters as one network's layers read them. */
  values(): ParameterValues;
  /** Gradients, in the order of the parameters, with zeros where they are pruned. */
  masked(gradients: readonly Tensor[]): readonly Tensor[];
  /** Puts masks in force in place of all others. Throws a RangeError when one is of another size. */
  setMasks(masks: Masks): void;
  /** The parameters, or the slot of the optimizer with that number. */
  read(slot?: number): Parameters;
  /** Writes them, 0 where they are pruned. Throws a RangeError when one is missing or of another size. */
  write(tensors: Parameters, slot?: number): void;
  dispose(): void;
}

/** The tensor of that name. Throws a RangeError when there is none or it is of another size. */
export function valuesFor(tensors: Parameters, parameter: ParameterSpec): Float32Array {
  const values = tensors.get(parameter.name);
  if (values === undefined) throw new RangeError(`no tensor named '${parameter.name}'`);
  return sized(values, parameter);
}

/** Throws a RangeError when the values are not as many as the parameter's. */
export function sized<T extends { readonly length: number }>(values: T, { name, size }: ParameterSpec): T {
  if (values.length === size) return values;
  throw new RangeError(`${name} has ${size} values, not ${values.length}`);
}
