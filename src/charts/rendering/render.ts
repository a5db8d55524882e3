import { setImmediate } from "node:timers/promises";
import type { View } from "vega";
import type { TopLevelSpec } from "vega-lite";
import { failure, type PruneLabError } from "../../foundations/errors.ts";
import type { Chart, ChartData } from "../chart.ts";
import { charts, chartsOf } from "../registry.ts";
import { guarded, unguarded } from "./drawable-text.ts";
import { readFont, textWidthOf } from "./font.ts";
import { withinLimits } from "./within-limits.ts";

export interface RenderedChart {
  readonly chart: Chart;
  /** Vega-Lite, with its data in it. */
  readonly spec: TopLevelSpec;
  readonly svg: string;
}

export interface RenderOptions {
  /** The picture of a chart that was drawn before; undefined for one that is to be drawn. */
  readonly drawn?: (chart: Pick<RenderedChart, "chart" | "spec">) => string | undefined;
  /** Told of each chart as soon as it is drawn. */
  readonly onDrawn?: (chart: RenderedChart) => void;
}

/** Draws every chart that has data. The same rows give the same bytes on every machine. */
export async function renderCharts(
  data: ChartData,
  { drawn = () => undefined, onDrawn = () => {} }: RenderOptions = {},
): Promise<RenderedChart[]> {
  const rendered: RenderedChart[] = [];
  for (const chart of chartsOf(data)) {
    const { data: shown, note } = withinLimits(data, chart.mostSparsities);
    const drawnSpec = chart.draw(shown);
    if (drawnSpec === undefined) continue;
    const spec = note === undefined ? drawnSpec : withNote(drawnSpec, note);
    const before = drawn({ chart, spec });
    if (before !== undefined) {
      rendered.push({ chart, spec, svg: before });
      continue;
    }
    const svg = await drawSvg(spec).catch((error) => {
      throw charts.originOf(chart.name) === undefined ? error : undrawable(chart, error);
    });
    const now = { chart, spec, svg };
    onDrawn(now);
    rendered.push(now);
    // Vega's promises never let this thread's messages through; threads that wait for the next picture need that.
    await setImmediate();
  }
  return rendered;
}

/** With a sentence more below the title. */
function withNote(spec: TopLevelSpec, note: string): TopLevelSpec {
  const { title } = spec;
  if (typeof title !== "object" || !("text" in title)) return spec;
  const subtitle = Array.isArray(title.subtitle) ? title.subtitle : [title.subtitle];
  const lines = subtitle.filter((line) => typeof line === "string" && line !== "") as string[];
  return { ...spec, title: { ...title, subtitle: [...lines, note] } };
}

/** A specification of a plugin that Vega-Lite refuses. */
export function undrawable({ name }: Chart, error: unknown): PruneLabError {
  const reason = error instanceof Error ? error.message.split("\n", 1)[0] : error;
  return failure(`The chart ${name} of a plugin cannot be drawn: ${reason}`, { cause: error });
}

/** The picture of a specification. */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const render = await loadRenderer();
  return unguarded(await render(spec, (view) => view.toSVG()));
}

/** Lays a chart out, hands it to `show`, and gives back what comes of that. */
export type Render = <Shown>(spec: TopLevelSpec, show: (view: View) => Promise<Shown>) => Promise<Shown>;

let renderer: Promise<Render> | undefined;

/** Loads Vega once, on first use: it takes a quarter of a second, and few commands draw. */
export function loadRenderer(): Promise<Render> {
  renderer ??= (async () => {
    const [vega, vegaLite, font] = await Promise.all([import("vega"), import("vega-lite"), readFont()]);

    // Without a canvas Vega only guesses at the width of a text; with one its answer depends on the machine.
    const textWidth = textWidthOf(font);
    vega.textMetrics.width = (item, text) => textWidth(unguarded(text), vega.textMetrics.height(item));

    const draw: Render = async (spec, show) => {
      // Ids of clip paths count up within a process.
      vega.resetSVGDefIds();
      // A copy also because Vega marks the data that it is given.
      const view = new vega.View(vega.parse(vegaLite.compile(guarded(spec)).spec), {
        renderer: "none",
      });
      try {
        return await show(view);
      } finally {
        view.finalize();
      }
    };
    // One after the other, also for studies that finish at once: of two charts under way, the ids would mix.
    let previous: Promise<unknown> = Promise.resolve();
    return (spec, show) => {
      const shown = previous.then(() => draw(spec, show));
      previous = shown.catch(() => {});
      return shown;
    };
  })();
  return renderer;
}
