import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { TopLevelSpec } from "vega-lite";
import type { HistoryRow, LayerRow, ResultRow } from "../recording/rows.ts";
import type { Snapshots } from "../recording/snapshots.ts";
import { accuracyHeatmap } from "./accuracy-heatmap.ts";
import { accuracyVsMacs, accuracyVsSize } from "./accuracy-vs-cost.ts";
import { accuracyVsSparsity } from "./accuracy-vs-sparsity.ts";
import { finetuning } from "./finetuning.ts";
import { fontFamily, readFont, textWidthOf } from "./font.ts";
import { layerSparsity } from "./layer-sparsity.ts";
import { maskBlocks } from "./mask-blocks.ts";
import { recovery } from "./recovery.ts";
import { weightHistograms } from "./weight-histograms.ts";
import { weightMagnitudes } from "./weight-magnitudes.ts";

/** What the charts of a study are drawn from. */
export interface ChartData {
  readonly results: readonly ResultRow[];
  readonly layers: readonly LayerRow[];
  readonly history: readonly HistoryRow[];
  /** Undefined when there are only tables. */
  readonly snapshots: Snapshots | undefined;
}

/** A chart by the name of its files. It is left out of a study that has no data for it. */
const charts = {
  "accuracy-vs-sparsity": accuracyVsSparsity,
  "accuracy-vs-size": accuracyVsSize,
  "accuracy-vs-macs": accuracyVsMacs,
  "accuracy-heatmap": accuracyHeatmap,
  recovery,
  finetuning,
  "layer-sparsity": layerSparsity,
  "weight-histograms": weightHistograms,
  "weight-magnitudes": weightMagnitudes,
  "mask-blocks": maskBlocks,
} satisfies Readonly<Record<string, (data: ChartData) => TopLevelSpec | undefined>>;

export type ChartName = keyof typeof charts;

/** Every chart, in the order of the report. */
export const chartNames = Object.keys(charts) as readonly ChartName[];

export interface RenderedChart {
  /** `accuracy-vs-sparsity` */
  readonly name: ChartName;
  /** Vega-Lite, with its data in it. */
  readonly spec: TopLevelSpec;
  readonly svg: string;
  /** Draws the SVG as PNG, at twice its size: slower than all the rest, so only on demand. */
  readonly png: () => Uint8Array;
}

/** Draws every chart that has data. The same rows give the same bytes on every machine. */
export async function renderCharts(data: ChartData): Promise<RenderedChart[]> {
  const specs = chartNames.flatMap((name) => {
    const spec: TopLevelSpec | undefined = charts[name](data);
    return spec === undefined ? [] : [{ name, spec }];
  });
  if (specs.length === 0) return [];
  const { toSvg, toPng } = await loadRenderer();
  const rendered: RenderedChart[] = [];
  for (const { name, spec } of specs) {
    const svg = await toSvg(spec);
    rendered.push({ name, spec, svg, png: () => toPng(svg) });
  }
  return rendered;
}

interface Renderer {
  readonly toSvg: (spec: TopLevelSpec) => Promise<string>;
  readonly toPng: (svg: string) => Uint8Array;
}

let renderer: Promise<Renderer> | undefined;

/** Loads Vega and the rasterizer on first use: they take most of a second, and few commands draw. */
function loadRenderer(): Promise<Renderer> {
  renderer ??= (async () => {
    const [vega, vegaLite, { initWasm, Resvg }, font] = await Promise.all([
      import("vega"),
      import("vega-lite"),
      import("@resvg/resvg-wasm"),
      readFont(),
    ]);
    await initWasm(await readFile(fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));

    // Without a canvas Vega only guesses at the width of a text; with one its answer depends on the machine.
    const textWidth = textWidthOf(font);
    vega.textMetrics.width = (item, text) => textWidth(text, vega.textMetrics.height(item));

    const toSvg = async (spec: TopLevelSpec) => {
      // Vega marks the data that it is given; ids of clip paths count up within a process.
      vega.resetSVGDefIds();
      const view = new vega.View(vega.parse(vegaLite.compile(structuredClone(spec)).spec), {
        renderer: "none",
      });
      try {
        return await view.toSVG();
      } finally {
        view.finalize();
      }
    };
    const toPng = (svg: string) => {
      const image = new Resvg(svg, {
        fitTo: { mode: "zoom", value: 2 },
        font: { fontBuffers: [font], defaultFontFamily: fontFamily },
      });
      const picture = image.render();
      const png = picture.asPng();
      picture.free();
      image.free();
      return png;
    };
    return { toSvg, toPng };
  })();
  return renderer;
}
