import { expect, test } from "vitest";
import { durationText } from "../../src/foundations/duration.ts";

test.each([
  [0, "0 s"],
  [0.0432, "0.04 s"],
  [0.96, "1 s"],
  [42.4, "42 s"],
  [150, "3 min"],
  [9000, "2.5 h"],
])("%d seconds", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
