import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { Registry } from "../../src/foundations/registry.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { advantage, differenceScale, widthIn } from "../../src/metrics/difference.ts";
import { loss } from "../../src/metrics/loss.ts";
import type { Metric, Task } from "../../src/metrics/metric.ts";
import { extremes, figureOf, metrics, primaryMetric, recoveredValue } from "../../src/metrics/registry.ts";
import * as words from "../../src/metrics/words.ts";
import { tables } from "../../src/recording/columns.ts";
import { regressionRow, resultRow } from "../support/result-rows.ts";

const each = metrics.list().map((metric) => [metric.name, metric] as const);

describe.each(each)("%s", (_, metric) => {
  test("reads columns that the tables have", () => {
    const results = Object.values(metric.figures).filter((figure) => typeof figure === "string");
    expect(Object.keys(tables.results)).toEqual(expect.arrayContaining(results));
    const history = Object.values(metric.history).filter((figure) => typeof figure === "string");
    expect(Object.keys(tables.history)).toEqual(expect.arrayContaining(history));
  });

  test("tells better from worse in figures and in words", () => {
    const { best, worst } = extremes(metric, [0.2, 0.4, 0.3]);
    expect([best, worst]).toEqual(metric.better === "higher" ? [0.4, 0.2] : [0.2, 0.4]);
    const scale = differenceScale(metric, metric.scale * worst);
    expect(advantage(scale, best, worst)).toBeGreaterThan(0);
    expect(advantage(scale, worst, best)).toBeLessThan(0);
    expect(words.worsens(metric)).not.toBe(words.improves(metric));
    expect(words.side(metric, "worse")).not.toBe(words.side(metric, "better"));
    expect(metric.difference.words.worse).not.toBe(metric.difference.words.better);
  });

  test("writes values and differences with their unit", () => {
    expect(words.measured(metric, 0.5)).toBe(words.valueText(metric, 0.5) + metric.unit);
    expect(words.shownText(metric, metric.scale * 0.5)).toBe(words.valueText(metric, 0.5));
    expect(words.named(metric, 0.5)).toMatch(metric.unit === "" ? new RegExp(`^${metric.noun} `) : /\S$/);
    expect(words.differenceText(metric, "1.5")).toMatch(/^1\.5(%| \S+)$/);
  });

  test("has limits that grow: what check lets pass, what counts as none, what says little", () => {
    const { tolerance, margin, coarse, assumedDeviation } = metric.difference;
    expect(tolerance).toBeGreaterThan(0);
    expect(margin).toBeGreaterThanOrEqual(tolerance);
    expect(coarse).toBeGreaterThanOrEqual(margin);
    expect(assumedDeviation).toBeGreaterThan(0);
  });

  test("has an error of the test set that shrinks with its size and is never 0 where it counts alone", () => {
    const { testSet } = metric;
    if (testSet === undefined) return;
    expect(testSet.variance(0.5, 400)).toBeCloseTo(testSet.variance(0.5, 100) / 4, 12);
    for (const value of [0, 1]) {
      expect(testSet.variance(testSet.cautious(value, 100), 100)).toBeGreaterThan(0);
    }
  });

  test("is described in docs/results.md", () => {
    const { better, difference, tasks, noun, summary } = metric;
    const text = words.differenceText(metric, difference.tolerance);
    expect(readFileSync(path.join(packageRoot, "docs", "results.md"), "utf8")).toContain(
      `| ${noun} | ${summary} | ${tasks.join(", ")} | ${better} | ${text} | ${words.differenceText(metric, difference.margin)} |\n`,
    );
  });
});

describe("values as they are written", () => {
  test("an accuracy is a percentage, its differences are points", () => {
    expect(words.valueText(accuracy, 0.97613)).toBe("97.61");
    expect(words.measured(accuracy, 0.97613, "coarse")).toBe("97.6%");
    expect(words.named(accuracy, 0.97613)).toBe("97.61%");
    expect(words.spreadText(accuracy, 0.972, { low: 0.97, high: 0.974 })).toBe("±0.20");
    expect(words.spreadText(accuracy, 0.9, { low: 0.4, high: 0.99 })).toBe("[40.00, 99.00]");
    expect(words.spreadText(accuracy, 1, { low: 0.99999, high: 1 })).toBe("±0.00");
    expect(words.endsText(accuracy, { low: 0.97, high: 0.974 })).toBe("97.00 to 97.40");
    expect(words.differenceText(accuracy, 1)).toBe("1 point");
    expect(words.differenceText(accuracy, 0.5)).toBe("0.5 points");
    expect(words.differenceRange(accuracy, "0.9", "1.8")).toBe("0.9 points at best, 1.8 at worst");
    expect(words.columnHeading("Accuracy", accuracy)).toBe("Accuracy (%)");
  });

  test("a loss is a number of four digits, its differences are percent of another", () => {
    expect(words.valueText(loss, 0.0812345)).toBe("0.08123");
    expect(words.named(loss, 0.0812345, "coarse")).toBe("loss 0.0812");
    expect(words.spreadText(loss, 0.08, { low: 0.07, high: 0.09 })).toBe("±0.010");
    expect(words.spreadText(loss, 0.08, { low: 0.05, high: 0.2 })).toBe("[0.0500, 0.200]");
    expect(words.differenceText(loss, 1)).toBe("1%");
    expect(words.differenceRange(loss, "0.9", "1.8")).toBe("0.9% at best, 1.8% at worst");
    expect(words.columnHeading("Loss", loss)).toBe("Loss");
  });

  test("differences: points of an accuracy, percent of a loss, the higher the better", () => {
    expect(advantage(differenceScale(accuracy, null), 0.98, 0.97)).toBeCloseTo(1, 12);
    expect(advantage(differenceScale(loss, 0.2), 0.2, 0.25)).toBeCloseTo(25, 12);
    expect(widthIn(differenceScale(loss, 0.2), 0.01)).toBeCloseTo(5, 12);
    expect(Number.isFinite(advantage(differenceScale(loss, 0), 0, 0.1))).toBe(true);
  });
});

describe("primaryMetric", () => {
  const rows: Readonly<Record<Task, object>> = {
    classification: resultRow({}),
    regression: regressionRow({}),
  };

  test.each(Object.entries(rows))("is one of the task: %s", (task, row) => {
    expect(primaryMetric([row]).tasks).toContain(task);
    expect(recoveredValue(primaryMetric([row]), row)).not.toBeNull();
  });

  test("is the accuracy where any row has one, and the loss where none has anything", () => {
    expect(primaryMetric([regressionRow({}), resultRow({})])).toBe(accuracy);
    expect(primaryMetric([regressionRow({})])).toBe(loss);
    expect(primaryMetric([regressionRow({ loss: null })])).toBe(loss);
  });
});

test("a metric may be a formula over a row", () => {
  const perKib: Metric = {
    ...accuracy,
    name: "test-accuracy-per-kib",
    figures: {
      ...accuracy.figures,
      recovered: (row) => {
        const [value, bytes] = [figureOf("accuracy", row), figureOf("sparse_bytes", row)];
        return value === null || bytes === null ? null : value / (bytes / 1024);
      },
    },
  };
  const registry = new Registry<Metric>("metric", metrics.list());
  registry.add(perKib, "test");
  const row = resultRow({ accuracy: 0.5, sparse_bytes: 2048 });
  expect(recoveredValue(registry.named("test-accuracy-per-kib"), row)).toBe(0.25);
  expect(recoveredValue(perKib, { accuracy: "much" })).toBeNull();
});
