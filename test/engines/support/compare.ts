import { expect } from "vitest";
import type { Parameters } from "../../../src/network/parameters.ts";

/** The largest difference between two tensors, relative to the largest value of the expected one. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new RangeError(`${actual.length} values, not ${expected.length}`);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] as number) - (expected[i] as number)));
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return difference === 0 ? 0 : difference / largest;
}

/** Expects the same tensors in the same order, each within the relative error. */
export function expectClose(actual: Parameters, expected: Parameters, tolerance: number, context = ""): void {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of expected) {
    const error = relativeError(actual.get(name) ?? [], values);
    expect(error, `${context} ${name}: relative error`).toBeLessThanOrEqual(tolerance);
  }
}

/** Expects the same tensors in the same order, bit for bit. */
export function expectSameBits(actual: Parameters, expected: Parameters): void {
  expect(bits(actual)).toEqual(bits(expected));
}

function bits(tensors: Parameters): [string, Buffer][] {
  return [...tensors].map(([name, { buffer, byteOffset, byteLength }]) => [
    name,
    Buffer.from(buffer, byteOffset, byteLength),
  ]);
}
