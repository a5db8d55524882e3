import fc from "fast-check";
import { expect, test } from "vitest";
import { duration, StudyNames, wrap } from "../../../src/commands/progress/lines.ts";

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

test.each([
  [0.4, "0:00"],
  [42, "0:42"],
  [725, "12:05"],
  [3729, "1:02:09"],
  [-3, "0:00"],
])("%d seconds are written %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("a study is named when there are several", () => {
  const names = new StudyNames();
  const notice = (study: string) => ({ event: "notice", study, message: "" }) as const;
  names.hear(notice("a"));
  expect(names.before(notice("a"))).toBe("");
  names.hear(notice("b"));
  expect(names.before(notice("a"))).toBe("a: ");
});
