import { expect, test } from "vitest";
import { predictMean } from "../../../src/pruning/constructions/predict-mean.ts";
import { zero } from "../../../src/pruning/constructions/zero.ts";
import { blueprint, lists, material, regression } from "./network.ts";

const spec = regression(2, [1], 2);

test("zero keeps nothing", () => {
  const nothing = { "fc1.weight": [0, 0], "fc1.bias": [0], "fc2.weight": [0, 0], "fc2.bias": [0, 0] };
  expect(lists(zero.masks(blueprint(spec), {}))).toEqual(nothing);
  expect(lists(zero.values(material(spec), {}))).toEqual(nothing);
});

test("predict-mean keeps the output biases alone", () => {
  expect(lists(predictMean.masks(blueprint(spec), {}))).toEqual({
    "fc1.weight": [0, 0],
    "fc1.bias": [0],
    "fc2.weight": [0, 0],
    "fc2.bias": [1, 1],
  });
});

test("and does not fit a network that has none", () => {
  expect(predictMean.misfit?.(blueprint(spec), {})).toBeUndefined();
  expect(predictMean.misfit?.(blueprint(regression(2, [1], 2, { bias: false })), {})).toBe(
    "its output layer has no biases to guess with",
  );
});

test("which are the means of the targets", () => {
  const targets = { kind: "values", values: Float32Array.of(1, 10, 2, 20, 6, 60), width: 2 } as const;
  const values = predictMean.values(material(spec, { targets }), {});
  expect(lists(values)["fc2.bias"]).toEqual([3, 30]);
});

test("and of classes the logarithms of their shares, one without examples as half an example", () => {
  const targets = { kind: "classes", labels: Uint8Array.of(0, 0, 0, 2), classes: 3 } as const;
  const values = predictMean.values(material(regression(2, [1], 3), { targets }), {});
  const expected = [3 / 4, 1 / 8, 1 / 4].map((share) => Math.fround(Math.log(share)));
  expect(lists(values)["fc2.bias"]).toEqual(expected);
});
