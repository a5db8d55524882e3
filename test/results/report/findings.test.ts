import { describe, expect, it } from "vitest";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { findings } from "../../../src/results/report/findings.ts";
import { diverged } from "../../support/example-study.ts";
import { regressionRow, resultRow } from "../../support/result-rows.ts";

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

  it("say that the dense control of rounded weights is rounded too", () => {
    const quantization = "symmetric(bits=2 per=tensor training=none)";
    const rows = method("a", { 0: flat, 0.9: lower(0.2, 0.1) }).map((row) => ({ ...row, quantization }));
    expect(findings(rows)[0]).toMatch(
      /^a stays within 1 point of its equally rounded dense control up to 90% pruned: /,
    );
  });

  it("do not call a small drop a loss when the seeds cannot rule it out", () => {
    const rows = method("a", { 0: flat, 0.5: lower(0.6, 1) });
    expect(findings(rows)).toEqual([
      "a: no sparsity above 0 is shown to stay within 1 point of the dense control (97.2%). " +
        "At 50% it cannot be told from the dense control, nor can a loss of 1 point be ruled out: with 3 seeds the 95% interval of the drop is -1.9 to 3.1 points.",
    ]);
  });

  it("name no fall, and no gain, where the interval holds 0", () => {
    const noisy = method("a", { 0: [0.97, 0.972], 0.9: [0.93, 0.854] });
    // Drops of 4 and 11.8: mean 7.9, half width 12.7062 x 5.515 / sqrt(2) = 49.6.
    expect(findings(noisy).join(" ")).toContain(
      "At 90% it cannot be told from the dense control, nor can a loss of 1 point be ruled out: with 2 seeds the 95% interval of the drop is -2.9 to 57.5 points.",
    );
    const regained = method("a", { 0: flat, 0.9: flat }).map((row, i) => ({
      ...row,
      pruned_accuracy: row.target_sparsity === 0 ? row.pruned_accuracy : ([0.95, 0.6, 0.965][i % 3] ?? null),
    }));
    expect(findings(regained).join(" ")).not.toContain("Fine-tuning");
  });

  it("say that one seed of a finite test set tells no small difference", () => {
    const small = method("a", { 0: [0.972], 0.9: [0.96] }).map((row) => ({ ...row, test_examples: 500 }));
    expect(findings(small).join(" ")).toContain("At 90% it cannot be told from the dense control");
    // Of the drop of 3 points, 1.96 sqrt(0.0272 + 0.0546) / 100 = 0.56 points are open.
    expect(findings(method("a", { 0: [0.972], 0.9: [0.942] })).join(" ")).toContain(
      "At 90% it falls 3.0 points below the dense control (95% interval 2.4 to 3.6)",
    );
  });

  it("do not speak of a fine-tuning of no epochs", () => {
    const rows = method("a", { 0: flat, 0.9: lower(0.2, 0.1) }).map((row) => ({
      ...row,
      pruned_loss: row.loss,
    }));
    expect(findings(rows)[0]).toContain("of the dense network up to 90% pruned");
  });

  it("tell networks that learned nothing first, and conclude nothing from them", () => {
    const guessing = {
      baseline_accuracy: 0.1,
      baseline_loss: 2.4,
      accuracy: 0.1,
      pruned_accuracy: 0.1,
      loss: 2.4,
    };
    const rows = method("a", { 0: flat, 0.9: lower(0.2, 0.1) });
    const [fact, consequence, ...others] = findings(rows.map((row) => ({ ...row, ...guessing })));
    expect(fact).toMatch(
      /^The dense baselines of all 3 seeds did not learn: test accuracy 10\.0%, no better/,
    );
    expect(consequence).toMatch(/no finding is drawn/);
    expect(others).toEqual([]);
    const some = findings(rows.map((row) => (row.seed === 2 ? { ...row, ...guessing } : row)));
    expect(some).toEqual([
      expect.stringMatching(/^The dense baseline of seed 2 \(of 3\) did not learn/),
      expect.stringMatching(/findings leave them out/),
      ...findings(rows.filter(({ seed }) => seed < 2)),
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
    expect(findings(rows)).toContain(
      "Fine-tuning helps most at 99% pruned by a: from 10.0% right after pruning to 67.2%.",
    );
    const rewound = rows.map((row) => ({ ...row, recovery: "rewind(step=0 optimizer=fresh)" }));
    expect(findings(rewound)).toContain(
      "Recovery helps most at 99% pruned by a: from 10.0% right after pruning to 67.2%.",
    );
    // What is pruned before its training had not learned yet.
    const trained = rows.map((row) => ({ ...row, recovery: "train" }));
    expect(findings(trained).join()).not.toContain("helps most");
    expect(findings(rows)).toContain(
      "At 99%, 75% of the weights that a keeps lie on no path from an input to an output: nothing of the input passes through them.",
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

  it("say that a grid has no dense control", () => {
    expect(findings(method("a", { 0.5: flat, 0.9: lower(1) }))[0]).toBe(
      "a: 97.2% at 50%, 96.2% at 90%. The grid has no sparsity 0, so there is no unpruned network to compare with.",
    );
  });
});

describe("findings of a regression", () => {
  const losses = (name: string, curve: Readonly<Record<number, readonly number[]>>) =>
    Object.entries(curve).flatMap(([sparsity, values]) =>
      values.map((loss, seed) =>
        regressionRow({
          method: name,
          target_sparsity: Number(sparsity),
          sparsity: Number(sparsity),
          effective_sparsity: Number(sparsity),
          seed,
          loss,
          pruned_loss: 1.01 * loss,
        }),
      ),
    );
  const dense = [0.1, 0.1, 0.1];

  it("say how far a method keeps the loss of the dense control, and what comes next", () => {
    // Rises of 1, 2, 3% and of 49, 50, 51%: t interval 4.3027 x 1 / sqrt(3) = 2.5.
    const rows = losses("a", { 0: dense, 0.9: [0.101, 0.102, 0.103], 0.98: [0.149, 0.15, 0.151] });
    expect(findings(rows)).toEqual([
      "a stays within 5% of the dense control up to 90% pruned: loss 0.102 against 0.100, in 554 KiB instead of 1,041 KiB. " +
        "At 98% it rises 50.0% above the dense control (95% interval 47.5 to 52.5).",
    ]);
  });

  it("do not call a small rise a loss when the seeds cannot rule it out", () => {
    expect(findings(losses("a", { 0: dense, 0.5: [0.098, 0.102, 0.106] }))).toEqual([
      "a: no sparsity above 0 is shown to stay within 5% of the dense control (loss 0.100). " +
        "At 50% it cannot be told from the dense control, nor can a rise of 5% be ruled out: with 3 seeds the 95% interval of the rise is -7.9% to 11.9%.",
    ]);
  });

  it("compare methods by the lower loss, in percent of the higher", () => {
    const rows = [...losses("a", { 0.9: [0.2, 0.201, 0.199] }), ...losses("b", { 0.9: [0.1, 0.101, 0.099] })];
    const found = findings(rows);
    expect(found[0]).toBe(
      "a: loss 0.200 at 90%. The grid has no sparsity 0, so there is no unpruned network to compare with.",
    );
    expect(found.at(-1)).toBe("b is ahead by most at 90%: 50.0% below a (95% interval 50.0 to 50.0).");
  });

  it("tell what fine-tuning gives back", () => {
    const rows = losses("a", { 0: dense, 0.99: [0.2, 0.2, 0.2] }).map((row) =>
      row.target_sparsity === 0 ? row : { ...row, pruned_loss: 0.8 },
    );
    expect(findings(rows)).toContain(
      "Fine-tuning helps most at 99% pruned by a: from loss 0.800 right after pruning to 0.200.",
    );
  });
});
