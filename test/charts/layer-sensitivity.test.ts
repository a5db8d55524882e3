import { describe, expect, it } from "vitest";
import { layerSensitivity } from "../../src/charts/layer-sensitivity.ts";
import { diverged, exampleStudy } from "../support/example-study.ts";

/** A scan of two layers by one method. */
const scan = exampleStudy({ methods: ["l1-unstructured@fc1", "l1-unstructured@fc2"] }).results.map((row) => ({
  ...row,
  layer: row.method.slice(-3),
}));
const specOf = (results: typeof scan) => JSON.parse(JSON.stringify(layerSensitivity({ results }) ?? null));

describe("layerSensitivity", () => {
  it("has the mean over the seeds for each layer and sparsity, and says so of each mark", () => {
    const points: { method: string; layer: string; sparsity: number; mean: number; label: string }[] =
      specOf(scan).data.values;
    expect(points).toHaveLength(2 * 3);
    // 0.978 - 0.3 x 0.99^60
    const point = points.find(({ layer, sparsity }) => layer === "fc1" && sparsity === 0.99);
    expect(point?.method).toBe("l1-unstructured");
    expect(point?.mean).toBeCloseTo(0.978 - 0.3 * 0.99 ** 60, 12);
    expect(point?.label).toMatch(/^l1-unstructured@fc1: fc1 alone, 99% of it pruned, 81\.\d\d%/);
  });

  it("leaves out what diverged, and is not drawn where no row is of a scan", () => {
    const half = scan.map((row) =>
      row.layer === "fc2" && row.target_sparsity === 0.9 ? { ...diverged(row), layer: row.layer } : row,
    );
    expect(specOf(half).data.values).toHaveLength(5);
    expect(layerSensitivity({ results: exampleStudy().results })).toBeUndefined();
  });
});
