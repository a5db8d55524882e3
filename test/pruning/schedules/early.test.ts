import { expect, test } from "vitest";
import { early } from "../../../src/pruning/schedules/early.ts";

const standard = early.options.parse({});

test("prunes once, before the training unless told otherwise", () => {
  expect(early.startsAt?.(standard)).toBe(0);
  expect(early.startsAt?.({ ...standard, step: 250 })).toBe(250);
  expect(early.levels(0.9, standard)).toEqual([0.9]);
});

test("takes weights of dead inputs as all others unless told otherwise", () => {
  expect(early.avoidsDeadInputs?.(standard)).toBe(false);
  expect(early.avoidsDeadInputs?.({ ...standard, deadInputs: "avoid" })).toBe(true);
});
