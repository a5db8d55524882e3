import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { structures } from "../../src/pruning/structures/registry.ts";
import { chosen, networks } from "./fixtures.ts";

describe.each(structures.list())("$name", (structure) => {
  test("every value of a tensor is in one unit, and no unit is empty", () => {
    fc.assert(
      fc.property(networks, (tensors) => {
        for (const tensor of tensors) {
          const units = structure.units(tensor, chosen("structure", structure.name));
          if (units === undefined) continue;
          expect(units.of).toHaveLength(tensor.size);
          expect([...new Set(units.of)].sort((a, b) => a - b)).toEqual([...Array(units.count).keys()]);
        }
      }),
    );
  });
});
