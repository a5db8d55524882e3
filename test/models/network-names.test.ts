import { expect, test } from "vitest";
import { networkNames } from "../../src/models/network-names.ts";
import { buildNetwork, type ModelOptions, modelSchema } from "../../src/models/registry.ts";

const names = (model: object) => {
  const options = modelSchema().parse(model) as ModelOptions;
  return [
    ...networkNames(buildNetwork(options, [1, 28, 28], 10, "softmax-cross-entropy"), options.name),
  ].sort();
};

test("a network goes by its model, by equal registered models, and by the widths of dense layers", () => {
  expect(names({ name: "lenet-300-100" })).toEqual(["784-300-100-10", "lenet-300-100", "mlp"]);
  expect(names({ name: "mlp", hidden: [300, 100], activation: "tanh", bias: false })).toEqual([
    "784-300-100-10",
    "lenet-300-100",
    "mlp",
  ]);
  expect(names({ name: "mlp", hidden: [40, 20], bias: false })).toEqual(["784-40-20-10", "mlp"]);
  expect(names({ name: "lenet-5" })).toEqual(["lenet-5"]);
});
