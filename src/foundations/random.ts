import { createHash } from "node:crypto";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/**
 * A deterministic stream of random numbers. Its values depend only on the seed and the purpose it was
 * opened with, so that a run gives the same numbers alone, in any order and on any worker.
 */
export interface RandomStream {
  /** An integer, uniform over 0 .. 2^32 - 1. */
  uint32(): number;
  /** An integer, uniform over 0 .. bound - 1, without modulo bias. */
  below(bound: number): number;
  /** A number, uniform over [0, 1), a multiple of 2^-24: exact as a float32. */
  uniform(): number;
  /** A standard normal deviate (Marsaglia and Bray's polar method, 1964). */
  normal(): number;
  /** Shuffles `values` in place (Fisher-Yates) and returns it. */
  shuffle<T extends Uint32Array | number[]>(values: T): T;
  /**
   * So many different integers of 0 .. bound - 1, every set of them as likely, in time that grows with their number alone
   * (Floyd; Bentley and Floyd 1987). Their order is not uniform. Throws a RangeError where there are fewer.
   */
  distinct(count: number, bound: number): Uint32Array;
}

/**
 * Opens the sub-stream for one seed and one purpose, such as
 * `randomStream(seed, "data order", epoch)`. Different purposes give unrelated streams.
 */
export function randomStream(seed: number, ...purpose: readonly (string | number)[]): RandomStream {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  let spareNormal: number | undefined;

  const uint32 = () => generator.next() >>> 0;
  const below = (bound: number) => uniformInt(generator, 0, bound - 1);
  const uniform = () => (uint32() >>> 8) / 0x1000000;
  const normal = () => {
    if (spareNormal !== undefined) {
      const value = spareNormal;
      spareNormal = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spareNormal = v * scale;
        return u * scale;
      }
    }
  };
  const shuffle = <T extends Uint32Array | number[]>(values: T): T => {
    for (let i = values.length - 1; i > 0; i--) {
      const j = below(i + 1);
      const held = values[i] as number;
      values[i] = values[j] as number;
      values[j] = held;
    }
    return values;
  };
  const distinct = (count: number, bound: number) => {
    if (count > bound) throw new RangeError(`cannot draw ${count} different integers below ${bound}`);
    const drawn = new Set<number>();
    for (let last = bound - count; last < bound; last++) {
      const candidate = below(last + 1);
      drawn.add(drawn.has(candidate) ? last : candidate);
    }
    return Uint32Array.from(drawn);
  };
  return { uint32, below, uniform, normal, shuffle, distinct };
}
