import { expect, test } from "vitest";
import type { ExampleGradients } from "../../../src/pruning/second-order/example-gradients.ts";
import { tensorSpec } from "../fixtures.ts";
import { gather, randomGradients, rowsOf, tensors } from "./gradients.ts";

const each = randomGradients(5);
const rows = rowsOf(each);
const gradients = await gather(each);
const values = 12 + 3 + 8;

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
}

test("has a row for each example and a column for each value", () => {
  expect(gradients).toMatchObject({ examples: 5, values });
  for (let value = 0; value < values; value++) {
    expectClose(
      gradients.column(value),
      rows.map((row) => row[value] ?? 0),
    );
  }
  expect(() => gradients.column(values)).toThrow(new RangeError(`there is no value ${values}`));
});

test("multiplies by one number a value", () => {
  const v = Float64Array.from({ length: values }, (_, i) => (i % 3 === 0 ? 0 : i - 7));
  expectClose(
    gradients.times(v),
    rows.map((row) => dot(row, [...v])),
  );
});

test("multiplies by one number an example, for all values or for some", () => {
  const t = Float64Array.of(1, -2, 0.5, 3, 0);
  const expected = Array.from({ length: values }, (_, i) =>
    dot(
      rows.map((row) => row[i] ?? 0),
      [...t],
    ),
  );
  expectClose(gradients.transposedTimes(t), expected);
  const wanted = Uint8Array.from({ length: values }, (_, i) => Number(i > 5 && i % 2 === 0));
  expectClose(
    gradients.transposedTimes(t, wanted),
    expected.map((sum, i) => (wanted[i] === 1 ? sum : 0)),
  );
});

test("has the products of examples with each other, and the squares of values", () => {
  for (let n = 0; n < 5; n++)
    expectClose(
      gradients.productsWith(n),
      rows.map((row) => dot(row, rows[n] ?? [])),
    );
  expectClose(
    gradients.lengths(),
    rows.map((row) => dot(row, row)),
  );
  expectClose(
    gradients.squares(),
    Array.from({ length: values }, (_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0) ** 2, 0)),
  );
});

test("of some examples alone, gives some of their columns", () => {
  expectClose(
    gradients.of([4, 1]).rows(10, 6),
    [rows[4], rows[1]].flatMap((row = []) => row.slice(10, 16)),
  );
});

test("takes gradients of nothing but zeros, and of no example", async () => {
  const dead = new Map([["fc1.weight", new Float32Array(12)]]);
  const [layer] = tensors;
  const none: ExampleGradients = await gather([dead], layer && [layer]);
  expectClose(none.column(3), [0]);
  expect(await gather([], [tensorSpec("fc1.bias", [3])])).toMatchObject({ examples: 0 });
});

test("a gradient without a tensor is a RangeError", async () => {
  await expect(gather([new Map()])).rejects.toThrow(new RangeError("there are no values for fc1.weight"));
});
