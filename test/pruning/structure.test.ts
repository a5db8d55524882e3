import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { structures } from "../../src/pruning/structures/registry.ts";
import { chosen, networksWith } from "./fixtures.ts";

describe.each(structures.list())("$name", (structure) => {
  test("every value of a tensor is in one unit, and no unit is empty", () => {
    fc.assert(
      fc.property(networksWith(structure.name), (tensors) => {
        for (const tensor of tensors) {
          const units = structure.units(tensor, chosen("structure", structure.name));
          if (units === undefined) continue;
          expect(units.of).toHaveLength(tensor.size);
          expect([...new Set(units.of)].sort((a, b) => a - b)).toEqual([...Array(units.count).keys()]);
        }
      }),
    );
  });

  test("tensors whose units go together have as many of them each, and no others have any", () => {
    fc.assert(
      fc.property(networksWith(structure.name), (tensors) => {
        const counts = new Map<string, Set<number | undefined>>();
        for (const tensor of tensors) {
          const units = structure.units(tensor, chosen("structure", structure.name));
          const group = structure.group?.(tensor);
          if (group !== undefined) {
            counts.set(group, (counts.get(group) ?? new Set()).add(units?.count));
          } else if (structure.group !== undefined) expect(units).toBeUndefined();
        }
        for (const own of counts.values()) expect([...own]).toEqual([expect.any(Number)]);
        if (structure.group !== undefined) expect(counts.size).toBeGreaterThan(0);
      }),
    );
  });
});
