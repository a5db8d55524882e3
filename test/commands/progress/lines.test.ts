import { expect, test } from "vitest";
import { duration, finishedLine, StudyNames } from "../../../src/commands/progress/lines.ts";

test.each([
  [0.4, "0:00"],
  [42, "0:42"],
  [725, "12:05"],
  [3729, "1:02:09"],
  [-3, "0:00"],
])("%d seconds are written %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("a finished run is told by its primary metric", () => {
  const finished = (accuracy: number | null, loss: number | null) =>
    finishedLine({
      event: "run-finished",
      study: "s",
      run: "r",
      kind: "point",
      status: "ok",
      accuracy,
      loss,
      seconds: 2.14,
      sharedFrom: null,
      total: 1,
    });
  expect(finished(0.97613, 0.08)).toBe("r  97.61%  2.1 s");
  expect(finished(null, 0.0812345)).toBe("r  loss 0.08123  2.1 s");
  expect(finished(null, null)).toBe("r  -  2.1 s");
});

test("a study is named when there are several", () => {
  const names = new StudyNames();
  const notice = (study: string) => ({ event: "notice", study, message: "" }) as const;
  names.hear(notice("a"));
  expect(names.before(notice("a"))).toBe("");
  names.hear(notice("b"));
  expect(names.before(notice("a"))).toBe("a: ");
});
