import { expect, test } from "vitest";
import type { RegrowthStep } from "../../../src/pruning/schedule.ts";
import { sparseCourse } from "../../../src/pruning/schedules/updates.ts";

const regrowth = { grow: { by: "chance" }, spread: "own" } as const;
const updatesOf = (decay: "cosine" | "constant", until = 0.8) =>
  sparseCourse(0.9, 100, { every: 20, drop: 0.4, until, decay }, regrowth)
    .slice(1)
    .map((change) => change as RegrowthStep);

test("prunes before the first step, then updates until a part of the training is over", () => {
  const course = sparseCourse(0.9, 100, { every: 20, drop: 0.4, until: 0.8, decay: "constant" }, regrowth);
  expect(course[0]).toEqual({ step: 0, sparsity: 0.9 });
  // Not at step 80, where 80% are over.
  expect(updatesOf("constant").map(({ step }) => step)).toEqual([20, 40, 60]);
  expect(updatesOf("constant", 1).map(({ step }) => step)).toEqual([20, 40, 60, 80]);
});

test("drops less and less by a cosine: .4 / 2 (1 + cos(pi t / 80)) at t = 20, 40, 60", () => {
  const drops = updatesOf("cosine").map(({ regrowth: { drop } }) => drop);
  expect(drops[0]).toBeCloseTo(0.2 * (1 + Math.SQRT1_2), 12);
  expect(drops[1]).toBeCloseTo(0.2, 12);
  expect(drops[2]).toBeCloseTo(0.2 * (1 - Math.SQRT1_2), 12);
});

test("or drops the same each time", () => {
  expect(updatesOf("constant").map(({ regrowth: { drop } }) => drop)).toEqual([0.4, 0.4, 0.4]);
});
