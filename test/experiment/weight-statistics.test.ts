import { expect, test } from "vitest";
import { networkStatistics, weightStatistics } from "../../src/experiment/weight-statistics.ts";

const floats = (...values: number[]) => Float32Array.from(values);

test("statistics are of all values, zeros included", () => {
  // Mean 0.5; distances -2.5, -0.5, 0.5, 2.5: squares 13, over 3.
  expect(weightStatistics([floats(-2, 0), floats(1, 3)])).toEqual({
    size: 4,
    nonzero: 3,
    min: -2,
    max: 3,
    mean: 0.5,
    std: Math.sqrt(13 / 3),
  });
});

test("one value has no deviation, and what is not finite has no statistics", () => {
  expect(weightStatistics([floats(2)])).toMatchObject({ mean: 2, std: null });
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(weightStatistics([floats(1, bad)])).toEqual({
      size: 2,
      nonzero: 2,
      min: null,
      max: null,
      mean: null,
      std: null,
    });
  }
});

test("a small deviation about a large mean is not lost", () => {
  const { std } = weightStatistics([floats(1000, 1000.5, 1000, 1000.5)]);
  // Squares 4 x 0.0625, over 3.
  expect(std).toBeCloseTo(Math.sqrt(0.25 / 3), 12);
});

test("a network has them of each tensor and of all together", () => {
  const parameters = new Map([
    ["a.weight", floats(1, 2)],
    ["b.weight", floats(3)],
    ["b.bias", floats(100)],
  ]);
  const prunable = [
    { layer: "a", name: "a.weight" },
    { layer: "b", name: "b.weight" },
  ];
  const { together, tensors } = networkStatistics(parameters, prunable);
  expect(together).toMatchObject({ size: 3, min: 1, max: 3, mean: 2, std: 1 });
  expect(tensors.map(({ layer, mean }) => [layer, mean])).toEqual([
    ["a", 1.5],
    ["b", 3],
  ]);
});
