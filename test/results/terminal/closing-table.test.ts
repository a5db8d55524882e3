import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { summarize } from "../../../src/analysis/summarize.ts";
import { closingTable } from "../../../src/results/terminal/closing-table.ts";
import { diverged, exampleStudy } from "../../support/example-study.ts";
import { resultRow } from "../../support/result-rows.ts";

const options = { columns: 80, color: false, testExamples: 10_000 };

describe("closingTable", () => {
  it("has a row a sparsity, each method before and after, and marks the best", () => {
    const at = (
      method: string,
      target_sparsity: number,
      pruned_accuracy: number,
      accuracies: readonly number[],
    ) =>
      accuracies.map((accuracy, seed) =>
        resultRow({ method, target_sparsity, seed, pruned_accuracy, accuracy }),
      );
    const rows = [
      ...at("l1-unstructured", 0, 0.979, [0.98, 0.98]),
      ...at("l1-unstructured", 0.99, 0.098, [0.6, 0.61]),
      ...at("global-magnitude", 0, 0.979, [0.98, 0.98]),
      ...at("global-magnitude", 0.99, 0.18, [0.935, 0.936]),
    ];
    // Half widths: 12.7062 x 0.00707 / sqrt(2) = 6.35 points and a tenth of that.
    expect(closingTable(summarize(rows), options)).toEqual([
      "          l1-unstructured             global-magnitude",
      "pruned    before       after          before       after",
      "    0%    97.90 ±0.00  98.00 ±0.00    97.90 ±0.00  98.00 ±0.00",
      "   99%     9.80 ±0.00  60.50 ±6.35    18.00 ±0.00  93.55 ±0.64 *",
      "",
      "Dense baseline: 97.90% test accuracy.",
      "Test accuracy in percent, 10,000 test examples.",
      "Mean of 2 seeds ± half width of its 95% confidence interval.",
      "* highest mean of its row.",
    ]);
  });

  it("has no intervals and fewer decimals for one seed on a small test set", () => {
    const { results } = exampleStudy({ methods: ["l1-unstructured"], sparsities: [0], seeds: [0] });
    expect(closingTable(summarize(results), { ...options, testExamples: 1000 })).toEqual([
      "          l1-unstructured",
      "pruned    before  after",
      "    0%    97.7    97.7",
      "",
      "Dense baseline: 97.70% test accuracy.",
      "Test accuracy in percent, 1,000 test examples.",
      "One seed; a test set of this size leaves ±0.9 points of doubt.",
    ]);
  });

  it("puts methods that do not fit below each other", () => {
    const methods = Array.from({ length: 5 }, (_, i) => `method-${i}`);
    const lines = closingTable(summarize(exampleStudy({ methods }).results), options);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    for (const method of methods) expect(lines.join("\n")).toContain(method);
    expect(lines.filter((line) => line.startsWith("pruned"))).toHaveLength(3);
  });

  it("has one column a method without fine-tuning", () => {
    const lines = closingTable(summarize(exampleStudy({ recovery: "none" }).results), options);
    expect(lines[1]).toMatch(/^pruned {4}accuracy +accuracy$/);
  });

  it("marks the lowest loss of a regression", () => {
    const lines = closingTable(summarize(exampleStudy({ regression: true }).results), options);
    expect(lines).toContain("* lowest mean of its row.");
    expect(lines.join("\n")).not.toContain("Dense baseline");
  });

  it("tells collapsed and diverged runs", () => {
    const results = exampleStudy().results.map((row) => {
      if (row.target_sparsity !== 0.99) return row;
      return row.method === "l1-unstructured" ? diverged(row) : { ...row, status: "collapsed" as const };
    });
    const lines = closingTable(summarize(results), options);
    expect(lines.find((line) => line.startsWith("   99%"))).toMatch(/diverged +diverged .*±.* ×$/);
    expect(lines).toContain("3 diverged runs left out.");
    expect(lines).toContain("× no path from the inputs to the outputs is left, in at least one seed.");
  });

  it("says the same in color", () => {
    const summary = summarize(exampleStudy().results);
    const colored = closingTable(summary, { ...options, color: true }).join("\n");
    expect(stripVTControlCharacters(colored)).toBe(closingTable(summary, options).join("\n"));
    expect(colored).toContain("\u001b[");
  });
});
