import { expect, test } from "vitest";
import { rigl } from "../../../src/pruning/schedules/rigl.ts";

const options = rigl.options.parse({ every: 10, drop: 0.2, until: 1, decay: "constant", examples: 7 });

test("is sparse from the start, and grows the largest gradients of the same layer", () => {
  expect(rigl.startsAt?.(options)).toBe(0);
  expect(rigl.levels(0.9, options)).toEqual([0.9]);
  const regrowth = { drop: 0.2, grow: { by: "gradient", examples: 7 }, spread: "own" };
  expect(rigl.during?.(0.9, 30, options)).toEqual([
    { step: 0, sparsity: 0.9 },
    { step: 10, regrowth },
    { step: 20, regrowth },
  ]);
});

test("avoids dead inputs unless told otherwise", () => {
  expect(rigl.avoidsDeadInputs?.(options)).toBe(true);
  expect(rigl.avoidsDeadInputs?.({ ...options, deadInputs: "take" })).toBe(false);
});
