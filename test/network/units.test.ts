import { describe, expect, test } from "vitest";
import { findConnectivity, type Units } from "../../../src/engines/kernels/connectivity.ts";
import type { Masks } from "../../../src/network/mask.ts";
import type { LayerSpec, NetworkSpec } from "../../../src/network/specification.ts";
import { conv, dense, pool, relu } from "../support/networks.ts";

const numbers = ({ varying, constant, dead }: Units) => ({
  varying: [...varying],
  constant: [...constant],
  dead: [...dead],
});

function connectivity(spec: NetworkSpec, masks: Record<string, readonly number[]>) {
  const tensors: Masks = new Map(
    Object.entries(masks).map(([name, mask]) => [`${name}.weight`, Uint8Array.from(mask)]),
  );
  const { inputs, layers } = findConnectivity(spec, tensors);
  return { inputs: numbers(inputs), layers: layers.map(({ outputs }) => numbers(outputs)) };
}

const mlp: NetworkSpec = {
  inputShape: [4],
  layers: [dense("fc1", 4, 3), relu, dense("fc2", 3, 3), relu, dense("fc3", 3, 2)],
  loss: "softmax-cross-entropy",
};

function cnn(...between: readonly LayerSpec[]): NetworkSpec {
  const layers = [conv("conv1", [2, 3], [1, 1]), ...between, conv("conv2", [3, 2], [1, 1]), pool(2)];
  const flat: LayerSpec[] = [{ kind: "flatten" }, dense("fc", 8, 2)];
  return { inputShape: [2, 4, 4], layers: [...layers, ...flat], loss: "softmax-cross-entropy" };
}

describe("which outputs have to be computed", () => {
  test("all of them without masks", () => {
    const { inputs, layers } = connectivity(mlp, {});
    expect(inputs).toEqual({ varying: [0, 1, 2, 3], constant: [], dead: [] });
    expect(layers.map(({ varying }) => varying.length)).toEqual([3, 3, 2]);
  });

  test("what only leads to dead outputs is dead, back to the inputs", () => {
    const { inputs, layers } = connectivity(mlp, {
      // Inputs 0 and 1 lead to output 0 alone; 3 leads nowhere.
      fc1: [1, 1, 0, 0, /**/ 0, 0, 1, 0, /**/ 0, 0, 1, 0],
      // Output 0 of fc1 leads to output 2 alone.
      fc2: [0, 1, 0, /**/ 0, 1, 1, /**/ 1, 0, 0],
      // Output 2 of fc2 leads nowhere.
      fc3: [1, 1, 0, /**/ 0, 1, 0],
    });
    expect(inputs).toEqual({ varying: [2], constant: [], dead: [0, 1, 3] });
    expect(layers).toEqual([
      { varying: [1, 2], constant: [], dead: [0] },
      { varying: [0, 1], constant: [], dead: [2] },
      { varying: [0, 1], constant: [], dead: [] },
    ]);
  });

  test("what no input reaches is constant, on to the outputs, which are not", () => {
    const { layers } = connectivity(mlp, {
      fc1: [0, 0, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, 0, 0, 0],
      // Output 0 reads constants alone.
      fc2: [1, 0, 1, /**/ 1, 1, 0, /**/ 0, 1, 0],
      fc3: [1, 0, 0, /**/ 1, 1, 1],
    });
    expect(layers).toEqual([
      { varying: [1], constant: [0, 2], dead: [] },
      { varying: [1, 2], constant: [0], dead: [] },
      { varying: [0, 1], constant: [], dead: [] },
    ]);
  });

  test("each layer keeps one output, also where none is needed or none varies", () => {
    const nothing = connectivity(mlp, { fc2: Array(9).fill(0) });
    expect(nothing.inputs.varying).toEqual([0, 1, 2, 3]);
    expect(nothing.layers).toEqual([
      { varying: [0], constant: [], dead: [1, 2] },
      { varying: [0], constant: [1, 2], dead: [] },
      { varying: [0, 1], constant: [], dead: [] },
    ]);
  });

  test("of images, whole channels", () => {
    const { inputs, layers } = connectivity(cnn(relu), {
      // Channel 1 of the input leads nowhere; no input reaches output 2.
      conv1: [1, 0, /**/ 1, 0, /**/ 0, 0],
      conv2: [1, 0, 1, /**/ 0, 0, 1],
    });
    expect(inputs).toEqual({ varying: [0], constant: [], dead: [1] });
    expect(layers[0]).toEqual({ varying: [0], constant: [2], dead: [1] });
    // Channel 1 of conv2 reads a constant alone, and a pool and a dense layer follow.
    expect(layers[1]).toEqual({ varying: [0], constant: [1], dead: [] });
  });

  test.each<[string, NetworkSpec]>([
    [
      "a border of zeros",
      { ...cnn(), layers: [conv("conv1", [2, 3], [1, 1]), conv("conv2", [3, 2], [1, 1], { padding: 1 })] },
    ],
    ["a second activation", cnn(relu, relu)],
    ["an activation after pooling", cnn(pool(1), relu)],
  ])("no constants before %s", (_name, spec) => {
    const { layers } = connectivity(spec, { conv1: [1, 1, /**/ 1, 1, /**/ 0, 0] });
    expect(layers[0]).toEqual({ varying: [0, 1, 2], constant: [], dead: [] });
  });
});
