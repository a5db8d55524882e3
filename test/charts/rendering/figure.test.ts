import { beforeAll, describe, expect, it } from "vitest";
import { withLabels } from "../../../src/charts/labels.ts";
import { chartsOf } from "../../../src/charts/registry.ts";
import { drawFigures, type Figure } from "../../../src/charts/rendering/figure.ts";
import { everyChartStudy, exampleStudy } from "../../support/example-study.ts";

const text = (pdf: Uint8Array) => Buffer.from(pdf).toString("latin1");

/** In points. */
function pageSize(pdf: Uint8Array): number[] {
  const [, box = ""] = /\/MediaBox \[([^\]]*)\]/.exec(text(pdf)) ?? [];
  return box.split(" ").map(Number).slice(2);
}

const column = 234;
const labels = { methods: { "l1-unstructured": "<L1> & (co)" } };
const study = withLabels(everyChartStudy(), labels);

describe("drawFigures", () => {
  let narrow: readonly Figure[] = [];

  beforeAll(async () => {
    narrow = await drawFigures(study, column);
  });

  it("draws every chart as wide as asked for", async () => {
    expect(narrow.map(({ chart }) => chart.name)).toEqual(chartsOf(study).map(({ name }) => name));
    for (const { pdf } of narrow) expect(pageSize(pdf)[0]).toBe(column);
    const [first] = await drawFigures({ ...study, history: [], layers: [], snapshots: undefined }, 486);
    expect(pageSize(first?.pdf ?? new Uint8Array())[0]).toBe(486);
    expect(first?.textPoints).toBe(8);
  });

  it("keeps text at 8 points; charts with a column a layer say how wide they would have to be", () => {
    const byLayer = ["weight-histograms", "weight-magnitudes", "mask-blocks"];
    for (const { chart, textPoints, widthNeeded } of narrow) {
      if (byLayer.includes(chart.name)) expect(textPoints * widthNeeded).toBeCloseTo(8 * column, 0);
      else expect(textPoints).toBe(8);
    }
  });

  it("has room for many methods with long names", async () => {
    const methods = Array.from({ length: 9 }, (_, i) => `a-method-with-a-long-name-${i}`);
    const { results } = exampleStudy({ methods });
    const [first] = await drawFigures({ results, history: [], layers: [], snapshots: undefined }, column);
    expect([first?.chart.name, first?.textPoints]).toEqual(["accuracy-vs-sparsity", 8]);
  });

  it("embeds the font, and draws paths and text, no image", () => {
    for (const { pdf } of narrow) {
      const content = text(pdf);
      expect(content.startsWith("%PDF-1.4")).toBe(true);
      expect(content).toContain("/FontFile2");
      expect(content).not.toContain("/BaseFont /Helvetica");
      expect(content).not.toContain("/Subtype /Image");
      expect(content).toMatch(/\bT[jJ]\b/);
      expect(content).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it("gives the same bytes again, and tells no date", async () => {
    const again = await drawFigures(study, column);
    expect(again.map(({ pdf }) => text(pdf))).toEqual(narrow.map(({ pdf }) => text(pdf)));
    for (const { pdf } of narrow) expect(text(pdf)).not.toMatch(/CreationDate|ModDate|CreateDate/);
  });

  it("puts title and subtitle into the document's properties, in place of the picture", () => {
    const content = text(narrow[0]?.pdf ?? new Uint8Array());
    expect(content).toMatch(/\(Test accuracy against sparsity: /);
    expect(content).toMatch(/\(Mean of 3 seeds with 95% confidence band/);
  });
});
