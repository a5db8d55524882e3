import fc from "fast-check";
import { expect, test } from "vitest";
import { wrap } from "../../src/foundations/wrap.ts";

test("wrapped text fits the columns and loses nothing but spaces at the ends of lines", () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 1, max: 80 }), (text, columns) => {
      const lines = wrap(text, columns);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }),
  );
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("first\nsecond line", 6)).toEqual(["first", "second", "line"]);
});
