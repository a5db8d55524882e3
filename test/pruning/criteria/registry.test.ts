import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/foundations/random.ts";
import { criteria, criterionNamed } from "../../../src/pruning/criteria/registry.ts";

describe.each(criteria)("$name", ({ name, score }) => {
  const scoresOf = (values: Float32Array) =>
    score({ name: "fc1.weight", values, shape: [1, values.length], stream: randomStream(0, "test") });

  test("is found by its name", () => {
    expect(criterionNamed(name).score).toBe(score);
  });

  test("gives every value a score above -Infinity and leaves the values alone", () => {
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        const before = values.slice();
        const scores = scoresOf(values);
        expect(scores).toHaveLength(values.length);
        expect(scores).not.toContain(Number.NEGATIVE_INFINITY);
        expect(values).toEqual(before);
      }),
    );
  });
});
