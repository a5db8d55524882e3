import { describe, expect, it } from "vitest";
import { layerSparsity } from "../../src/charts/layer-sparsity.ts";
import { exampleStudy } from "../support/example-study.ts";

const read = (data: Parameters<typeof layerSparsity>[0]) => JSON.parse(JSON.stringify(layerSparsity(data)));

describe("layerSparsity", () => {
  it("has the mean sparsity of each layer by method and target, without the target of 0", () => {
    const { data } = read(exampleStudy());
    expect(data.values).toHaveLength(2 * 2 * 2);
    expect(data.values[1]).toMatchObject({
      method: "l1-unstructured",
      target: 0.9,
      tensor: "fc2",
      sparsity: 0.81,
    });
  });

  it("names the tensors where biases are pruned too", () => {
    const study = exampleStudy();
    const layers = study.layers.flatMap((row) => [row, { ...row, parameter: `${row.layer}.bias` }]);
    const { data } = read({ ...study, layers });
    expect(new Set(data.values.map(({ tensor }: { tensor: string }) => tensor))).toEqual(
      new Set(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]),
    );
  });

  it("is not drawn when nothing is pruned", () => {
    expect(layerSparsity(exampleStudy({ sparsities: [0] }))).toBeUndefined();
  });
});
