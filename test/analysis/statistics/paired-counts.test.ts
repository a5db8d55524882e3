import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mcNemar, pairedCounts, pairedInterval } from "../../../src/analysis/statistics/paired-counts.ts";

const counts = (bothRight: number, onlyFirst: number, onlySecond: number, neither: number) => ({
  bothRight,
  onlyFirst,
  onlySecond,
  neither,
});

test("answers are counted in pairs", () => {
  expect(pairedCounts([true, true, false, false, true], [true, false, true, false, true])).toEqual(
    counts(2, 1, 1, 1),
  );
  expect(() => pairedCounts([true], [])).toThrow(RangeError);
});

describe("McNemar's exact test", () => {
  test("is the binomial tail on both sides", () => {
    // 2 (1 + 14 + 91) / 2^14
    expect(mcNemar(counts(36, 12, 2, 0))).toBeCloseTo(212 / 16384, 12);
    expect(mcNemar(counts(0, 2, 12, 5))).toBeCloseTo(212 / 16384, 12);
    // 2 / 2^5
    expect(mcNemar(counts(9, 5, 0, 9))).toBeCloseTo(1 / 16, 12);
  });

  test("is 1 where the networks differ equally often, or never", () => {
    expect(mcNemar(counts(5, 0, 0, 5))).toBe(1);
    expect(mcNemar(counts(5, 7, 7, 5))).toBe(1);
  });

  test("works with thousands of examples", () => {
    expect(mcNemar(counts(0, 20_000, 20_000, 0))).toBe(1);
    // As the normal distribution has it: z = (20300 - 19700 - 1) / sqrt(40000) = 2.995.
    expect(mcNemar(counts(0, 20_300, 19_700, 0))).toBeCloseTo(0.00274, 4);
  });
});

describe("the paired interval", () => {
  test("is that of Newcombe 1998, method 10", () => {
    const { low, high } = pairedInterval(counts(36, 12, 2, 0));
    expect(low).toBeCloseTo(0.0569, 4);
    expect(high).toBeCloseTo(0.3404, 4);
    const none = pairedInterval(counts(54, 0, 0, 0));
    expect([none.low, none.high]).toEqual([-none.high, none.high]);
    expect(none.high).toBeCloseTo(0.0664, 4);
  });

  test("holds the difference, within -1 and 1, and turns round with the networks", () => {
    const some = fc.nat(60);
    fc.assert(
      fc.property(some, some, some, some, (a, b, c, d) => {
        fc.pre(a + b + c + d > 0);
        const { low, high } = pairedInterval(counts(a, b, c, d));
        const difference = (b - c) / (a + b + c + d);
        expect(low).toBeLessThanOrEqual(difference + 1e-12);
        expect(high).toBeGreaterThanOrEqual(difference - 1e-12);
        expect(low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(high).toBeLessThanOrEqual(1 + 1e-12);
        const turned = pairedInterval(counts(a, c, b, d));
        expect(turned.low).toBeCloseTo(-high, 10);
        expect(turned.high).toBeCloseTo(-low, 10);
      }),
    );
  });

  test("is narrower the more the networks agree", () => {
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const agreeing = pairedInterval(counts(690, 12, 2, 168));
    const apart = pairedInterval(counts(570, 132, 122, 48));
    expect(width(agreeing)).toBeLessThan(width(apart) / 2);
  });
});
