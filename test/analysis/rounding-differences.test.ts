import { describe, expect, it } from "vitest";
import { roundingDifferences } from "../../src/analysis/rounding-differences.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { resultRow } from "../support/result-rows.ts";

const at = (method: string, quantization: string, accuracies: readonly number[], changes: object = {}) =>
  accuracies.map((value, seed) => resultRow({ method, quantization, seed, accuracy: value, ...changes }));

describe("what rounding does", () => {
  it("is paired by seed with the method that is the same but for that", () => {
    const [found, ...others] = roundingDifferences(
      [
        ...at("other", "none", [0.5, 0.5], { criterion: "random" }),
        ...at("plain", "none", [0.98, 0.97]),
        ...at("plain-too", "none", [0.1, 0.1]),
        ...at("rounded", "symmetric(bits=2 per=tensor training=none)", [0.96, 0.95]),
      ],
      accuracy,
    );
    expect(others).toEqual([]);
    expect(found).toMatchObject({ reference: "plain", method: "rounded", sparsity: 0.5 });
    expect(found?.difference).toMatchObject({ n: 2, mean: expect.closeTo(-2, 9) });
    expect(found?.pValue).toBeLessThan(0.01);
  });

  it("is told for no other sparsity, recovery or study", () => {
    const rounded = at("rounded", "symmetric(bits=8 per=tensor training=none)", [0.9]);
    for (const change of [{ target_sparsity: 0.9 }, { recovery: "none" }, { study: "other" }]) {
      expect(roundingDifferences([...rounded, ...at("plain", "none", [0.9], change)], accuracy)).toEqual([]);
    }
    expect(roundingDifferences([resultRow({})], accuracy)).toEqual([]);
  });
});
