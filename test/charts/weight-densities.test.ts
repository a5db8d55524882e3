import { describe, expect, it } from "vitest";
import { weightDensities } from "../../src/charts/weight-densities.ts";
import { exampleStudy } from "../support/example-study.ts";

interface Step {
  readonly panel: string;
  readonly layer: string;
  readonly value: number;
  readonly density: number;
  readonly label: string;
}

const steps = (data: Parameters<typeof weightDensities>[0]) =>
  JSON.parse(JSON.stringify(weightDensities(data))).data.values as Step[];
const study = exampleStudy({ sparsities: [0, 0.8] });

describe("weightDensities", () => {
  it("has a line of area 1 in 30 bins for each layer, before pruning and after it", () => {
    for (const panel of ["before pruning", "global-magnitude"]) {
      for (const layer of ["fc1", "fc2"]) {
        const line = steps(study).filter((step) => step.panel === panel && step.layer === layer);
        expect(line).toHaveLength(31);
        const area = line.reduce((sum, { density }) => sum + density, 0) * (1.01 / 30);
        expect(area).toBeCloseTo(1, 2);
      }
    }
    expect(steps(study).at(-1)?.label).toBe("global-magnitude: fc2, 80.0% exactly 0");
  });

  it("leaves biases out, and layers that are all 0", () => {
    const withBias = (tensors: (typeof study.snapshots.points)[number]["after"]["tensors"]) =>
      tensors.flatMap((tensor) => [tensor, { ...tensor, name: tensor.name.replace("weight", "bias") }]);
    const { before, points } = study.snapshots;
    if (before === null) throw new Error("the example has weights before pruning");
    const snapshots = {
      ...study.snapshots,
      before: { ...before, tensors: withBias(before.tensors) },
      points: points.map((point) => ({
        ...point,
        after: { ...point.after, tensors: withBias(point.after.tensors) },
      })),
    };
    expect(steps({ ...study, snapshots })).toEqual(steps(study));
    const gone = exampleStudy({ sparsities: [0, 1] });
    expect(new Set(steps(gone).map(({ panel }) => panel))).toEqual(new Set(["before pruning"]));
  });

  it("is not drawn for a single layer, nor when nothing is pruned", () => {
    const { before, points } = study.snapshots;
    if (before === null) throw new Error("the example has weights before pruning");
    const snapshots = {
      ...study.snapshots,
      before: { ...before, tensors: before.tensors.slice(0, 1) },
      points: points.map((point) => ({
        ...point,
        after: { ...point.after, tensors: point.after.tensors.slice(0, 1) },
      })),
    };
    expect(weightDensities({ ...study, snapshots })).toBeUndefined();
    expect(weightDensities(exampleStudy({ sparsities: [0] }))).toBeUndefined();
  });
});
