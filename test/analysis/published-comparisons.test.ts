import { describe, expect, it } from "vitest";
import { publishedComparisons } from "../../src/analysis/published-comparisons.ts";
import type { PublishedPoint } from "../../src/recording/published-points.ts";
import { resultRow } from "../support/result-rows.ts";

const published = (values: Partial<PublishedPoint>): PublishedPoint => ({
  paper: "a-2020",
  year: 2020,
  url: "https://a.example",
  dataset: "mnist",
  network: "mlp",
  method: "SNIP",
  kept: 0.02,
  error: "2.40",
  standard_error: null,
  seeds: null,
  protocol: "",
  source: "table 1",
  ...values,
});

/** Rows of one seed each, with these errors in percent. */
const rows = (errors: readonly number[], sparsity = 0.98, method = "global-magnitude") =>
  errors.map((error, seed) =>
    resultRow({ method, seed, target_sparsity: sparsity, sparsity, accuracy: 1 - error / 100 }),
  );

describe("publishedComparisons", () => {
  it("takes the difference with half widths added as errors add, and half a unit of the last digit", () => {
    const [found] = publishedComparisons(rows([2, 2.2]), [published({ standard_error: 0.1, seeds: 2 })]);
    // Ours: 2.1 +- t(0.975, 1) x 0.1 = 1.2706 on the plain scale; theirs: t(0.975, 1) x 0.1 = 1.2706.
    expect(found?.difference).toBeCloseTo(-0.3, 9);
    const half = ((found?.errorCi95?.high ?? 0) - (found?.errorCi95?.low ?? 0)) / 2;
    expect(found?.ci95?.high).toBeCloseTo(-0.3 + Math.hypot(half, 1.2706205) + 0.005, 6);
    expect(found?.ci95?.low).toBeCloseTo(-0.3 - Math.hypot(half, 1.2706205) - 0.005, 6);
    expect(found?.verdict).toBe("no difference");
  });

  it("says better, worse, or neither, by that interval", () => {
    const verdict = (errors: readonly number[], theirs: Partial<PublishedPoint> = {}) =>
      publishedComparisons(rows(errors), [published(theirs)])[0]?.verdict;
    expect(verdict([2, 2.02, 2.04])).toBe("better");
    expect(verdict([2.6, 2.62, 2.64])).toBe("worse");
    expect(verdict([2.3, 2.4, 2.5])).toBe("no difference");
    // The same figure with fewer digits, or with a spread, may be what ours is.
    expect(verdict([2.35, 2.36, 2.37])).toBe("better");
    expect(verdict([2.35, 2.36, 2.37], { error: "2.4" })).toBe("no difference");
    expect(verdict([2.6, 2.62, 2.64], { standard_error: 0.15 })).toBe("no difference");
  });

  it("has no verdict from a single seed", () => {
    expect(publishedComparisons(rows([2]), [published({})])).toMatchObject([
      { n: 1, ci95: null, verdict: null },
    ]);
  });

  it("compares points that keep the same, within 2% of it", () => {
    const kept = (ours: number) => publishedComparisons(rows([2, 2.1], 1 - ours), [published({})]).length;
    expect([0.02, 0.0203, 0.0197, 0.0205, 0.0195].map(kept)).toEqual([1, 1, 1, 0, 0]);
  });

  it("compares each method, and a dense network with the dense control once", () => {
    const both = [
      ...rows([1.8, 1.9], 0),
      ...rows([2, 2.1]),
      ...rows([1.8, 1.9], 0, "other"),
      ...rows([3, 3.1], 0.98, "other"),
    ];
    const found = publishedComparisons(both, [published({ kept: 1, error: "1.7" }), published({})]);
    expect(found.map(({ method, sparsity }) => [method, sparsity])).toEqual([
      ["global-magnitude", 0],
      ["global-magnitude", 0.98],
      ["other", 0.98],
    ]);
  });
});
