import { describe, expect, test } from "vitest";
import { differenceText, measured, named, valueText } from "../../../src/metrics/words.ts";
import { ownMetric, ownMetrics } from "../../support/own-metric.ts";

describe("a metric of one's own", () => {
  test("is written with 4 significant digits, with its unit, or with the decimals that it is given", () => {
    expect(measured(ownMetric(), 0.98401)).toBe("0.9840");
    expect(measured(ownMetric({ unit: "KiB" }), 12.3456)).toBe("12.35 KiB");
    expect(measured(ownMetric({ digits: 1, unit: "points" }), 1.456)).toBe("1.5 points");
    expect(measured(ownMetric({ unit: "%", digits: 2 }), 0.97613)).toBe("97.61%");
    expect(named(ownMetric({ label: "Worth", unit: "KiB" }), 2)).toBe("Worth 2.000 KiB");
    expect(valueText(ownMetric({ digits: 0 }), 371)).toBe("371");
  });

  test("between bounds has the tolerances of an accuracy, as parts of what lies between them", () => {
    const { tolerance, margin, coarse, assumedDeviation } = ownMetric({ bounds: [0, 1.5] }).difference;
    expect([tolerance, margin, coarse, assumedDeviation]).toEqual([0.0075, 0.015, 0.03, 0]);
    expect(ownMetric({ bounds: [0, 1], unit: "%" }).difference).toMatchObject({
      tolerance: 0.5,
      margin: 1,
      coarse: 2,
    });
  });

  test("has the tolerance that it is given, and without one and without bounds none", () => {
    expect(ownMetric({ tolerance: 3 }).difference).toMatchObject({ tolerance: 3, margin: 6, coarse: 12 });
    expect(ownMetric().difference).toMatchObject({
      tolerance: 0,
      margin: 0,
      coarse: Number.POSITIVE_INFINITY,
    });
  });

  test("speaks of its differences by its direction and unit", () => {
    expect(ownMetric().difference).toMatchObject({ name: "drop", words: { worse: "falls by" } });
    expect(ownMetric({ better: "lower" }).difference).toMatchObject({
      name: "rise",
      words: { worse: "rises by" },
    });
    expect(differenceText(ownMetric({ unit: "%" }), "0.5")).toBe("0.5 points");
    expect(differenceText(ownMetric({ unit: "KiB" }), "0.5")).toBe("0.5 KiB");
    expect(differenceText(ownMetric(), "0.5")).toBe("0.5");
  });

  test("is defined by its formula and those that it hangs on", () => {
    const definitions = (...formulas: readonly string[]) =>
      ownMetrics(formulas.map((formula, i) => ({ name: `m${i}`, formula, better: "higher" }))).metrics.map(
        ({ definition }) => definition,
      );
    expect(definitions("loss", "2  *\n m0", "baseline_m1 + 1", "m10")).toEqual([
      "loss",
      "2 * m0; m0 = loss",
      "baseline_m1 + 1; m1 = 2 * m0; m0 = loss",
      "m10",
    ]);
  });
});
