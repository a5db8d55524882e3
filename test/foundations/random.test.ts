import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/foundations/random.ts";

describe("distinct integers", () => {
  it.each([
    [0, 5],
    [3, 5],
    [5, 5],
    [100, 55_000],
  ])("are %d different ones below %d", (count, bound) => {
    const drawn = randomStream(0, "distinct").distinct(count, bound);
    expect(new Set(drawn).size).toBe(count);
    expect(drawn.length).toBe(count);
    expect(drawn.every((value) => value < bound)).toBe(true);
  });

  it("are every set as often", () => {
    const stream = randomStream(1, "distinct");
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const set = [...stream.distinct(2, 4)].sort().join();
      seen.set(set, (seen.get(set) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // Six standard deviations of a binomial count around 1,000.
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(175);
  });

  it("cannot be more than there are", () => {
    expect(() => randomStream(0, "distinct").distinct(6, 5)).toThrow(RangeError);
  });
});
