import type { ParameterSpec, Parameters } from "../network/parameters.ts";
import { finiteOrNull } from "./training/train.ts";

/** Plain statistics of some weights, zeros included; null where a weight is not finite. */
export interface WeightStatistics {
  readonly size: number;
  /** Values that are not 0. */
  readonly nonzero: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Sample standard deviation, of n - 1; null for a single value too. */
  readonly std: number | null;
}

/** Of the weights that pruning may touch: all together, and each tensor. */
export interface NetworkStatistics {
  readonly together: WeightStatistics;
  readonly tensors: readonly (WeightStatistics & { readonly layer: string; readonly name: string })[];
}

/** Statistics of the prunable weights of a network. */
export function networkStatistics(
  parameters: Parameters,
  prunable: readonly Pick<ParameterSpec, "layer" | "name">[],
): NetworkStatistics {
  const valuesOf = (name: string) => {
    const values = parameters.get(name);
    if (values === undefined) throw new RangeError(`there are no values for ${name}`);
    return values;
  };
  return {
    together: weightStatistics(prunable.map(({ name }) => valuesOf(name))),
    tensors: prunable.map(({ layer, name }) => ({ layer, name, ...weightStatistics([valuesOf(name)]) })),
  };
}

/** Statistics of all values of some arrays. The deviation is summed in a second pass, about the mean. */
export function weightStatistics(arrays: readonly Float32Array[]): WeightStatistics {
  let size = 0;
  let nonzero = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const values of arrays) {
    size += values.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value !== 0) nonzero++;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    }
  }
  const mean = sum / size;
  if (!Number.isFinite(mean)) return { size, nonzero, min: null, max: null, mean: null, std: null };
  let squares = 0;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const distance = (values[i] as number) - mean;
      squares += distance * distance;
    }
  }
  return { size, nonzero, min, max, mean, std: finiteOrNull(Math.sqrt(squares / (size - 1))) };
}
