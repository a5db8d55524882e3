import { describe, expect, test } from "vitest";
import type { Sample } from "../../../src/analysis/gate/drop-estimate.ts";
import { testDrops } from "../../../src/analysis/gate/drop-tests.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { differenceScale } from "../../../src/metrics/difference.ts";

const RULE = { alpha: 0.05, tolerance: 0.5 };

/** Five seeds a side with a spread of .2 points, and a drop. */
const dropped = (drop: number): Sample => ({
  baseline: new Map([96.8, 97.2, 97, 97.1, 96.9].map((value, seed) => [seed, value])),
  results: new Map([96.9, 97.2, 96.8, 97.1, 97].map((value, seed) => [10 + seed, value - drop])),
  testExamples: 10_000,
  scale: differenceScale(accuracy, null),
  paired: false,
});
const verdicts = (samples: readonly Sample[], rule = RULE) =>
  testDrops(samples, rule).map((test) => test?.verdict);

describe("testDrops", () => {
  test("one drop among many points is a regression, and the others are not", () => {
    const samples = Array.from({ length: 17 }, (_, i) => dropped(i === 4 ? 1 : 0));
    expect(verdicts(samples)).toEqual(samples.map((_, i) => (i === 4 ? "regression" : "no difference")));
  });

  test("a significant drop within the tolerance is none", () => {
    expect(verdicts([dropped(0.4)])).toEqual(["no difference"]);
    expect(verdicts([dropped(0.4)], { ...RULE, tolerance: 0.3 })).toEqual(["regression"]);
  });

  test("what is significant alone is not so among many", () => {
    const noisy = (drop: number): Sample => {
      const { baseline, results, ...rest } = dropped(drop);
      const spread = (values: ReadonlyMap<number, number>, center: number) =>
        new Map([...values].map(([seed, value]) => [seed, center + 3 * (value - center)]));
      return { ...rest, baseline: spread(baseline, 97), results: spread(results, 97 - drop) };
    };
    expect(verdicts([noisy(0.8)])).toEqual(["regression"]);
    expect(verdicts([noisy(0.8), ...Array<Sample>(30).fill(noisy(0))])[0]).toBe("no difference");
  });

  test("a gain is told as an improvement", () => {
    expect(verdicts([dropped(-1), dropped(0)])).toEqual(["improvement", "no difference"]);
  });

  test("an empty side has no test and is none of the many", () => {
    const empty = { ...dropped(0), results: new Map<number, number>() };
    const [alone] = testDrops([dropped(1)], RULE);
    const [beside, none] = testDrops([dropped(1), empty], RULE);
    expect(none).toBeUndefined();
    expect(beside).toEqual(alone);
  });
});
