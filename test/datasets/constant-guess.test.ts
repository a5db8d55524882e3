import { describe, expect, it } from "vitest";
import { constantGuess, evenGuess } from "../../src/datasets/constant-guess.ts";
import type { Targets } from "../../src/engines/examples.ts";

const setOf = (count: number, targets: Targets) => ({
  count,
  shape: [1],
  inputs: { kind: "bytes" as const, values: new Uint8Array(count), scale: 1, offset: 0 },
  targets,
});

describe("constantGuess", () => {
  it("is the share of the largest class and the entropy of the shares", () => {
    const labels = Uint8Array.from([0, 0, 0, 2]);
    expect(constantGuess(setOf(4, { kind: "classes", labels, classes: 3 }))).toEqual({
      accuracy: 0.75,
      loss: expect.closeTo(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), 12),
    });
    expect(evenGuess(10)).toEqual({ accuracy: 0.1, loss: Math.log(10) });
  });

  it("is the variance of the targets, mean over the outputs", () => {
    const values = Float32Array.from([1, 10, 3, 10]);
    expect(constantGuess(setOf(2, { kind: "values", values, width: 2 }))).toEqual({
      accuracy: null,
      loss: 0.5,
    });
  });

  it("is nothing without examples", () => {
    expect(
      constantGuess(setOf(0, { kind: "classes", labels: new Uint8Array(0), classes: 3 })),
    ).toBeUndefined();
  });
});
