import { setImmediate } from "node:timers/promises";
import type { TopLevelSpec } from "vega-lite";
import type { HistoryRow, LayerRow, ResultRow } from "../../recording/rows.ts";
import type { Snapshots } from "../../recording/snapshots.ts";
import { accuracyHeatmap } from "../accuracy-heatmap.ts";
import { accuracyVsMacs, accuracyVsSize } from "../accuracy-vs-cost.ts";
import { accuracyVsSparsity } from "../accuracy-vs-sparsity.ts";
import { finetuning } from "../finetuning.ts";
import { layerSparsity } from "../layer-sparsity.ts";
import { maskBlocks } from "../mask-blocks.ts";
import { recovery } from "../recovery.ts";
import { weightHistograms } from "../weight-histograms.ts";
import { weightMagnitudes } from "../weight-magnitudes.ts";
import { readFont, textWidthOf } from "./font.ts";

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
}

/**
 * Draws every chart that has data, and tells of each as soon as it is drawn. The same rows give the same bytes on
 * every machine.
 */
export async function renderCharts(
  data: ChartData,
  onChart: (chart: RenderedChart) => void = () => {},
): Promise<RenderedChart[]> {
  const rendered: RenderedChart[] = [];
  for (const name of chartNames) {
    const spec: TopLevelSpec | undefined = charts[name](data);
    if (spec === undefined) continue;
    const toSvg = await loadRenderer();
    const chart = { name, spec, svg: await toSvg(spec) };
    onChart(chart);
    rendered.push(chart);
    // Vega's promises never let this thread's messages through; threads that wait for the next picture need that.
    await setImmediate();
  }
  return rendered;
}

let renderer: Promise<(spec: TopLevelSpec) => Promise<string>> | undefined;

/** Loads Vega once, on first use: it takes a quarter of a second, and few commands draw. */
export function loadRenderer(): Promise<(spec: TopLevelSpec) => Promise<string>> {
  renderer ??= (async () => {
    const [vega, vegaLite, font] = await Promise.all([import("vega"), import("vega-lite"), readFont()]);

    // Without a canvas Vega only guesses at the width of a text; with one its answer depends on the machine.
    const textWidth = textWidthOf(font);
    vega.textMetrics.width = (item, text) => textWidth(text, vega.textMetrics.height(item));

    const draw = async (spec: TopLevelSpec) => {
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
    // One after the other, also for studies that finish at once: of two charts under way, the ids would mix.
    let previous: Promise<unknown> = Promise.resolve();
    return (spec) => {
      const svg = previous.then(() => draw(spec));
      previous = svg.catch(() => {});
      return svg;
    };
  })();
  return renderer;
}
