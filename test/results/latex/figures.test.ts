import { expect, it } from "vitest";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { loss } from "../../../src/metrics/loss.ts";
import { latexFigure } from "../../../src/results/latex/figures.ts";

const around = (mean: number, half: number) => ({ mean, ci95: { low: mean - half, high: mean + half } });

it.each([
  // Half widths in points: 0.173, 6.42, 9.96 (rounds to 10), 20.4, 0.0031 (finer than any test set).
  [around(0.979876, 0.00173), "$97.99 \\pm 0.17$"],
  [around(0.2398, 0.0642), "$24.0 \\pm 6.4$"],
  [around(0.6612, 0.0996), "$66 \\pm 10$"],
  [around(0.2691, 0.204), "$27 \\pm 20$"],
  [around(0.979876, 0.000031), "$97.988 \\pm 0.003$"],
  [around(0.9795, 0), "$97.95 \\pm 0.00$"],
])("an accuracy is rounded as its interval allows: %j", (interval, text) => {
  expect(latexFigure(accuracy, interval, "fine")).toBe(text);
});

it("a lopsided interval stands by its ends", () => {
  const interval = { mean: 0.682, ci95: { low: 0.004, high: 0.999 } };
  expect(latexFigure(accuracy, interval, "fine")).toBe("$68\\,[0, 100]$");
});

it("a loss too", () => {
  expect(latexFigure(loss, around(0.083456, 0.00123), "fine")).toBe("$0.0835 \\pm 0.0012$");
  expect(latexFigure(loss, around(12.34, 2.5), "fine")).toBe("$12.3 \\pm 2.5$");
});

it("one seed has the digits of the metric, by the size of the test set", () => {
  expect(latexFigure(accuracy, { mean: 0.97656, ci95: null }, "fine")).toBe("$97.66$");
  expect(latexFigure(accuracy, { mean: 0.97656, ci95: null }, "coarse")).toBe("$97.7$");
});

it("nothing stands for what diverged", () => {
  expect(latexFigure(accuracy, { mean: null, ci95: null }, "fine")).toBeNull();
});
