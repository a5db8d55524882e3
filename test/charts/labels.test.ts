import { describe, expect, it } from "vitest";
import { withLabels } from "../../src/charts/labels.ts";
import { methodColors } from "../../src/charts/parts/palette.ts";
import { renderCharts } from "../../src/charts/rendering/render.ts";
import { exampleStudy } from "../support/example-study.ts";

const labels = {
  methods: { "global-magnitude": "Global", unused: "Unused" },
  axes: { sparsity: "Sparsity (%)", accuracy: "Top-1 (%)", size: "KiB", macs: "MACs", epoch: "Epochs" },
};

describe("charts with labels", () => {
  it("show the label of a method in place of its name, and the titles of their axes", async () => {
    const drawn = await renderCharts(withLabels(exampleStudy(), labels));
    const text = (name: string) => drawn.find(({ chart }) => chart.name === name)?.svg ?? "";
    for (const { svg } of drawn) {
      expect(svg).not.toContain("global-magnitude");
      expect(svg).toContain("Global");
      expect(svg).toContain("l1-unstructured");
    }
    expect(text("accuracy-vs-sparsity")).toContain("Sparsity (%)");
    expect(text("accuracy-vs-sparsity")).toContain("Top-1 (%)");
    expect(text("accuracy-heatmap")).toContain("Sparsity (%)");
    expect(text("accuracy-vs-size")).toContain(">KiB<");
    expect(text("accuracy-vs-macs")).toContain("MACs");
    expect(text("finetuning")).toContain("Epochs");
  });

  it("leave each method its color", () => {
    const named = methodColors(["random-global", "global-magnitude"]);
    const labelled = methodColors(["random-global", "Global"], labels);
    expect([...labelled.values()]).toEqual([...named.values()]);
  });

  it("are the same as without, when there are none", () => {
    const data = exampleStudy();
    expect(withLabels(data, undefined)).toBe(data);
  });
});
