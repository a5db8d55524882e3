import { countKept, type Masks } from "../network/mask.ts";
import type { ParameterSpec } from "../network/parameters.ts";
import type { Chosen } from "./method.ts";
import type { Units } from "./structure.ts";
import { structures } from "./structures/registry.ts";

/** Whether a structure makes units of several values. */
export function prunesUnits(structure: Chosen, tensors: readonly ParameterSpec[]): boolean {
  const { units } = structures.named(structure.name);
  return tensors.some((tensor) => tensor.role === "weight" && units(tensor, structure) !== undefined);
}

/** How many units a structure makes of some tensors, by name: neurons, blocks; undefined where each value is one. */
export function unitCounts(
  structure: Chosen,
  tensors: readonly ParameterSpec[],
): Readonly<Record<string, number>> | undefined {
  return countsBy(structure, tensors, (_tensor, { count }) => count);
}

/** How many of them masks keep, in whole or in part. */
export function keptUnitCounts(
  structure: Chosen,
  tensors: readonly ParameterSpec[],
  masks: Masks,
): Readonly<Record<string, number>> | undefined {
  return countsBy(structure, tensors, ({ name }, units) => {
    const mask = masks.get(name);
    return mask === undefined ? units.count : countKept(keptUnits(mask, units));
  });
}

/** 1 for units with a value that is kept. */
export function keptUnits(mask: Uint8Array, { count, of }: Units): Uint8Array {
  const kept = new Uint8Array(count);
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) kept[of[i] as number] = 1;
  return kept;
}

function countsBy(
  structure: Chosen,
  tensors: readonly ParameterSpec[],
  count: (tensor: ParameterSpec, units: Units) => number,
): Readonly<Record<string, number>> | undefined {
  const counts = tensors.flatMap((tensor) => {
    const units = structures.named(structure.name).units(tensor, structure);
    return units === undefined ? [] : [[tensor.name, count(tensor, units)] as const];
  });
  return counts.length === 0 ? undefined : Object.fromEntries(counts);
}
