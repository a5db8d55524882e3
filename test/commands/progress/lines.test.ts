import { expect, test } from "vitest";
import { duration, StudyNames } from "../../../src/commands/progress/lines.ts";

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
