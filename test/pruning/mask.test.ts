import { expect, test } from "vitest";
import { applyMasks, countKept } from "../../src/pruning/mask.ts";

test("counts what is kept", () => {
  expect(countKept(Uint8Array.of(1, 0, 1, 1))).toBe(3);
});

test("pruned values are +0, even of NaN and negative ones; the rest and the originals stay", () => {
  const weight = Float32Array.of(-1, Number.NaN, 2);
  const bias = Float32Array.of(5);
  const masked = applyMasks(
    new Map([
      ["fc1.weight", weight],
      ["fc1.bias", bias],
    ]),
    new Map([["fc1.weight", Uint8Array.of(0, 0, 1)]]),
  );
  expect(masked.get("fc1.weight")).toEqual(Float32Array.of(0, 0, 2));
  expect(masked.get("fc1.bias")).toEqual(bias);
  expect(masked.get("fc1.bias")).not.toBe(bias);
  expect(weight).toEqual(Float32Array.of(-1, Number.NaN, 2));
});
