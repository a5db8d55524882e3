import { describe, expect, it } from "vitest";
import { publishedComparisons, uncomparedFigures } from "../../src/analysis/published-comparisons.ts";
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
  same_as: null,
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

describe("which method of ours a figure is compared with", () => {
  const rigl = { criterion: "random", allocation: "erk", schedule: "rigl(every=500 drop=0.5)" };
  const ours = [...rows([2, 2.1]), ...rows([2.2, 2.3], 0.98, "rigl-500").map((row) => ({ ...row, ...rigl }))];
  const pairs = (theirs: Partial<PublishedPoint>, of = ours) =>
    publishedComparisons(of, [published(theirs)]).map(({ method, pairing }) => [method, pairing]);

  it("is that of the members it names, whatever it is called here", () => {
    expect(pairs({ same_as: "schedule=rigl" })).toEqual([["rigl-500", "same method"]]);
    expect(pairs({ same_as: "criterion=magnitude schedule=one-shot" })).toEqual([
      ["global-magnitude", "same method"],
    ]);
  });

  it("looks at the options that are named, and no others", () => {
    expect(pairs({ same_as: "schedule=rigl(drop=0.5)" })).toEqual([["rigl-500", "same method"]]);
    expect(pairs({ same_as: "schedule=rigl(drop=0.3)" }).map(([, pairing]) => pairing)).toEqual([
      "other method",
      "other method",
    ]);
  });

  it("is every one where it names none, or the study has none that is the same", () => {
    const every = [
      ["global-magnitude", "other method"],
      ["rigl-500", "other method"],
    ];
    expect(pairs({ same_as: null })).toEqual(every);
    expect(pairs({ same_as: "schedule=early" })).toEqual(every);
  });

  it("is a control only where it names that control", () => {
    const control = rows([3, 3.1], 0.98, "reinitialized").map((row) => ({
      ...row,
      control: "reinitialized",
    }));
    const all = [...ours.map((row) => ({ ...row, control: "none" })), ...control];
    expect(pairs({ same_as: "criterion=magnitude" }, all)).toEqual([["global-magnitude", "same method"]]);
    expect(pairs({ same_as: "criterion=magnitude control=reinitialized" }, all)).toEqual([
      ["reinitialized", "same method"],
    ]);
    expect(pairs({ same_as: null }, all).map(([method]) => method)).toEqual(["global-magnitude", "rigl-500"]);
  });
});

it("takes what is kept of a method whose target is the effective sparsity from what was reached", () => {
  const reached = (effective_sparsity: number) =>
    rows([2, 2.1]).map((row) => ({ ...row, allocation: "global(target=effective)", effective_sparsity }));
  expect(publishedComparisons(reached(0.98), [published({})])).toHaveLength(1);
  expect(publishedComparisons(reached(0.9794), [published({})])).toHaveLength(0);
});

describe("figures without a point of ours", () => {
  const why = (theirs: Partial<PublishedPoint>, of = rows([2, 2.1])) =>
    uncomparedFigures(of, [published(theirs)]).map(({ reason }) => reason);

  it("are those that no point is near, with what the nearest keeps", () => {
    expect(why({})).toEqual([]);
    expect(why({ kept: 0.024 })).toEqual([{ kind: "no point near", kept: [expect.closeTo(0.02, 9)] }]);
  });

  it("are near a point of another method only, where the study has the same one elsewhere", () => {
    const both = [
      ...rows([2, 2.1]),
      ...rows([2.2, 2.3], 0.95, "rigl-500").map((row) => ({ ...row, schedule: "rigl(every=500)" })),
    ];
    expect(why({ same_as: "schedule=rigl" }, both)).toEqual([
      { kind: "no point near", kept: [expect.closeTo(0.05, 9)] },
    ]);
  });

  it("are of dense networks where nothing is left unpruned, and of points that have all diverged", () => {
    expect(why({ kept: 1 })).toEqual([{ kind: "no dense control" }]);
    const diverged = rows([2, 2.1]).map((row) => ({ ...row, status: "diverged" as const, accuracy: null }));
    expect(why({}, diverged)).toEqual([{ kind: "all diverged" }]);
  });
});
