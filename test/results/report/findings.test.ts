import { describe, expect, it } from "vitest";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { findings } from "../../../src/results/report/findings.ts";
import { diverged, exampleStudy } from "../../support/example-study.ts";
import { resultRow } from "../../support/result-rows.ts";

/** Rows of a method: accuracies by sparsity, one a seed. */
function method(name: string, curve: Readonly<Record<number, readonly number[]>>): ResultRow[] {
  return Object.entries(curve).flatMap(([sparsity, accuracies]) =>
    accuracies.map((accuracy, seed) =>
      resultRow({
        method: name,
        target_sparsity: Number(sparsity),
        sparsity: Number(sparsity),
        effective_sparsity: Number(sparsity),
        seed,
        accuracy,
        pruned_accuracy: accuracy,
        recovery: "finetune",
      }),
    ),
  );
}

const flat = [0.97, 0.972, 0.974];
const lower = (points: number, jitter = 0) =>
  flat.map((value, i) => value - points / 100 + (jitter / 100) * (i - 1));

describe("findings", () => {
  it("say how far a method keeps the accuracy of the dense control, and what comes next", () => {
    // At 0.9 the drops are 0.1, 0.2, 0.3; at 0.98 4.9, 5, 5.1: t interval 4.3027 x 0.1 / sqrt(3) = 0.25.
    const rows = method("a", { 0: flat, 0.9: lower(0.2, 0.1), 0.98: lower(5, 0.1) });
    expect(findings(rows)).toEqual([
      "a stays within 1 point of the dense control up to 90% pruned: 97.0% against 97.2%, in 554 KiB instead of 1,041 KiB. " +
        "At 98% it falls 5.0 points below the dense control (95% interval 4.8 to 5.2).",
    ]);
  });

  it("do not call a small drop a loss when the seeds cannot rule it out", () => {
    const rows = method("a", { 0: flat, 0.5: lower(0.6, 1) });
    expect(findings(rows)).toEqual([
      "a: no sparsity above 0 is shown to stay within 1 point of the dense control (97.2%). " +
        "At 50% it is 0.6 points below the dense control on average, but 3 seeds cannot rule out a loss of 1 point.",
    ]);
  });

  it("say when nothing was pruned", () => {
    expect(findings(method("a", { 0: flat }))).toEqual(["a: only the dense network was run (97.2%)."]);
  });

  it("compare the methods where they can be told apart", () => {
    const rows = [
      ...method("a", { 0: flat, 0.5: lower(0.1, 0.1), 0.9: lower(1, 0.1) }),
      ...method("b", { 0: flat, 0.5: lower(0.1, 0.2), 0.9: lower(9, 0.1) }),
    ];
    const found = findings(rows);
    expect(found.some((text) => text.startsWith("a is ahead by most at 90%: 8.0 points above b"))).toBe(true);
    expect(found).toContain(
      "The best and the worst method can be told apart at 90%; at the other sparsities they cannot, with these seeds.",
    );
    const alike = [...method("a", { 0.5: lower(1, 1) }), ...method("b", { 0.5: lower(1.1, -1) })];
    expect(findings(alike)).toContain("At no sparsity can the methods be told apart with these seeds.");
  });

  it("do not compare results on different data", () => {
    const rows = [
      ...method("a", { 0.9: lower(1, 0.1) }),
      ...method("b", { 0.9: lower(9, 0.1) }).map((row) => ({ ...row, dataset: "other" })),
    ];
    expect(findings(rows).join(" ")).not.toContain("ahead");
  });

  it("tell what fine-tuning gives back, and weights that are kept for nothing", () => {
    const rows = method("a", { 0: flat, 0.99: lower(30, 0.1) }).map((row) =>
      row.target_sparsity === 0 ? row : { ...row, pruned_accuracy: 0.1, effective_sparsity: 0.9975 },
    );
    expect(findings(rows)).toContain("Fine-tuning gives back most at 99% of a: from 10.0% to 67.2%.");
    expect(findings(rows)).toContain(
      "At 99%, 75% of the weights that a keeps lie on no path from an input to an output: they are kept for nothing.",
    );
  });

  it("name the runs that collapsed or diverged", () => {
    const rows = method("a", { 0: flat, 0.9: flat, 0.99: flat }).map((row) =>
      row.target_sparsity === 0.9
        ? { ...row, status: "collapsed" as const }
        : row.target_sparsity === 0.99
          ? diverged(row)
          : row,
    );
    expect(findings(rows)).toContain("No path from the inputs to the outputs is left in a at 90% (3 runs).");
    expect(findings(rows)).toContain(
      "Training diverged in a at 99% (3 runs): these runs have no measures and are left out.",
    );
  });

  it("tell the losses of a regression, and that a grid has no dense control", () => {
    expect(findings(exampleStudy({ regression: true, methods: ["a"] }).results)[0]).toMatch(
      /^a: test loss 0\.0220 at 0% pruned, 0\.18\d at 99%; lowest at 0%\.$/,
    );
    expect(findings(method("a", { 0.5: flat, 0.9: lower(1) }))[0]).toBe(
      "a: 97.2% at 50%, 96.2% at 90%. Without sparsity 0 in the grid there is no dense control to compare with.",
    );
  });
});
