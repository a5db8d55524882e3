import { describe, expect, it } from "vitest";
import { weightValues } from "../../src/charts/weight-values.ts";
import { snapshotWeights } from "../../src/experiment/weights-snapshot.ts";
import { exampleStudy } from "../support/example-study.ts";

interface Shade {
  readonly panel: string;
  readonly shade: number;
  readonly path: string;
  readonly text?: string;
  readonly label: string;
}

const study = exampleStudy({ methods: ["global-magnitude"], sparsities: [0.9] });

/** What is drawn where a 2 x 3 layer becomes another. */
function shades(before: readonly number[], after: readonly number[]): Shade[] {
  const snapshot = (values: readonly number[]) =>
    snapshotWeights(new Map([["fc1.weight", Float32Array.from(values)]]), [
      { name: "fc1.weight", shape: [2, 3] },
    ]);
  const points = study.snapshots.points.map((point) => ({ ...point, after: snapshot(after) }));
  const snapshots = { ...study.snapshots, before: snapshot(before), points };
  return JSON.parse(JSON.stringify(weightValues({ ...study, snapshots }))).data.values;
}

describe("weightValues", () => {
  it("draws weights as rows of cells, shaded by their part of the largest of their panel", () => {
    const drawn = shades([1, 1, -1, 0.5, 0.001, 0], [0, 0, 0, 0, 0, 0.002]);
    const cells = (panel: string) =>
      drawn
        .filter((each) => each.panel === panel && each.shade !== 0)
        .map(({ shade, path }) => [shade, path]);
    // Seven shades: 1 is the seventh, 0.5 is 64 of 127 and in the fourth; 0.001 is none of them.
    expect(cells("before pruning")).toEqual([
      [-7, "M2,0.5h1"],
      [4, "M0,1.5h1"],
      [7, "M0,0.5h2"],
    ]);
    expect(cells("global-magnitude")).toEqual([[7, "M2,1.5h1"]]);
  });

  it("tells the largest magnitude and the share of zeros of each panel", () => {
    const texts = (drawn: readonly Shade[]) => drawn.flatMap(({ text }) => text ?? []);
    expect(texts(shades([1, 1, -2, 0.5, 1, 1], [0, 0, 0, 0, 0, 0.002]))).toEqual([
      "±2.0",
      "±0.0020, 83.3% are 0",
    ]);
    expect(texts(shades([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]))[1]).toBe("all 0");
    expect(shades([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1])[2]?.label).toBe(
      "global-magnitude: fc1.weight, ±1.0, 83.3% are 0",
    );
  });

  it("is not drawn when nothing is pruned", () => {
    expect(weightValues(exampleStudy({ sparsities: [0] }))).toBeUndefined();
  });
});
