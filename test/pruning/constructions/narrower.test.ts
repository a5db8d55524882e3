import { describe, expect, test } from "vitest";
import { buildNetwork, modelSchema } from "../../../src/models/registry.ts";
import { countKept } from "../../../src/network/mask.ts";
import { parameterCount, parameterSpecs } from "../../../src/network/parameters.ts";
import { denseMacs } from "../../../src/network/weighted-layers.ts";
import { narrower } from "../../../src/pruning/constructions/narrower.ts";
import { measureNetwork } from "../../../src/pruning/measure.ts";
import { blueprint, material, regression } from "./network.ts";

const options = (changes: object = {}) => narrower.options.parse(changes);
/** 4-10-6-2: 130 parameters, of which 112 are weights, each a multiply-accumulate. */
const spec = regression(4, [10, 6], 2);
const weights = parameterSpecs(spec).filter(({ role }) => role === "weight");
const asked = (sparsity: number, network = spec, prunable = weights) =>
  blueprint(network, sparsity, prunable);

/** Units that keep their bias. */
const widths = (sparsity: number, changes: object = {}) => {
  const masks = narrower.masks(asked(sparsity), options(changes));
  return ["fc1.bias", "fc2.bias"].map((name) => countKept(masks.get(name) ?? new Uint8Array()));
};

describe("the hidden layers", () => {
  // 74 parameters are left: 7 and 4 units would have 35 + 32 + 10 = 77, 6 and 4 have 68.
  test("are the widest that have no more parameters", () => {
    expect(widths(0.5)).toEqual([6, 4]);
  });

  // Of 112 are 63.84 left: 7 and 4 units have 28 + 28 + 8 = 64, 6 and 4 have 56.
  test("or multiply-accumulates", () => {
    expect(widths(0.43, { match: "macs" })).toEqual([6, 4]);
    expect(widths(0.42, { match: "macs" })).toEqual([7, 4]);
  });

  // Twice and half the scale: 10 and 2 units would have 78 parameters; 5 and 6 would have 75.
  test("may be scaled more at one end than at the other, none wider than it was", () => {
    expect(widths(0.5, { shape: "first-wider" })).toEqual([10, 1]);
    expect(widths(0.5, { shape: "last-wider" })).toEqual([4, 6]);
  });

  test("are whole at 0", () => {
    expect(widths(0)).toEqual([10, 6]);
    expect(widths(0, { shape: "first-wider" })).toEqual([10, 6]);
  });
});

test("what is kept are the first units with all that connects them", () => {
  const small = regression(2, [3], 1);
  // 13 parameters; 9 weights of which 5 go: 8 left, and 2 units have 4 + 2 + 2 + 1 = 9.
  const masks = narrower.masks(blueprint(small, 0.5, parameterSpecs(small)), options());
  expect(Object.fromEntries([...masks].map(([name, mask]) => [name, mask.join("")]))).toEqual({
    "fc1.weight": "110000",
    "fc1.bias": "100",
    "fc2.weight": "100",
    "fc2.bias": "1",
  });
});

const lenet = buildNetwork(
  modelSchema().parse({ name: "lenet-5" }),
  [1, 28, 28],
  10,
  "softmax-cross-entropy",
);

describe.each([
  ["an mlp", spec],
  ["a network that convolves", lenet],
])("of %s", (_what, network) => {
  const prunable = parameterSpecs(network).filter(({ role }) => role === "weight");
  test.each([0.1, 0.5, 0.8])("the masks at %f are of a dense network within the budget", (sparsity) => {
    for (const match of ["parameters", "macs"] as const) {
      for (const shape of ["even", "first-wider", "last-wider"]) {
        const masks = narrower.masks(asked(sparsity, network, prunable), options({ match, shape }));
        const measure = measureNetwork(network, masks, prunable);
        const total = prunable.reduce((sum, { size }) => sum + size, 0);
        const left = parameterCount(network) - sparsity * total;
        if (match === "parameters") expect(measure.nonzeroParameters).toBeLessThanOrEqual(Math.ceil(left));
        else expect(measure.macs).toBeLessThanOrEqual((1 - sparsity) * denseMacs(network));
        // Nothing of what is kept is cut off.
        expect(measure.effectiveSparsity).toBe(measure.sparsity);
        expect(measure.collapsed).toBe(false);
      }
    }
  });
});

test("the values are those that the smaller network begins with, by its own fans", () => {
  const given = { ...material(spec), ...asked(0.5) };
  const values = narrower.values(given, options());
  const masks = narrower.masks(asked(0.5), options());
  const smaller = given.initialValues(regression(4, [6, 4], 2));
  for (const [name, kept] of smaller) {
    const mask = masks.get(name) ?? new Uint8Array();
    expect([...(values.get(name) ?? [])].filter((_, i) => mask[i] === 1)).toEqual([...kept]);
  }
});

test("it is trained as long as the dense network, or with as much computation up to twice as long", () => {
  const stretch = (sparsity: number, effort: string) =>
    narrower.stretch?.(asked(sparsity), options({ effort }));
  expect(stretch(0.5, "epochs")).toBe(1);
  expect(stretch(0, "compute")).toBe(1);
  // 7 and 4 units: 64 of 112.
  expect(stretch(0.47, "compute")).toBe(112 / 64);
  expect(stretch(0.8, "compute")).toBe(2);
});

test.each([
  ["without a hidden layer", asked(0.5, regression(4, [], 2)), {}, "it has no hidden layer to make narrower"],
  [
    "with one, of another shape",
    asked(0.5, regression(4, [8], 2)),
    { shape: "first-wider" },
    "it has one hidden layer, and a shape of first-wider needs several",
  ],
  [
    "of which too little is left",
    blueprint(spec, 0.95),
    {},
    "at sparsity 0.95 there is room for 6 parameters, and one unit in each hidden layer takes 11",
  ],
])("does not fit a network %s", (_what, given, changes, reason) => {
  expect(narrower.misfit?.(given, options(changes))).toBe(reason);
});
