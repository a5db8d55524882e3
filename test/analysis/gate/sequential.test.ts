import { describe, expect, test } from "vitest";
import { smallestDetectableDrop } from "../../../src/analysis/gate/detectable-drop.ts";
import { dropEstimates, type Sample } from "../../../src/analysis/gate/drop-estimate.ts";
import { detectableWith, doubtAbout, levelAt, nextSeeds } from "../../../src/analysis/gate/sequential.ts";
import { differenceScale } from "../../../src/metrics/difference.ts";
import { metrics } from "../../../src/metrics/registry.ts";

const plan = { alpha: 0.05, maxSeeds: 20 };

describe("levelAt", () => {
  test("depends on the number of seeds alone, and most is left to the last look", () => {
    const levels = [20, 10, 5, 3, 1].map((seeds) => levelAt(seeds, plan));
    expect(levels).toEqual([0.025, 0.0125, 0.00625, 0.003125, 0.05 / 64]);
    expect(levelAt(11, plan)).toBe(0.0125);
    expect(levelAt(40, plan)).toBe(0.025);
  });

  test.each([1, 2, 3, 5, 7, 19])("the looks from %i seeds on spend no more than alpha", (first) => {
    let spent = 0;
    for (let seeds = first; ; seeds = nextSeeds(seeds, plan)) {
      spent += levelAt(seeds, plan);
      if (seeds === plan.maxSeeds) break;
    }
    expect(spent).toBeLessThan(plan.alpha);
  });
});

describe("doubtAbout", () => {
  const rule = { alpha: 0.05, level: 0.0125, tolerance: 0.5 };
  const item = { drop: 1.2, pValue: 0.03, testable: true, reachable: true };

  test("a drop that the whole level would call significant, and this look does not, is suspected", () => {
    expect(doubtAbout(item, rule)).toBe("suspected");
    expect(doubtAbout({ ...item, pValue: 0.01 }, rule)).toBeUndefined();
    expect(doubtAbout({ ...item, pValue: 0.06 }, rule)).toBeUndefined();
    expect(doubtAbout({ ...item, drop: 0.4 }, rule)).toBeUndefined();
  });

  test("what could pass unseen is in doubt where more seeds would help", () => {
    const blind = { ...item, drop: 0, pValue: 1, testable: false };
    expect(doubtAbout(blind, rule)).toBe("not testable");
    expect(doubtAbout({ ...blind, reachable: false }, rule)).toBeUndefined();
    expect(doubtAbout({ ...blind, drop: null, pValue: null }, rule)).toBeUndefined();
  });
});

describe("detectableWith", () => {
  const values = (seeds: number, of: (seed: number) => number) =>
    new Map(Array.from({ length: seeds }, (_, seed) => [seed, of(seed)]));
  const sample = (seeds: number): Sample => ({
    scale: differenceScale(metrics.named("accuracy"), null),
    baseline: values(20, (seed) => 90 + Math.sin(5 * seed)),
    results: values(seeds, (seed) => 90 + Math.sin(7 * seed + 1)),
    testExamples: 1000,
    paired: true,
  });
  const rule = { level: 0.001, tolerance: 0.5 };

  test("is what is detectable now for the seeds that there are, and less for more", () => {
    const now = smallestDetectableDrop(dropEstimates(sample(5)), rule) ?? 0;
    expect(detectableWith(5, sample(5), rule)).toBeCloseTo(now, 1);
    const [ten, twenty] = [detectableWith(10, sample(5), rule), detectableWith(20, sample(5), rule)];
    expect(ten).toBeLessThan(now);
    expect(twenty).toBeLessThan(ten ?? 0);
  });

  test("is not known of one seed a side", () => {
    const alone: Sample = { ...sample(1), baseline: values(1, () => 90) };
    expect(detectableWith(20, alone, rule)).toBeUndefined();
  });
});
