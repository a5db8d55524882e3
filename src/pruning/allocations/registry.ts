import type { Allocation } from "../allocation.ts";
import { global } from "./global.ts";
import { uniform } from "./uniform.ts";

export const allocations = [uniform, global] as const satisfies readonly Allocation[];

export type AllocationName = (typeof allocations)[number]["name"];

export function allocationNamed(name: AllocationName): Allocation {
  const allocation = allocations.find((member) => member.name === name);
  if (allocation === undefined) throw new RangeError(`no allocation is named '${name}'`);
  return allocation;
}
