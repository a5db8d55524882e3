import { expect, test } from "vitest";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";
import { type PrunableOptions, prunableTensors } from "../../src/pruning/prunable.ts";

const spec = buildNetwork(modelSchema().parse({ name: "lenet-5" }), [1, 28, 28], 10, "softmax-cross-entropy");
const names = (options: Partial<PrunableOptions>) =>
  prunableTensors(spec, { exclude: [], biases: false, ...options }).map(({ name }) => name);

test("every weight is prunable, the output layer's included", () => {
  expect(names({})).toEqual(["conv1.weight", "conv2.weight", "fc1.weight", "fc2.weight"]);
});

test("exclude spares layers by name, `output` the last", () => {
  expect(names({ exclude: ["conv1", "output"] })).toEqual(["conv2.weight", "fc1.weight"]);
  expect(names({ exclude: ["fc2", "output"] })).toEqual(["conv1.weight", "conv2.weight", "fc1.weight"]);
});

test("biases adds those of the layers that are not excluded", () => {
  expect(names({ exclude: ["conv1", "conv2"], biases: true })).toEqual([
    ...["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"],
  ]);
});

test("an unknown layer is an error with the valid names and the nearest", () => {
  const exclude = () => names({ exclude: ["fc3"] });
  expect(exclude).toThrow(PruneLabError);
  expect(exclude).toThrow(
    /has no layer 'fc3', only conv1, conv2, fc1, fc2, output\. Did you mean 'fc[12]'\?/,
  );
});

test("sparing every layer is an error", () => {
  expect(() => names({ exclude: ["conv1", "conv2", "fc1", "output"] })).toThrow("spares every layer");
});
