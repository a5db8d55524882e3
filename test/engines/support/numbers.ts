/**
 * Test data from an integer formula: repeatable, without structure, the same as in
 * test/fixtures/pytorch/make.py, value for value.
 */

/** The finalizer of MurmurHash3. */
function mix(x: number): number {
  let mixed = x ^ (x >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Over 0 .. 2^32 - 1. */
export function hashed(count: number, salt: number): Uint32Array {
  const first = mix(salt) + 1;
  return new Uint32Array(count).map((_, index) => mix((first + index) >>> 0));
}

/** Over [0, 1), multiples of 2^-24. */
export function uniform(count: number, salt: number): Float32Array {
  const values = new Float32Array(count);
  for (const [index, value] of hashed(count, salt).entries()) values[index] = (value >>> 8) / 2 ** 24;
  return values;
}

/** Over [-bound, bound). */
export function symmetric(count: number, salt: number, bound: number): Float32Array {
  return uniform(count, salt).map((value) => (2 * value - 1) * bound);
}

/** Half of them 0, as the pixels of a digit. */
export function sparseBytes(count: number, salt: number): Uint8Array {
  return new Uint8Array(hashed(count, salt).map((value) => (value < 2 ** 31 ? 0 : value & 255)));
}
