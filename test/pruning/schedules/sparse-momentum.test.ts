import { expect, test } from "vitest";
import { sparseMomentum } from "../../../src/pruning/schedules/sparse-momentum.ts";

const options = sparseMomentum.options.parse({
  every: 10,
  drop: 0.2,
  until: 1,
  decay: "constant",
  examples: 7,
});

test("is sparse from the start, and grows the largest gradients, shared out over the layers", () => {
  expect(sparseMomentum.startsAt?.(options)).toBe(0);
  expect(sparseMomentum.levels(0.9, options)).toEqual([0.9]);
  const regrowth = { drop: 0.2, grow: { by: "gradient", examples: 7 }, spread: "by gradient" };
  expect(sparseMomentum.during?.(0.9, 30, options)).toEqual([
    { step: 0, sparsity: 0.9 },
    { step: 10, regrowth },
    { step: 20, regrowth },
  ]);
});

test("avoids dead inputs unless told otherwise", () => {
  expect(sparseMomentum.avoidsDeadInputs?.(options)).toBe(true);
  expect(sparseMomentum.avoidsDeadInputs?.({ ...options, deadInputs: "take" })).toBe(false);
});
