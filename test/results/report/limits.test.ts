import { describe, expect, it } from "vitest";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { limits } from "../../../src/results/report/limits.ts";
import { exampleStudy } from "../../support/example-study.ts";

const text = (rows: readonly ResultRow[]) =>
  limits(rows)
    .text.replace(/<\/?(?:dl|dt|dd|p)>/g, "\n")
    .replace(/\s*\n\s*/g, "\n");

describe("limits", () => {
  it("say what the figures stand on", () => {
    const found = text(exampleStudy().results);
    expect(found).toContain("\nSeeds\n3 (0, 1, 2)\n");
    // Seeds lie 0.1 points apart: that is their sample deviation.
    expect(found).toContain("\nDeviation between seeds\n0.10 points at best, 0.10 points at worst");
    expect(found).toContain(
      "\nTest set\nmnist: 10,000 examples. Where a single network&#39;s accuracy on it is 97.9%, it leaves 97.6% to 98.2% open",
    );
    expect(found).toMatch(/\nSmallest drop that a check with other seeds can detect\n0\.\d points/);
  });

  it("say how many seeds were added, by which rule", () => {
    const seedRules = [{ until: 0.2, atLeast: 3, atMost: 20 }];
    const said = "From 3 on, seeds were added until every 95% interval was within ±0.2, or there were 20.";
    expect(limits(exampleStudy().results, { seedRules }).text).toContain(said);
    expect(limits(exampleStudy().results).text).not.toContain("seeds were added");
  });

  it("say the same of the losses of a regression", () => {
    const found = text(exampleStudy({ regression: true, sparsities: [0] }).results);
    // Losses 0.023, 0.022, 0.021: a deviation of 0.001, 4.55% of the mean.
    expect(found).toContain("\nDeviation between seeds\n4.55% at best, 4.55% at worst");
    expect(found).toContain(
      "Where a single network&#39;s loss on it is 0.0210, it leaves 0.0204 to 0.0216 open",
    );
    expect(found).toMatch(/\nSmallest rise that a check with other seeds can detect\n\d+\.\d%/);
  });

  it("say first of all when the test set is the training set", () => {
    const { results } = exampleStudy({ regression: true });
    const said = "tested on the examples that they were trained on";
    expect(limits(results, { testedOnTraining: true }).text).toContain(said);
    expect(limits(results).text).not.toContain(said);
  });

  it("say that one seed shows no deviation", () => {
    const found = text(exampleStudy({ seeds: [4] }).results);
    expect(found).toContain("\nDeviation between seeds\nunknown from one seed\n");
    expect(found).toContain("One seed cannot show how much a result varies between seeds.");
  });

  it("tell the seeds of each of several sweeps", () => {
    const [first, second] = [[0, 1, 2], [7]].map((seeds, i) =>
      exampleStudy({ seeds }).results.map((row) => ({
        ...row,
        study: `s${i}`,
        method: `s${i}: ${row.method}`,
      })),
    );
    const found = text([...(first ?? []), ...(second ?? [])]);
    expect(found).toContain("\nSeeds\ns0: 3 (0, 1, 2); s1: 1 (7)\n");
  });

  it("say that the dense control had as much training as the pruned networks, or that it had not", () => {
    const { results } = exampleStudy();
    const stepsOf = (steps: (row: ResultRow) => number) =>
      text(results.map((row) => ({ ...row, train_steps: steps(row) })));
    const same = "The control is that network after the same fine-tuning as the pruned ones had;";
    const fewer =
      "after one fine-tuning, where networks that were pruned in several rounds had one after each and so more training";
    expect(stepsOf(() => 200)).toContain(same);
    // Sparse from the start, and so for fewer steps.
    expect(stepsOf(({ target_sparsity }) => (target_sparsity > 0 ? 100 : 200))).toContain(same);
    expect(stepsOf(({ target_sparsity }) => (target_sparsity > 0.95 ? 300 : 200))).toContain(fewer);
    // Of a control the steps also count what its mask comes from.
    const controlled = results.map((row) => ({
      ...row,
      control: row.method === "global-magnitude" ? "shuffled" : "none",
      control_of: row.method === "global-magnitude" ? "l1-unstructured" : null,
      train_steps: row.method === "global-magnitude" && row.target_sparsity > 0 ? 300 : 200,
    }));
    expect(text(controlled)).toContain(same);
  });
});
