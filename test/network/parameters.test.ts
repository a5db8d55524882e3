import { expect, test } from "vitest";
import { fansOf, matrixShape, parameterCount, parameterSpecs } from "../../src/network/parameters.ts";
import { oddCnn } from "../engines/support/networks.ts";

test("each layer with weights has a weight and a bias, in order", () => {
  expect(parameterSpecs(oddCnn()).map(({ name, layer, role, shape }) => [name, layer, role, shape])).toEqual([
    ["conv1.weight", "conv1", "weight", [5, 3, 3, 2]],
    ["conv1.bias", "conv1", "bias", [5]],
    ["conv2.weight", "conv2", "weight", [4, 5, 2, 3]],
    ["conv2.bias", "conv2", "bias", [4]],
    ["fc1.weight", "fc1", "weight", [3, 16]],
    ["fc1.bias", "fc1", "bias", [3]],
  ]);
  expect(parameterCount(oddCnn())).toBe(90 + 5 + 120 + 4 + 48 + 3);
});

test("a tensor's rows are its output units", () => {
  expect(matrixShape([5, 3, 3, 2])).toEqual({ rows: 5, columns: 18 });
  expect(matrixShape([3, 16])).toEqual({ rows: 3, columns: 16 });
  expect(matrixShape([3])).toEqual({ rows: 3, columns: 1 });
});

test("fans count a kernel's elements", () => {
  expect(fansOf([50, 20, 5, 5])).toEqual({ fanIn: 500, fanOut: 1250 });
  expect(fansOf([3, 16])).toEqual({ fanIn: 16, fanOut: 3 });
});
