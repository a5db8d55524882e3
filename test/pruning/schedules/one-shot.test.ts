import { expect, test } from "vitest";
import { oneShot } from "../../../src/pruning/schedules/one-shot.ts";

test("prunes once, to the target", () => {
  expect(oneShot.levels(0.9, {})).toEqual([0.9]);
});
