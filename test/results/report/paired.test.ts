import { describe, expect, it } from "vitest";
import { pairedTable } from "../../../src/results/report/paired.ts";
import { pairedDrops } from "../../../src/results/terminal/paired-drops.ts";
import { resultRow } from "../../support/result-rows.ts";

const paired = {
  method: "l1-unstructured",
  test_examples: 872,
  recovery: "none",
  target_sparsity: 0.8,
  sparsity: 0.8,
  accuracy: 686 / 872,
  accuracy_drop: 100 * (13 / 872),
  test_ci95_low: 0.7583,
  test_ci95_high: 0.8126,
  newly_wrong: 47,
  newly_right: 34,
  drop_ci95_low: -0.5289,
  drop_ci95_high: 3.5098,
  mcnemar_p: 0.1823,
};
const dense = { ...paired, target_sparsity: 0, sparsity: 0, newly_wrong: 0, newly_right: 0, mcnemar_p: 1 };
const shown = { methods: ["l1-unstructured"], firstSeries: 0 };

describe("networks that are compared on the same test examples", () => {
  it("have a table in the report", () => {
    const text = pairedTable([resultRow(dense), resultRow(paired)], shown)?.text ?? "";
    expect(text).toContain("78.7 [75.8, 81.3]");
    expect(text).toContain("1.5 [-0.5, 3.5]");
    expect(text).toContain(">0.182<");
    expect(text).not.toContain("Seed</button>");
    const seeds = pairedTable([resultRow(paired), resultRow({ ...paired, seed: 1 })], shown)?.text;
    expect(seeds).toContain("Seed</button>");
    expect(pairedTable([resultRow({ ...paired, mcnemar_p: 1e-9 })], shown)?.text).toContain("&#60; 0.001");
  });

  it("have a sentence a method in the terminal, of one seed", () => {
    expect(pairedDrops([resultRow(dense), resultRow(paired)])).toEqual([
      "Drop from the dense baseline in points on the same 872 test examples, with its 95% interval (Newcombe's, paired):",
      "l1-unstructured: 80% 1.5 [-0.5, 3.5].",
    ]);
    expect(pairedDrops([resultRow(paired), resultRow({ ...paired, seed: 1 })])).toEqual([]);
  });

  it("are nothing where their answers are not known one by one", () => {
    expect(pairedTable([resultRow({})], shown)).toBeUndefined();
    expect(pairedDrops([resultRow({})])).toEqual([]);
  });
});
