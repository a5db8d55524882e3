import { describe, expect, it } from "vitest";
import { sparsityBars } from "../../src/charts/sparsity-bars.ts";
import { exampleStudy } from "../support/example-study.ts";

const read = (data: Parameters<typeof sparsityBars>[0]) => JSON.parse(JSON.stringify(sparsityBars(data)));

describe("sparsityBars", () => {
  it("has the mean of each layer at the sparsity nearest to 90%, and that of all layers together", () => {
    const { data, title } = read(exampleStudy({ sparsities: [0, 0.5, 0.8, 0.99] }));
    expect(data.values).toHaveLength(2 * 2);
    // fc1 has 1000 weights, fc2 100, of which 0.9 x 0.99 are pruned.
    expect(data.values[0]).toMatchObject({ method: "l1-unstructured", tensor: "fc1", text: "99.0%" });
    expect(data.values[1]).toMatchObject({ tensor: "fc2", text: "89.1%" });
    expect(data.values[1].whole).toBeCloseTo((990 + 89) / 1100, 6);
    expect(title.text).toContain("Sparsity by layer at 99% sparsity");
  });

  it("shows each method at a sparsity of its own where it has another, and says at which", () => {
    const study = exampleStudy({ sparsities: [0.9] });
    const layers = study.layers.map((row) =>
      row.method === "global-magnitude" ? { ...row, target_sparsity: 0.990038 } : row,
    );
    const { data, title } = read({ ...study, layers });
    expect(new Set(data.values.map(({ panel }: { panel: string }) => panel))).toEqual(
      new Set(["l1-unstructured, 90%", "global-magnitude, 99%"]),
    );
    expect(title.text).not.toContain("90%");
  });

  it("names the tensors where biases are pruned too", () => {
    const study = exampleStudy();
    const layers = study.layers.flatMap((row) => [row, { ...row, parameter: `${row.layer}.bias` }]);
    const { data, title } = read({ ...study, layers });
    expect(data.values.map(({ tensor }: { tensor: string }) => tensor).slice(0, 4)).toEqual([
      "fc1.weight",
      "fc1.bias",
      "fc2.weight",
      "fc2.bias",
    ]);
    expect(title.text).toContain("Sparsity by tensor");
  });

  it("of a deep network has the first and the last layers, and says so", () => {
    const study = exampleStudy({ seeds: [0] });
    const layers = study.layers.flatMap((row) =>
      Array.from({ length: 12 }, (_, i) => ({
        ...row,
        layer: `${row.layer}-${i}`,
        parameter: `${row.layer}-${i}.weight`,
      })),
    );
    const { data, title } = read({ ...study, layers });
    const tensors = new Set(data.values.map(({ tensor }: { tensor: string }) => tensor));
    expect(tensors.size).toBe(16);
    expect(title.subtitle[1]).toBe("The first and the last 8 of 24 tensors");
  });

  it("is not drawn when nothing is pruned", () => {
    expect(sparsityBars(exampleStudy({ sparsities: [0] }))).toBeUndefined();
  });
});
