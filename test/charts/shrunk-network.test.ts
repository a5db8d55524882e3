import { describe, expect, it } from "vitest";
import { shrunkNetwork } from "../../src/charts/shrunk-network.ts";
import type { LayerRow, ResultRow } from "../../src/recording/rows.ts";
import { exampleStudy } from "../support/example-study.ts";
import { resultRow } from "../support/result-rows.ts";

type Shape = readonly [before: string, after: string];

/** The two rows of a layer whose weight and bias shrink. */
function layer(name: string, [before, after]: Shape, row: Partial<LayerRow>): LayerRow[] {
  const size = (shape: string) => shape.split("x").reduce((product, extent) => product * Number(extent), 1);
  const tensor = (parameter: string, [shape, shrunk_shape]: Shape, uses: number) => ({
    ...(exampleStudy().layers[0] as LayerRow),
    ...row,
    layer: name,
    parameter: `${name}.${parameter}`,
    shape,
    weights: size(shape),
    shrunk_shape,
    shrunk_weights: size(shrunk_shape),
    dense_macs: uses * size(shape),
    shrunk_macs: uses * size(shrunk_shape),
  });
  const units = (shape: string) => shape.split("x")[0] ?? "";
  return [tensor("weight", [before, after], 2), tensor("bias", [units(before), units(after)], 0)];
}

/** At 0, 0.5 and 0.9, of which 0.5 costs 0.2 points and 0.9 costs 10: two seeds that keep 6 and 7 neurons, then 2. */
function study(method: string, accuracyAt = [0.98, 0.978, 0.88]) {
  const cells = [0, 0.5, 0.9].flatMap((target_sparsity, i) =>
    [0, 1].map((seed) => ({ method, seed, target_sparsity, left: [10, 6 + seed, 2][i] ?? 0, i })),
  );
  return {
    results: cells.map(({ left, i, ...cell }): ResultRow => {
      const shrunk_parameters = left === 10 ? 1000 : 100 * left;
      return resultRow({ ...cell, accuracy: accuracyAt[i] ?? 0, parameters: 1000, shrunk_parameters });
    }),
    layers: cells.flatMap(({ left, i: _, ...cell }) => [
      ...layer("conv1", ["4x1x3x3", "4x1x3x3"], cell),
      ...layer("fc1", ["10x16", `${left}x16`], cell),
      ...layer("fc2", ["5x10", `5x${left}`], cell),
    ]),
  };
}

const read = (data: Parameters<typeof shrunkNetwork>[0]) => JSON.parse(JSON.stringify(shrunkNetwork(data)));

describe("shrunkNetwork", () => {
  it("shows each method at its largest sparsity within a point of the dense control, layers in order and to scale", () => {
    const { data, title } = read(study("neurons"));
    expect(data.values.map(({ layer, text }: { layer: string; text: string }) => [layer, text])).toEqual([
      ["conv1", "4"],
      ["fc1", "7 of 10"],
      ["fc2", "5"],
    ]);
    const [conv1, fc1, fc2] = data.values;
    expect(fc1).toMatchObject({ sparsity: 0.5, before: 10, left: 6.5, outline_x: -0.5, outline_x2: 0.5 });
    expect([fc1.x, fc1.x2]).toEqual([-0.325, 0.325]);
    // Neurons of one scale, filters of another.
    expect([fc2.outline_x2, conv1.outline_x2]).toEqual([0.25, 0.5]);
    // 6.5 x 16 weights and 6.5 biases of 170; each weight multiplies twice.
    expect(fc1.label).toBe(
      "neurons: 50% pruned, 7 of 10 neurons of fc1 left (6 to 7 by seed), 111 of 170 parameters, 208 of 320 MACs",
    );
    // 40, 6.5 x 17 and 5 x 6.5 + 5 of 40, 170 and 55.
    expect(conv1).toMatchObject({ measure: "50% pruned, accuracy 97.8%", size: "188 of 265 parameters" });
    expect(title.subtitle[0]).toBe(
      "Filters and neurons of each layer, each kind to scale: before pruning in outline, those left filled",
    );
  });

  it("shows the first sparsity at which units go where all are beyond the margin, or there is no dense control", () => {
    const { results, layers } = study("costly", [0.98, 0.9, 0.88]);
    expect(read({ results, layers }).data.values[0]).toMatchObject({ sparsity: 0.5 });
    const free = study("free");
    const pruned = free.results.filter((row) => row.target_sparsity > 0);
    expect(read({ results: pruned, layers: free.layers }).data.values[0]).toMatchObject({ sparsity: 0.5 });
  });

  it("leaves out methods that keep all of their units", () => {
    const [some, none] = [study("neurons"), study("weights")];
    const whole = none.results.map((row) => ({ ...row, shrunk_parameters: row.parameters }));
    const layers = none.layers.map((row) => ({ ...row, shrunk_shape: row.shape }));
    const both = { results: [...some.results, ...whole], layers: [...some.layers, ...layers] };
    expect(new Set(read(both).data.values.map(({ method }: { method: string }) => method))).toEqual(
      new Set(["neurons"]),
    );
    expect(shrunkNetwork({ results: whole, layers })).toBeUndefined();
  });

  it("of a deep network has the first and the last layers, and says so", () => {
    const { results, layers } = study("neurons");
    const deep = layers.flatMap((row) =>
      Array.from({ length: 6 }, (_, i) => ({
        ...row,
        layer: `${row.layer}-${i}`,
        parameter: row.parameter.replace(row.layer, `${row.layer}-${i}`),
      })),
    );
    const { data, title } = read({ results, layers: deep });
    expect(data.values).toHaveLength(16);
    expect(title.subtitle[1]).toBe("The first and the last 8 of 18 layers");
  });

  it("is not drawn where the study did not ask", () => {
    expect(shrunkNetwork(exampleStudy())).toBeUndefined();
  });
});
