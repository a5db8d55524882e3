import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextKept, sparsityKeeping } from "../../src/analysis/bisection.ts";

/** All fractions kept that are looked at, until what `isInside` says has been narrowed down. */
function search(isInside: (kept: number) => boolean, least: number, tolerance: number) {
  let bracket = { inside: 1, outside: least };
  const looks: number[] = [];
  for (let kept = nextKept(bracket, tolerance); kept !== undefined; kept = nextKept(bracket, tolerance)) {
    looks.push(kept);
    bracket = { ...bracket, [isInside(kept) ? "inside" : "outside"]: kept };
  }
  return { ...bracket, looks };
}

describe("bisection over what is kept", () => {
  it("takes the geometric middle, in few digits", () => {
    expect(nextKept({ inside: 1, outside: 0.0001 }, 0.05)).toBe(0.01);
    expect(nextKept({ inside: 0.1, outside: 0.05 }, 0.05)).toBe(0.0707);
    expect(nextKept({ inside: 0.1, outside: 0.05 }, 0.001)).toBe(0.070711);
    expect(nextKept({ inside: 0.105, outside: 0.1 }, 0.05)).toBeUndefined();
  });

  it("finds where a falling curve crosses, to the tolerance, in as many looks as halvings of the logarithm", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 1, noNaN: true }),
        fc.constantFrom(0.5, 0.05, 0.001),
        (crossing, tolerance) => {
          const { inside, outside, looks } = search((kept) => kept >= crossing, 1e-6, tolerance);
          expect(inside).toBeGreaterThanOrEqual(crossing);
          expect(outside).toBeLessThan(Math.max(crossing, 2e-6));
          expect(inside).toBeLessThanOrEqual(outside * (1 + tolerance) * (1 + 1e-12));
          const halvings = Math.log2(Math.log(1e6) / Math.log(1 + tolerance));
          expect(looks.length).toBeLessThanOrEqual(Math.ceil(halvings) + 2);
        },
      ),
    );
  });

  it("ends beside a crossing of a curve that falls, rises and falls again", () => {
    const isInside = (kept: number) => kept > 0.5 || (kept < 0.2 && kept > 0.1);
    const { inside, outside } = search(isInside, 1e-6, 0.05);
    expect([isInside(inside), isInside(outside)]).toEqual([true, false]);
  });

  it("writes a sparsity without the dust of binary fractions", () => {
    expect(sparsityKeeping(0.07)).toBe(0.93);
    expect(sparsityKeeping(0.0707)).toBe(0.9293);
  });
});
