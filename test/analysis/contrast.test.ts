import { describe, expect, it } from "vitest";
import { contrast } from "../../src/analysis/contrast.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { differenceScale, possibleDrops } from "../../src/metrics/difference.ts";
import { loss } from "../../src/metrics/loss.ts";

const points = differenceScale(accuracy, null);

describe("contrast", () => {
  it("tells a direction where the interval leaves out 0", () => {
    // Drops of 4.9, 5, 5.1: 4.302653 x 0.1 / sqrt(3) = 0.248.
    const drops = [0.049, 0.05, 0.051].map((drop) => ({ before: 0.97, now: 0.97 - drop }));
    const told = contrast(drops, points, 10_000);
    expect(told?.drop).toBeCloseTo(5, 9);
    expect(told?.ci95.low).toBeCloseTo(4.7516, 3);
    expect(told?.told).toBe(true);
    const noisy = contrast(
      [
        { before: 0.97, now: 0.93 },
        { before: 0.97, now: 0.85 },
      ],
      points,
      10_000,
    );
    expect(noisy?.told).toBe(false);
  });

  it("does not go beyond what there is to lose or to gain", () => {
    const wild = contrast(
      [
        { before: 0.97, now: 0.9 },
        { before: 0.95, now: 0.1 },
      ],
      points,
      1000,
    );
    expect(wild?.ci95).toEqual({ low: expect.closeTo(-4, 9), high: expect.closeTo(96, 9) });
    expect(possibleDrops(differenceScale(loss, 0.2), 0.2)).toEqual({
      least: expect.closeTo(-100, 9),
      most: Number.POSITIVE_INFINITY,
    });
  });

  it("has the error of the test set for one seed, and says nothing of none", () => {
    // 1.959964 x 100 sqrt(0.97 x 0.03 + 0.96 x 0.04) / 100, a right and a wrong answer added to each side
    const one = contrast([{ before: 0.97, now: 0.96 }], points, 10_000);
    expect(one?.ci95.high).toBeCloseTo(1 + 1.959964 * Math.sqrt(0.0291 + 0.0384), 2);
    expect(one?.told).toBe(true);
    expect(contrast([{ before: 1, now: 1 }], points, 300)?.ci95.high).toBeGreaterThan(0.5);
    expect(contrast([], points, 300)).toBeUndefined();
  });

  it("is of no direction where nothing changed", () => {
    const same = contrast(
      [
        { before: 0.97, now: 0.97 },
        { before: 0.96, now: 0.96 },
      ],
      points,
      300,
    );
    expect(same).toMatchObject({ drop: 0, ci95: { low: 0, high: 0 }, told: false });
  });
});
