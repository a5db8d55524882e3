import { describe, expect, it } from "vitest";
import { snapshotWeights } from "../../src/experiment/weights-snapshot.ts";
import { unpackBits, unpackCounts, unpackFloats } from "../../src/foundations/packed.ts";

function snapshot(values: readonly number[], shape: readonly number[]) {
  const [tensor] = snapshotWeights(new Map([["fc1.weight", Float32Array.from(values)]]), [
    { name: "fc1.weight", shape },
  ]);
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
    const tensors = snapshotWeights(
      parameters,
      names.map((name) => ({ name, shape: [100, 100] })),
    );
    expect(tensors.map(({ name }) => name)).toEqual([...names.slice(0, 4), ...names.slice(-4)]);
    expect(JSON.stringify(tensors).length).toBeLessThan(25_000);
  });

  it("survives a diverged run and a tensor of zeros", () => {
    const diverged = snapshot([Number.NaN, Number.POSITIVE_INFINITY, 1], [1, 3]);
    expect(diverged.limit).toBe(1);
    expect(unpackCounts(diverged.histogram).reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(snapshot([0, 0], [1, 2])).toMatchObject({ limit: 0, nonzero: 0, nearZero: 2 });
  });
});
