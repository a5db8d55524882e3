import type { ParameterSpec } from "../network/parameters.ts";
import type { Chosen } from "./method.ts";
import type { Units } from "./structure.ts";
import { structures } from "./structures/registry.ts";

/** Tensors whose units go together: one by itself, unless the structure says otherwise. */
export interface UnitGroup {
  /** Its first tensor's name, layer and shape. */
  readonly name: string;
  readonly layer: string;
  readonly shape: readonly number[];
  /** Whether that layer is the last of those that are pruned. */
  readonly isLast: boolean;
  /** How many units there are. */
  readonly count: number;
  readonly tensors: readonly ParameterSpec[];
  /** Of each of the tensors; undefined of a single one of which each value is a unit. */
  readonly units: readonly Units[] | undefined;
}

/** Of some tensors those that have units: all, unless the structure leaves those of no group whole. */
export function tensorsWithUnits(
  structure: Chosen,
  tensors: readonly ParameterSpec[],
): readonly ParameterSpec[] {
  const { group } = structures.named(structure.name);
  return group === undefined ? tensors : tensors.filter((tensor) => group(tensor) !== undefined);
}

/** Those tensors in groups, in the order of the first of each. Throws a RangeError where a structure's counts are at odds. */
export function unitGroups(structure: Chosen, tensors: readonly ParameterSpec[]): UnitGroup[] {
  const { group } = structures.named(structure.name);
  const last = tensors.at(-1)?.layer;
  const groups = new Map<string, [ParameterSpec, ...ParameterSpec[]]>();
  for (const tensor of tensorsWithUnits(structure, tensors)) {
    const key = group?.(tensor) ?? tensor.name;
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [tensor]);
    else others.push(tensor);
  }
  return [...groups.values()].map((members) => {
    const [{ name, layer, shape, size }] = members;
    const units = unitsOf(structure, members);
    const count = units?.[0]?.count ?? size;
    return { name, layer, shape, isLast: layer === last, count, tensors: members, units };
  });
}

function unitsOf(structure: Chosen, tensors: readonly ParameterSpec[]): readonly Units[] | undefined {
  const { name, units: unitsOfTensor } = structures.named(structure.name);
  const units = tensors.flatMap((tensor) => unitsOfTensor(tensor, structure) ?? []);
  if (units.length === 0 && tensors.length === 1) return undefined;
  if (units.length === tensors.length && units.every(({ count }) => count === units[0]?.count)) return units;
  throw new RangeError(
    `the structure ${name} makes other numbers of units of ${tensors.map((tensor) => tensor.name).join(", ")}, which go together`,
  );
}
