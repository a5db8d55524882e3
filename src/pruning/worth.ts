import type { Units } from "./structure.ts";

/**
 * How the scores of a unit's values become its own: their sum; `l2`, the root of the sum of their squares, where scores below
 * 0 count as 0; or `max`, the largest.
 */
export const norms = ["sum", "l2", "max"] as const;

export type Norm = (typeof norms)[number];

/**
 * One score a unit, as a float32, of so many units by the scores of their values in all tensors that have some. A NaN among
 * them makes a unit's NaN.
 */
export function worthOfUnits(
  count: number,
  tensors: readonly { readonly values: Float32Array; readonly units: Units }[],
  norm: Norm,
): Float32Array {
  const worth = new Float64Array(count).fill(norm === "max" ? Number.NEGATIVE_INFINITY : 0);
  for (const { values, units } of tensors) addWorth(worth, values, units, norm);
  return Float32Array.from(worth, norm === "l2" ? Math.sqrt : undefined);
}

/** Of the L2 norm, its square. */
function addWorth(worth: Float64Array, values: Float32Array, { of }: Units, norm: Norm): void {
  for (let i = 0; i < values.length; i++) {
    const unit = of[i] as number;
    const value = values[i] as number;
    const so = worth[unit] as number;
    if (norm === "sum") worth[unit] = so + value;
    else if (norm === "max") worth[unit] = Math.max(so, value);
    else worth[unit] = so + Math.max(value, 0) * Math.max(value, 0);
  }
}
