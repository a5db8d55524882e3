import { describe, expect, it } from "vitest";
import { snapshotWeights } from "../../src/experiment/weights-snapshot.ts";
import { unpackBits, unpackBytes, unpackCounts, unpackFloats } from "../../src/foundations/packed.ts";

function snapshot(values: readonly number[], shape: readonly number[]) {
  const {
    tensors: [tensor],
  } = snapshotWeights(new Map([["fc1.weight", Float32Array.from(values)]]), [{ name: "fc1.weight", shape }]);
  if (tensor === undefined) throw new Error("no snapshot");
  return tensor;
}

describe("snapshotWeights", () => {
  it("counts zeros and weights near zero, and bins the others from -limit to limit", () => {
    const tensor = snapshot([0, -2, 2, 0.05, 0.5, 0], [2, 3]);
    expect(tensor).toMatchObject({ limit: 2, nonzero: 4, nearZero: 3 });
    const histogram = unpackCounts(tensor.histogram);
    // Bins of 0.04: -2 in the first, 0.05 in bin 51, 0.5 in bin 62, 2 in the last.
    expect(histogram.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [0, 1],
      [51, 1],
      [62, 1],
      [99, 1],
    ]);
  });

  it("keeps the corner of a matrix, row by row, a convolution's unit as one row", () => {
    const values = Array.from({ length: 2 * 70 }, (_, i) => (i === 0 || i === 70 + 63 || i === 64 ? 1 : 0));
    const tensor = snapshot(values, [2, 7, 5, 2]);
    const kept = unpackBits(tensor.block, 2 * 64).flatMap((bit, i) => (bit ? [i] : []));
    // The weight at (0, 64) is outside of the block.
    expect(kept).toEqual([0, 64 + 63]);
  });

  it("counts all tensors together over one range, those that it leaves out too", () => {
    const names = Array.from({ length: 9 }, (_, i) => `fc${i + 1}.weight`);
    const parameters = new Map(names.map((name, i) => [name, Float32Array.of(0, i === 4 ? -4 : 1)]));
    const { together, tensors } = snapshotWeights(
      parameters,
      names.map((name) => ({ name, shape: [1, 2] })),
    );
    expect(tensors.map(({ name }) => name)).not.toContain("fc5.weight");
    expect(together).toMatchObject({ limit: 4, nonzero: 9, size: 18 });
    const histogram = unpackCounts(together.histogram);
    // Bins of 0.08: -4 in the first, 1 in bin 62.
    expect(histogram.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [0, 1],
      [62, 8],
    ]);
  });

  it("keeps the values of the first tensor's corner that are not 0, to the nearest 127th of the largest", () => {
    const first = [0.5, 0, -0.25, 0.001, ...Array(66).fill(0)];
    const { corner, tensors } = snapshotWeights(
      new Map([
        ["fc1.weight", Float32Array.from([...first, ...first.map((value) => 4 * value)])],
        ["fc2.weight", Float32Array.of(100)],
      ]),
      [
        { name: "fc1.weight", shape: [2, 70] },
        { name: "fc2.weight", shape: [1, 1] },
      ],
    );
    expect(corner.limit).toBe(2);
    expect(unpackBytes(corner.values)).toEqual([32, -16, 0, 127, -63, 0]);
    expect(unpackBits(tensors[0]?.block ?? "", 128).filter(Boolean)).toHaveLength(6);
    const whole = snapshotWeights(new Map([["fc1.weight", Float32Array.of(Number.NaN, -1 / 0, 1 / 0, 1)]]), [
      { name: "fc1.weight", shape: [2, 2] },
    ]);
    expect(unpackBytes(whole.corner.values)).toEqual([0, -127, 127, 127]);
  });

  it("samples at evenly spaced positions", () => {
    const tensor = snapshot(
      Array.from({ length: 15_360 }, (_, i) => i),
      [15_360, 1],
    );
    const sample = unpackFloats(tensor.sample);
    expect(sample).toHaveLength(1536);
    expect(sample.slice(0, 3)).toEqual([0, 10, 20]);
  });

  it("stays small for a large network: the first and the last tensors, a bounded sample", () => {
    const names = Array.from({ length: 40 }, (_, i) => `fc${i + 1}.weight`);
    const parameters = new Map(names.map((name) => [name, new Float32Array(10_000).fill(0.1)]));
    const snapshot = snapshotWeights(
      parameters,
      names.map((name) => ({ name, shape: [100, 100] })),
    );
    expect(snapshot.tensors.map(({ name }) => name)).toEqual([...names.slice(0, 4), ...names.slice(-4)]);
    expect(JSON.stringify(snapshot).length).toBeLessThan(30_000);
  });

  it("survives a diverged run and a tensor of zeros", () => {
    const diverged = snapshot([Number.NaN, Number.POSITIVE_INFINITY, 1], [1, 3]);
    expect(diverged.limit).toBe(1);
    expect(unpackCounts(diverged.histogram).reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(snapshot([0, 0], [1, 2])).toMatchObject({ limit: 0, nonzero: 0, nearZero: 2 });
  });
});
