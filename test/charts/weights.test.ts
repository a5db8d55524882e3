import { describe, expect, it } from "vitest";
import { maskBlocks } from "../../src/charts/mask-blocks.ts";
import { shownWeights } from "../../src/charts/parts/shown-weights.ts";
import { weightHistograms } from "../../src/charts/weight-histograms.ts";
import { weightMagnitudes } from "../../src/charts/weight-magnitudes.ts";
import { exampleStudy } from "../support/example-study.ts";

// Of each layer the first values are 0 once pruned; see exampleStudy.
const study = exampleStudy({ sparsities: [0, 0.5, 0.8] });

/** Every `label` and every text of a chart. */
function texts(spec: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(spec, (key, value) => {
    if ((key === "label" || key === "text" || key === "caption") && typeof value === "string")
      found.push(value);
    return value;
  });
  return found;
}

describe("the charts of weights", () => {
  it("show the sparsity nearest to 90%, and the network before pruning", () => {
    const shown = shownWeights(study.snapshots);
    expect(shown?.sparsity).toBe("80%");
    expect(shown?.after.map(({ name }) => name)).toEqual(["l1-unstructured", "global-magnitude"]);
    expect([...(shown?.tensorNames.values() ?? [])]).toEqual(["fc1", "fc2"]);
  });

  it("are not drawn when nothing is pruned", () => {
    const dense = exampleStudy({ sparsities: [0] });
    for (const chart of [weightHistograms, maskBlocks, weightMagnitudes]) {
      expect(chart(dense)).toBeUndefined();
      expect(chart({ ...dense, snapshots: undefined })).toBeUndefined();
    }
  });

  it("say what the weights went through", () => {
    expect(texts(weightHistograms(study))).toContain(
      "Weights before pruning, and after pruning 80% and fine-tuning: mlp on mnist",
    );
    const alone = exampleStudy({ sparsities: [0, 0.5, 0.8], recovery: "none" });
    expect(texts(weightHistograms(alone))).toContain(
      "Weights before pruning, and after pruning 80%: mlp on mnist",
    );
  });

  it("tell the share of zeros and of weights near zero", () => {
    // Before: -0.505 to 0.485 in steps of 0.01, of which 20 in 100 are within 0.1.
    const found = texts(weightHistograms(study));
    expect(found).toContain("20.0% within ±0.1");
    expect(found).toContain("80.0% exactly 0, 84.0% within ±0.1");
  });

  it("tell the sparsity of each block, which is not that of its layer", () => {
    const found = texts(maskBlocks(study));
    expect(found).toContain("all kept");
    expect(found).toContain("l1-unstructured: 80.0% of the block, 80.0% of fc1, pruned");
  });

  it("draw each kept weight of a block as one cell", () => {
    const spec = JSON.parse(JSON.stringify(maskBlocks(study)));
    const blocks = spec.data.values as { row: string; tensor: string; path: string }[];
    const fc2 = blocks.find(({ row, tensor }) => row === "global-magnitude" && tensor === "fc2");
    // 10 x 10, the first 8 rows pruned: two full rows remain.
    expect(fc2?.path).toBe("M0,8H10V9H0ZM0,9H10V10H0Z");
  });

  it("count the sampled weights that are kept and pruned", () => {
    const found = texts(weightMagnitudes(study));
    expect(found).toContain(
      "l1-unstructured: 20 of 100 sampled weights of fc2 kept, magnitudes 0.015 to 0.47",
    );
  });

  it("of constructed networks draw the magnitudes that they have", () => {
    const results = study.results.map((row) =>
      row.method === "l1-unstructured" ? { ...row, allocation: "constructed" } : row,
    );
    const spec = JSON.parse(JSON.stringify(weightMagnitudes({ ...study, results })));
    expect(spec.title.subtitle).toContain("Of constructed networks the magnitudes of their own weights");
    // Pruned weights of a trained network lie at their magnitudes, those of a constructed one nowhere.
    const pruned = (method: string) =>
      spec.data.values.find(
        (each: { method: string; tensor: string; kept: boolean }) =>
          each.method === method && each.tensor === "fc2" && !each.kept,
      ).path;
    expect(pruned("l1-unstructured")).toBe("M0,0");
    expect(pruned("global-magnitude").length).toBeGreaterThan(100);
  });

  it("give each panel a range of its own where weights are of other sizes", () => {
    const points = study.snapshots.points.map((point) => {
      const tensors = point.after.tensors.map((tensor) => ({ ...tensor, limit: 400 }));
      const constructed = { ...point, after: { ...point.after, tensors } };
      return point.method === "l1-unstructured" ? constructed : point;
    });
    const domains = (data: Parameters<typeof weightHistograms>[0]) =>
      JSON.parse(JSON.stringify(weightHistograms(data))).concat.map(
        (panel: { encoding: { x: { scale: { domain: number[] } } } }) => panel.encoding.x.scale.domain[1],
      );
    expect(new Set(domains(study)).size).toBe(1);
    // Before pruning and two methods, two layers each.
    const [before, , constructed, , pruned] = domains({
      ...study,
      snapshots: { ...study.snapshots, points },
    });
    expect(constructed).toBe(400);
    expect(before).toBeCloseTo(0.505, 6);
    expect(pruned).toBeLessThan(1);
  });
});
