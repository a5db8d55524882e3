import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { charts, chartsOf } from "../../../src/charts/registry.ts";
import { rasterize } from "../../../src/charts/rendering/rasterize.ts";
import { type RenderedChart, renderCharts } from "../../../src/charts/rendering/render.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import { packageRoot } from "../../../src/foundations/paths.ts";
import { diverged, everyChartStudy, exampleStudy } from "../../support/example-study.ts";

const names = (drawn: readonly RenderedChart[]) => drawn.map(({ chart }) => chart.name);

/** The charts that a study is drawn without. */
async function missing(study: Parameters<typeof renderCharts>[0]): Promise<string[]> {
  const drawn = names(await renderCharts(study));
  return charts.names().filter((name) => !drawn.includes(name));
}

/** Width and height in a PNG's header. */
function pngSize(png: Uint8Array): [number, number] {
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe("renderCharts", () => {
  it("draws every chart as SVG, which is rasterized at twice the size", async () => {
    const study = everyChartStudy();
    const drawn = await renderCharts(study);
    expect(names(drawn)).toEqual(chartsOf(study).map(({ name }) => name));
    for (const { svg } of drawn) {
      const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
      expect(svg).toMatch(/^<svg [\s\S]*<\/svg>$/);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      expect(pngSize(await rasterize(svg))).toEqual([2 * Number(width), 2 * Number(height)]);
    }
  });

  it("are all described in docs/results.md", async () => {
    const text = await readFile(path.join(packageRoot, "docs", "results.md"), "utf8");
    const rows = charts.list().map(({ name, summary }) => `| ${name} | ${summary} |`);
    expect(text).toContain(["| chart | what it shows |", "|---|---|", ...rows, ""].join("\n"));
  });

  it("gives the same bytes again, whatever was drawn before", async () => {
    const first = await renderCharts(everyChartStudy());
    await renderCharts(exampleStudy({ methods: ["random-global"], seeds: [0] }));
    const again = await renderCharts(everyChartStudy());
    expect(again.map(({ spec }) => spec)).toEqual(first.map(({ spec }) => spec));
    expect(again.map(({ svg }) => sha256(svg))).toEqual(first.map(({ svg }) => sha256(svg)));
  });

  it("gives the same bytes when several studies are drawn at once", async () => {
    const alone = await renderCharts(exampleStudy());
    const together = await Promise.all([1, 2].map(() => renderCharts(exampleStudy())));
    for (const drawn of together) expect(drawn).toEqual(alone);
  });

  it("draws text: a PNG without its font would be the same for other words", async () => {
    const [one, other] = await Promise.all(
      ["aaaa", "bbbb"].map(async (method) => {
        const [chart] = await renderCharts(exampleStudy({ methods: [method], recovery: "none" }));
        return sha256(await rasterize(chart?.svg ?? ""));
      }),
    );
    expect(one).not.toBe(other);
  });

  it.each([
    ["one sparsity", { sparsities: [0.9] }],
    ["only sparsity 0", { sparsities: [0] }],
    ["everything pruned", { sparsities: [0, 1] }],
    ["only everything pruned", { sparsities: [1] }],
    ["one method and seed", { methods: ["l1-unstructured"], seeds: [0] }],
    ["twelve methods", { methods: Array.from({ length: 12 }, (_, i) => `method-${i}`) }],
    ["a regression", { regression: true }],
    ["no recovery", { recovery: "none" as const }],
  ])("draws a study of %s", async (_, study) => {
    for (const { svg } of await renderCharts(everyChartStudy(study))) {
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it("leaves out the charts that have no data", async () => {
    const study = exampleStudy({ sparsities: [0], recovery: "none" });
    const ofLayers = charts.names().filter((name) => /^(weight|mask|layer|sparsity-bars)/.test(name));
    expect(ofLayers.length).toBeGreaterThan(7);
    expect(await missing(study)).toEqual(expect.arrayContaining(["recovery", "finetuning", ...ofLayers]));
    const tablesOnly = { ...exampleStudy(), layers: [], history: [], snapshots: undefined };
    const withResults = await missing(tablesOnly);
    expect(withResults).toEqual(expect.arrayContaining(["finetuning", ...ofLayers]));
    for (const name of ["accuracy-vs-sparsity", "recovery"]) expect(withResults).not.toContain(name);
    expect(await renderCharts({ ...study, results: study.results.map(diverged) })).toEqual([]);
  });

  it("draws every chart of a regression too, and none that speaks of accuracy", async () => {
    const study = everyChartStudy({ regression: true });
    const drawn = await renderCharts(study);
    const ofClasses = ["class-accuracy", "reliability"];
    const others = chartsOf(study).filter(({ name }) => !ofClasses.includes(name));
    expect(names(drawn)).toEqual(others.map(({ name }) => name));
    for (const { spec } of drawn) expect(JSON.stringify(spec)).not.toMatch(/accuracy|Accuracy/);
  });
});
