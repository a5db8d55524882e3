import { describe, expect, it } from "vitest";
import { metricVsOption } from "../../src/charts/metric-vs-option.ts";
import { diverged, everyChartStudy, exampleStudy } from "../support/example-study.ts";
import { resultRow } from "../support/result-rows.ts";

interface Panel {
  readonly title: { readonly text: string };
  readonly data: { readonly values: readonly Record<string, unknown>[] };
  readonly encoding: { readonly x: { readonly scale: { readonly type?: string } } };
}

function panels(data: Parameters<typeof metricVsOption>[0]): Panel[] {
  return JSON.parse(JSON.stringify(metricVsOption(data) ?? { concat: [] })).concat;
}

const taylor = (examples: number, target_sparsity: number, accuracy: number) =>
  resultRow({
    method: `taylor-${examples}`,
    criterion: `taylor(examples=${examples})`,
    target_sparsity,
    accuracy,
  });

describe("metricVsOption", () => {
  it("has a line a sparsity that the methods share, on a log axis where values span a factor of 10", () => {
    const results = [10, 100].flatMap((examples) => [
      taylor(examples, 0, 0.97),
      taylor(examples, 0.9, 0.95),
      taylor(examples, 0.95, 0.9),
    ]);
    const [panel, ...others] = panels({ results });
    expect(others).toEqual([]);
    expect(panel?.title.text).toBe("examples of taylor");
    expect(panel?.encoding.x.scale.type).toBe("log");
    expect(panel?.data.values).toHaveLength(4);
    expect(new Set(panel?.data.values.map(({ series }) => series)).size).toBe(2);
    expect(panel?.data.values[0]).toMatchObject({
      method: "taylor-10",
      value: 10,
      label: "taylor-10: examples 10, 95.00% at 90% pruned",
    });
  });

  it("is linear where values are near each other", () => {
    const [panel] = panels({ results: [taylor(10, 0.9, 0.9), taylor(50, 0.9, 0.95)] });
    expect(panel?.encoding.x.scale.type).toBeUndefined();
  });

  it("draws constructed networks each at their own sparsity, and joins those that differ in nothing else", () => {
    const bridge = (name: string, eps: number, gamma: number, sparsity: number) =>
      resultRow({
        method: name,
        criterion: `linear-bridge(eps=${eps} gamma=${gamma})`,
        allocation: "constructed",
        target_sparsity: sparsity,
      });
    const results = [
      bridge("a", 0.01, 0.25, 0.99),
      bridge("b", 0.001, 0.25, 0.98),
      bridge("c", 0.001, 0.5, 0.97),
    ];
    const [eps, gamma] = panels({ results });
    expect([eps?.title.text, gamma?.title.text]).toEqual(["eps of linear-bridge", "gamma of linear-bridge"]);
    const series = (panel: Panel | undefined) => panel?.data.values.map((value) => value.series) ?? [];
    const [a, b, c] = series(eps);
    expect(a).toBe(b);
    expect(c).not.toBe(a);
    expect(new Set(series(gamma)).size).toBe(2);
  });

  it("shows the first metric of the study's own before the primary one", () => {
    const study = everyChartStudy();
    expect(JSON.stringify(metricVsOption(study)?.title)).toContain("Score, accuracy by option");
    expect(panels(study)).toHaveLength(2);
  });

  it("is not drawn where methods differ in no option, or none has a value", () => {
    expect(metricVsOption(exampleStudy())).toBeUndefined();
    const { results } = everyChartStudy();
    expect(metricVsOption({ results: results.map(diverged) })).toBeUndefined();
  });
});
