import { expect, test } from "vitest";
import { connectionsOf } from "../../src/network/connections.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { cnn, conv, dense, mlp, pool, relu } from "../engines/support/networks.ts";

const weighted = (spec: NetworkSpec) =>
  connectionsOf(spec).weighted.map((stage) => [
    stage.weight.name,
    stage.inputUnits,
    stage.outputUnits,
    stage.columns,
    stage.group,
    stage.positions,
    stage.passesConstants,
  ]);

test("a neuron has one column, and each weight is used once", () => {
  expect(weighted(mlp())).toEqual([
    ["fc1.weight", 37, 29, 37, 1, 1, true],
    ["fc2.weight", 29, 13, 29, 1, 1, true],
    ["fc3.weight", 13, 7, 13, 1, 1, false],
  ]);
});

test("a channel has the columns of a kernel, or of its positions where a dense layer reads it", () => {
  const { stages } = connectionsOf(cnn());
  expect(stages.map(({ layer }) => layer.kind)).toEqual([
    "conv2d",
    "max-pool",
    "conv2d",
    "max-pool",
    "dense",
    "dense",
  ]);
  expect(weighted(cnn())).toEqual([
    ["conv1.weight", 1, 6, 9, 9, 144, true],
    ["conv2.weight", 6, 9, 54, 9, 16, true],
    ["fc1.weight", 9, 17, 36, 4, 1, true],
    ["fc2.weight", 17, 5, 17, 1, 1, false],
  ]);
});

test("constants do not pass a border of zeros", () => {
  const spec: NetworkSpec = {
    inputShape: [1, 3, 3],
    layers: [conv("conv1", [1, 2], [3, 3]), relu, conv("conv2", [2, 1], [3, 3], { padding: 1 })],
    loss: "mean-squared-error",
  };
  expect(weighted(spec).map((stage) => stage.at(-1))).toEqual([false, false]);
});

test("inputs are channels where a pool reads them before a dense layer", () => {
  const layers = [{ kind: "flatten" } as const, dense("fc", 8, 1)];
  const pooled: NetworkSpec = {
    inputShape: [2, 4, 4],
    layers: [pool(2), ...layers],
    loss: "mean-squared-error",
  };
  expect(weighted(pooled)).toEqual([["fc.weight", 2, 1, 8, 4, 1, false]]);
  expect(weighted({ ...pooled, inputShape: [2, 2, 2], layers })).toEqual([
    ["fc.weight", 8, 1, 8, 1, 1, false],
  ]);
});
