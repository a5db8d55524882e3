import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { closingTable } from "../../../src/results/terminal/closing-table.ts";
import { diverged, exampleStudy } from "../../support/example-study.ts";
import { ownMetrics } from "../../support/own-metric.ts";
import { regressionRow, resultRow } from "../../support/result-rows.ts";

const options = { columns: 80, color: false };

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
    // Half widths: 12.7062 x 0.00707 / sqrt(2) = 6.35 points and a tenth of that, a little less on the logit scale. Equal
    // seeds leave 12.7062 / sqrt(12 x 2) = 2.59 of 10,000 answers open.
    expect(closingTable(rows, options)).toEqual([
      "          l1-unstructured             global-magnitude",
      "pruned    before       after          before       after",
      "    0%    97.90 ±0.03  98.00 ±0.03    97.90 ±0.03  98.00 ±0.03",
      "   99%     9.80 ±0.03  60.50 ±6.32    18.00 ±0.03  93.55 ±0.64 *",
      "",
      "Dense baseline, the unpruned network as trained: 97.90% test accuracy.",
      "Dense control, what pruned networks are compared with: the row of 0%, unpruned",
      "but with the same fine-tuning.",
      "Test accuracy in percent, 10,000 test examples.",
      "Mean of 2 seeds ± half width of its 95% confidence interval.",
      "* highest mean of its row, which may be chance.",
    ]);
  });

  it("marks no control of a method", () => {
    const at = (method: string, accuracy: number, control = "none") =>
      [0, 1].map((seed) => resultRow({ method, target_sparsity: 0.9, seed, accuracy, control }));
    const marked = (rows: readonly ResultRow[]) =>
      closingTable(rows, options).filter((line) => line.trimStart().startsWith("90%") && line.includes("*"));
    const methods = [...at("one", 0.9), ...at("other", 0.8)];
    expect(marked(methods)).toEqual([expect.stringMatching(/ 90\.00.* \*.* 80\.00/)]);
    expect(marked([...methods, ...at("one-unpruned", 0.95, "unpruned")])).toEqual([
      expect.stringMatching(/ 90\.00.* \*.* 80\.00/),
    ]);
    expect(marked([...at("one", 0.9), ...at("one-unpruned", 0.95, "unpruned")])).toEqual([]);
  });

  it("has a row for each method that stands at one of several sparsities", () => {
    const at = (method: string, target_sparsity: number, loss: number, recovery = "none") =>
      regressionRow({ method, target_sparsity, recovery, pruned_loss: 2 * loss, loss, test_examples: 500 });
    const rows = [
      at("global-magnitude", 0, 0.25, "finetune"),
      at("global-magnitude", 0.9, 0.5, "finetune"),
      at("linear-bridge", 0.990038, 0.3125),
      at("tuned-bridge", 0.990038, 0.375, "finetune"),
      at("all-zero", 1, 1),
    ];
    const lines = closingTable(rows, options);
    expect(lines.slice(0, 10)).toEqual([
      "          global-magnitude",
      "pruned    before  after",
      "    0%    0.5000  0.2500",
      "   90%    1.000   0.5000",
      "",
      "method           pruned  before  after",
      "linear-bridge  99.0038%          0.3125 *",
      "tuned-bridge   99.0038%  0.7500  0.3750",
      "all-zero           100%          1.000",
      "",
    ]);
    expect(lines).toContain("* lowest mean at its sparsity, which may be chance.");
  });

  it("shows nothing before a recovery that prunes, and says what diverged", () => {
    const gradual = { method: "gradual", target_sparsity: 0.9, pruned_accuracy: null };
    const broken = { ...gradual, target_sparsity: 0.99, accuracy: null, status: "diverged" } as const;
    const lines = closingTable([resultRow({ ...gradual, accuracy: 0.97 }), resultRow(broken)], options);
    expect(lines[2]).toMatch(/^ {3}90% +97\.0/);
    expect(lines[3]).toMatch(/^ {3}99% +diverged +diverged/);
  });

  it("has no intervals and fewer decimals for one seed on a small test set", () => {
    const { results } = exampleStudy({ methods: ["l1-unstructured"], sparsities: [0], seeds: [0] });
    const small = results.map((row) => ({ ...row, test_examples: 1000 }));
    expect(closingTable(small, options)).toEqual([
      "          l1-unstructured",
      "pruned    accuracy",
      "    0%    97.7",
      "",
      "Dense baseline, the unpruned network as trained: 97.70% test accuracy.",
      "Test accuracy in percent, 1,000 test examples.",
      "One seed; a test set of this size leaves 96.6% to 98.5% open.",
    ]);
  });

  it("puts methods that do not fit below each other", () => {
    const methods = Array.from({ length: 5 }, (_, i) => `method-${i}`);
    const lines = closingTable(exampleStudy({ methods }).results, options);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    for (const method of methods) expect(lines.join("\n")).toContain(method);
    expect(lines.filter((line) => line.startsWith("pruned"))).toHaveLength(3);
  });

  it("has one column a method without fine-tuning", () => {
    const lines = closingTable(exampleStudy({ recovery: "none" }).results, options);
    expect(lines[1]).toMatch(/^pruned {4}accuracy +accuracy$/);
  });

  it("has the same of the losses of a regression, and marks the lowest", () => {
    const at = (method: string, losses: readonly number[]) =>
      losses.map((loss, seed) =>
        regressionRow({ method, target_sparsity: 0.9, seed, baseline_loss: 0.02, pruned_loss: 0.5, loss }),
      );
    // Half width: 12.7062 x 0.000707 / sqrt(2) = 0.00635, with its sides as exp(0.2083) to 1 over it.
    expect(closingTable([...at("a", [0.03, 0.031]), ...at("b", [0.04, 0.04])], options)).toEqual([
      "          a                               b",
      "pruned    before     after                before     after",
      "   90%    0.5000 ±0  0.03050 ±0.0064 *    0.5000 ±0  0.04000 ±0",
      "",
      "Dense baseline, the unpruned network as trained: test loss 0.02000.",
      "Test loss, 10,000 test examples.",
      "Mean of 2 seeds ± half width of its 95% confidence interval.",
      "* lowest mean of its row, which may be chance.",
    ]);
    expect(closingTable(at("a", [0.03]), options)).toContain(
      "One seed; a test set of this size leaves 0.0195 to 0.0206 open.",
    );
  });

  it("writes a lopsided interval by its ends, within 0 and 100", () => {
    const rows = [0.9, 0.999].map((accuracy, seed) =>
      resultRow({ method: "a", target_sparsity: 0.9, seed, accuracy, pruned_accuracy: 0.5 }),
    );
    const lines = closingTable(rows, options);
    // By hand: logit(0.9495) = 2.933866; 12.706205 x 0.0495 / (0.9495 x 0.0505) = 13.117, on either side.
    expect(lines[2]).toBe("   90%    50.00 ±0.03  94.95 [0.00, 100.00]");
    expect(lines.join(" ")).toContain("95% confidence interval, or [low, high] where it is lopsided.");
  });

  it("tells collapsed and diverged runs", () => {
    const results = exampleStudy().results.map((row) => {
      if (row.target_sparsity !== 0.99) return row;
      return row.method === "l1-unstructured" ? diverged(row) : { ...row, status: "collapsed" as const };
    });
    const lines = closingTable(results, options);
    expect(lines.find((line) => line.startsWith("   99%"))).toMatch(/diverged +diverged .*±.* ×$/);
    expect(lines).toContain("3 diverged runs left out.");
    expect(lines).toContain("× no path from the inputs to the outputs is left, in at least one seed.");
  });

  it("says the same in color", () => {
    const { results } = exampleStudy();
    const colored = closingTable(results, { ...options, color: true }).join("\n");
    expect(stripVTControlCharacters(colored)).toBe(closingTable(results, options).join("\n"));
    expect(colored).toContain("\u001b[");
  });

  it("has a second table of metrics of one's own", () => {
    const rows = [0, 0.9].flatMap((target_sparsity) =>
      ["a", "b"].flatMap((method, i) =>
        [0, 1].map((seed) =>
          resultRow({ method, seed, target_sparsity, sparsity: target_sparsity, accuracy: 0.9 - i / 10 }),
        ),
      ),
    );
    const entries = [
      { name: "worth", formula: "accuracy * sparsity", better: "higher", digits: 2 },
      { name: "lost", formula: "1 - worth", better: "lower", summary: "What is lost." },
    ];
    const { metrics, results } = ownMetrics(entries, rows);
    const lines = closingTable(results, { ...options, metrics });
    expect(lines.slice(lines.indexOf("") + 1, lines.indexOf("") + 6)).toEqual([
      "          a                            b",
      "pruned    worth         lost           worth       lost",
      "    0%    0.00 ±0.00    1.000 ±0       0.00 ±0.00  1.000 ±0",
      "   90%    0.81 ±0.00 *  0.1900 ±0 *    0.72 ±0.00  0.2800 ±0",
      "",
    ]);
    expect(lines.slice(-2)).toEqual([
      "worth, the higher the better: accuracy * sparsity",
      "lost, the lower the better: What is lost: 1 - worth",
    ]);
  });
});
