import { expect, test } from "vitest";
import { lenet300100, mlp } from "../../src/models/mlp.ts";

test("flattens an image, and puts an activation after each layer but the last", () => {
  expect(mlp.layers({ hidden: [4], activation: "tanh" }, [1, 2, 3], 5)).toEqual([
    { kind: "flatten" },
    { kind: "dense", name: "fc1", inputs: 6, outputs: 4 },
    { kind: "activation", activation: "tanh" },
    { kind: "dense", name: "fc2", inputs: 4, outputs: 5 },
  ]);
});

test("takes features as they are; without hidden layers it is a linear model", () => {
  expect(mlp.layers({ hidden: [], activation: "relu" }, [128], 10)).toEqual([
    { kind: "dense", name: "fc1", inputs: 128, outputs: 10 },
  ]);
});

test("lenet-300-100 is the mlp's default", () => {
  expect(lenet300100.layers({}, [784], 10)).toEqual(mlp.layers(mlp.options.parse({}), [784], 10));
});
