import { describe, expect, test } from "vitest";
import { kneeSparsity } from "../../src/analysis/curve-summaries.ts";
import { largestRise } from "../../src/analysis/rises.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { findings } from "../../src/results/report/findings.ts";
import { resultRow } from "../support/result-rows.ts";

/** Sparse double descent: level, down, up again, down for good. */
const doubleDescent = { 0: 0.97, 0.5: 0.968, 0.8: 0.93, 0.9: 0.925, 0.95: 0.96, 0.98: 0.955, 0.99: 0.7 };
const falling = { 0: 0.97, 0.5: 0.969, 0.8: 0.965, 0.9: 0.95, 0.95: 0.93, 0.98: 0.85, 0.99: 0.7 };

/** Four seeds that differ by a little, each curve moved by as much; with noise that is not the same along the curve. */
const rows = (curve: Readonly<Record<string, number>>, noise = 0.001) =>
  Object.entries(curve).flatMap(([sparsity, value], place) =>
    [0, 1, 2, 3].map((seed) =>
      resultRow({
        seed,
        target_sparsity: Number(sparsity),
        accuracy: value + 0.002 * seed + noise * ((place + seed) % 4),
        baseline_accuracy: 0.97,
      }),
    ),
  );

describe("largestRise", () => {
  test("is found where a curve rises between sparsities", () => {
    const rise = largestRise(rows(doubleDescent), accuracy);
    expect(rise).toMatchObject({ method: "global-magnitude", from: 0.9, to: 0.95 });
    expect(rise?.gain.mean).toBeCloseTo(3.5, 0);
  });

  test("there is none in a curve that falls, nor within the noise of the seeds, nor with one seed", () => {
    expect(largestRise(rows(falling), accuracy)).toBeUndefined();
    expect(largestRise(rows(doubleDescent, 0.05), accuracy)).toBeUndefined();
    const one = rows(doubleDescent).filter(({ seed }) => seed === 0);
    expect(largestRise(one, accuracy)).toBeUndefined();
  });

  test("a pruned network that is better than the dense one is no rise of this kind", () => {
    expect(largestRise(rows({ 0: 0.9, 0.5: 0.95, 0.9: 0.94 }), accuracy)).toBeUndefined();
  });
});

test("the findings tell a rise, and what is known of a curve that falls stays as it is", () => {
  const told = findings(rows(doubleDescent)).filter((sentence) =>
    sentence.includes("does not fall throughout"),
  );
  expect(told).toEqual([
    "global-magnitude does not fall throughout: at 95% pruned it is 3.5 points above itself at 90% (p < 0.05 over all pairs of its sparsities, by Holm). Such curves are known as sparse double descent: no one sparsity is where it begins to lose.",
  ]);
  expect(findings(rows(falling)).join(" ")).not.toContain("does not fall throughout");
});

test("the findings stop at the first sparsity that is out of the margin, whatever follows", () => {
  const [first] = findings(rows(doubleDescent));
  expect(first).toMatch(/^global-magnitude stays within 1 point of the dense control up to 50% pruned/);
  expect(first).toContain("At 80% it falls");
});

test("a curve that rises on the way has no one knee", () => {
  const curve = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).map(([sparsity, value]) => ({ sparsity: Number(sparsity), value: 100 * value }));
  expect(kneeSparsity(curve(falling), 1)).toBe(0.9);
  expect(kneeSparsity(curve(doubleDescent), 1)).toBeUndefined();
  // A rise of less than the margin is none.
  expect(kneeSparsity(curve({ ...falling, 0.95: 0.955 }), 1)).toBe(0.95);
});
