import { expect, test } from "vitest";
import { PruneLabError } from "../../../src/foundations/errors.ts";
import { acDc } from "../../../src/pruning/schedules/ac-dc.ts";

const courseOf = (steps: number, options: { warmUp: number; phase: number; final: number }) =>
  (acDc.during?.(0.9, steps, options) ?? []).map((change) => [
    change.step,
    "sparsity" in change ? change.sparsity : undefined,
  ]);

test("warms up dense, takes turns, and ends compressed", () => {
  expect(courseOf(100, { warmUp: 0.1, phase: 0.2, final: 0.25 })).toEqual([
    [10, 0.9],
    [30, 0],
    [50, 0.9],
    [70, 0],
    [75, 0.9],
  ]);
});

test("the published recipe: of 100 epochs 10 to warm up, phases of 5, 15 at the end", () => {
  const course = courseOf(100, acDc.options.parse({}));
  expect(course[0]).toEqual([10, 0.9]);
  expect(course[1]).toEqual([15, 0]);
  expect(course.at(-1)).toEqual([85, 0.9]);
  // From 10 to 75 13 phases, the first and the last one compressed; then the long dense one.
  expect(course.at(-2)).toEqual([75, 0]);
  expect(course).toHaveLength(15);
});

test("all weights are chosen from again, each time", () => {
  const course = acDc.during?.(0.9, 100, acDc.options.parse({})) ?? [];
  for (const change of course) expect(change).toMatchObject({ anew: true });
});

test("a warm-up and a last phase of more than the training are refused", () => {
  const course = () => courseOf(100, { warmUp: 0.5, phase: 0.1, final: 0.6 });
  expect(course).toThrow(PruneLabError);
  expect(course).toThrow("The schedule ac-dc has a warm-up of 0.5 and a last phase of 0.6: over 1 together.");
});
