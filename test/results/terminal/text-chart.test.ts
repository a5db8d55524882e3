import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { textChart } from "../../../src/results/terminal/text-chart.ts";
import { diverged, exampleStudy } from "../../support/example-study.ts";
import { resultRow } from "../../support/result-rows.ts";

describe("textChart", () => {
  it("places a letter for each method, the best at the top, over the sparsities", () => {
    const at = (method: string, target_sparsity: number, accuracy: number) =>
      resultRow({ method, target_sparsity, accuracy, baseline_accuracy: 0.98 });
    const rows = [at("a", 0, 0.98), at("a", 0.9, 0.5), at("b", 0, 0.98), at("b", 0.9, 0.96)];
    expect(textChart(rows, { columns: 80, color: false })).toEqual([
      "Test accuracy (%) after fine-tuning against weights pruned (%)",
      "height: log scale of the error; width: one step a sparsity",
      "       │",
      "    98 ┤····AB············",
      "    97 ┤",
      "       │              B",
      "    95 ┤",
      "    93 ┤",
      "    90 ┤",
      "       │",
      "    80 ┤",
      "       │",
      "    70 ┤",
      "    50 ┤             A",
      "       │",
      "       └──────────────────",
      "            0        90",
      "  A a  B b  · dense baseline",
    ]);
  });

  it.each([30, 60, 80, 200])("fits %i columns", (columns) => {
    const { results } = exampleStudy({ sparsities: [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99] });
    for (const line of textChart(results, { columns, color: false }))
      expect(line.length).toBeLessThanOrEqual(columns);
  });

  it("says the same in color", () => {
    const { results } = exampleStudy();
    const colored = textChart(results, { columns: 80, color: true }).join("\n");
    const plain = textChart(results, { columns: 80, color: false }).join("\n");
    expect(colored).not.toBe(plain);
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  it("shows the loss of a regression and leaves out what diverged", () => {
    const { results } = exampleStudy({ regression: true });
    const chart = textChart(results, { columns: 80, color: false });
    expect(chart.slice(0, 2)).toEqual([
      "Test loss after fine-tuning against weights pruned (%)",
      "height: log scale of the loss; width: one step a sparsity",
    ]);
    // The lowest loss at the bottom, on the dense baseline.
    expect(chart.findLast((line) => line.includes("·····"))).toMatch(/·A|·B|\*/);
    expect(chart.at(-1)).toContain("· dense baseline");
    const half = results.map((row) => (row.method === "l1-unstructured" ? diverged(row) : row));
    expect(textChart(half, { columns: 80, color: false }).slice(1, -1).join("\n")).not.toContain("A");
  });

  it("does not speak of a fine-tuning of no epochs", () => {
    const { results } = exampleStudy({ recovery: "none" });
    const none = results.map((row) => ({ ...row, recovery: "finetune" }));
    expect(textChart(none, { columns: 80, color: false })[0]).toBe(
      "Test accuracy (%) after pruning against weights pruned (%)",
    );
  });

  it("is empty without measures and on a terminal that is too narrow", () => {
    const { results } = exampleStudy();
    expect(textChart([], { columns: 80, color: false })).toEqual([]);
    expect(textChart(results.map(diverged), { columns: 80, color: false })).toEqual([]);
    expect(textChart(results, { columns: 9, color: false })).toEqual([]);
  });
});
