import { expect, test } from "vitest";
import { set } from "../../../src/pruning/schedules/set.ts";

const options = set.options.parse({ every: 10, drop: 0.2, until: 1, decay: "constant" });

test("is sparse from the start, and grows at random places of the same layer", () => {
  expect(set.startsAt?.(options)).toBe(0);
  expect(set.levels(0.9, options)).toEqual([0.9]);
  const regrowth = { drop: 0.2, grow: { by: "chance" }, spread: "own" };
  expect(set.during?.(0.9, 30, options)).toEqual([
    { step: 0, sparsity: 0.9 },
    { step: 10, regrowth },
    { step: 20, regrowth },
  ]);
});

test("avoids dead inputs unless told otherwise", () => {
  expect(set.avoidsDeadInputs?.(options)).toBe(true);
  expect(set.avoidsDeadInputs?.({ ...options, deadInputs: "take" })).toBe(false);
});
