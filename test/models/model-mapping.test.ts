import { describe, expect, it } from "vitest";
import { modelMapping } from "../../src/models/model-mapping.ts";
import { buildNetwork, type ModelOptions, modelSchema } from "../../src/models/registry.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";

const network = (model: object, inputShape = [1, 28, 28], outputs = 10): NetworkSpec =>
  buildNetwork(modelSchema().parse(model) as ModelOptions, inputShape, outputs, "softmax-cross-entropy");

describe("the model of a network", () => {
  it.each([
    { name: "mlp", hidden: [161, 64] },
    { name: "mlp", hidden: [] },
    { name: "mlp", hidden: [5], activation: "tanh", bias: false },
    {
      name: "cnn",
      layers: [
        { conv: 9, kernel: [5, 3], stride: 2 },
        { pool: 2 },
        { conv: 18, kernel: 3, padding: 1 },
        { pool: 3, stride: 2 },
        { dense: 65 },
      ],
      activation: "sigmoid",
    },
  ])("is told as a config has it: %j", (model) => {
    expect(modelMapping(network(model))).toEqual(model);
  });

  it("is the general one where others are a case of it", () => {
    expect(modelMapping(network({ name: "lenet-300-100" }))).toEqual({ name: "mlp", hidden: [300, 100] });
    expect(modelMapping(network({ name: "lenet-5" }))).toMatchObject({ name: "cnn" });
  });

  it("is not told where none builds it", () => {
    const { layers, ...mlp } = network({ name: "mlp", hidden: [5, 4] }, [7]);
    const mixed = { ...mlp, layers: [...layers] };
    mixed.layers[1] = { kind: "activation", activation: "tanh" };
    expect(modelMapping(mixed)).toBeUndefined();
  });
});
