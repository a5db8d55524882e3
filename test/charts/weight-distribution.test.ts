import { describe, expect, it } from "vitest";
import { weightDistribution } from "../../src/charts/weight-distribution.ts";
import { exampleStudy } from "../support/example-study.ts";

interface Bin {
  readonly panel: string;
  readonly zeros: boolean;
  readonly value: number;
  readonly count: number | null;
  readonly text?: string;
}

const read = (data: Parameters<typeof weightDistribution>[0]) =>
  JSON.parse(JSON.stringify(weightDistribution(data)));
const bins = (data: Parameters<typeof weightDistribution>[0]) => read(data).data.values as Bin[];

// 1,000 and 100 weights, evenly from -0.505 to 0.485 in steps of 0.01; of each layer the first part is pruned.
const study = exampleStudy({ sparsities: [0, 0.8] });

describe("weightDistribution", () => {
  it("counts all weights together in 50 bins, before pruning and after it by each method", () => {
    const before = bins(study).filter(({ panel, zeros }) => panel === "before pruning" && !zeros);
    // The right edge of the last bin closes the area.
    expect(before).toHaveLength(51);
    expect(before[0]?.value).toBe(-0.505);
    expect(before.at(-1)?.value).toBe(0.505);
    const total = before.reduce((sum, { count }) => sum + (count === 0.6 ? 0 : (count ?? 0)), 0);
    expect(total).toBe(1100);
    const panels = new Set(bins(study).map(({ panel }) => panel));
    expect([...panels]).toEqual(["before pruning", "l1-unstructured", "global-magnitude"]);
  });

  it("has the weights that are 0 as a bar of their own", () => {
    const zeros = bins(study).filter((bin) => bin.zeros);
    expect(zeros.map(({ count, text }) => [count, text])).toEqual([
      [null, "none is 0"],
      [880, "80.0% exactly 0"],
      [880, "80.0% exactly 0"],
    ]);
  });

  it("gives each panel its own range where a network has weights of another size", () => {
    expect(read(study).resolve).toBeUndefined();
    const points = study.snapshots.points.map((point) => {
      const { after } = point;
      const together = { ...after.together, limit: 400 };
      return point.method === "l1-unstructured" ? { ...point, after: { ...after, together } } : point;
    });
    const { resolve, title } = read({ ...study, snapshots: { ...study.snapshots, points } });
    expect(resolve).toEqual({ scale: { x: "independent" } });
    expect(title.subtitle).toContain("Each panel over a range of its own");
  });

  it("is not drawn when nothing is pruned", () => {
    expect(weightDistribution(exampleStudy({ sparsities: [0] }))).toBeUndefined();
  });
});
