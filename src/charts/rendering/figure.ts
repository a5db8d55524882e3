import type { TopLevelSpec } from "vega-lite";
import type { Chart, ChartData } from "../chart.ts";
import type { Frame } from "../parts/frame.ts";
import { charts, chartsOf } from "../registry.ts";
import { drawPdf } from "./pdf/draw-pdf.ts";
import { drawSvg, undrawable } from "./render.ts";
import { withinLimits } from "./within-limits.ts";

/** The labels of the axes, in pixels of a chart and in points of the paper. */
const labelPixels = 12;
export const labelPoints = 8;

const pointsPerPixel = labelPoints / labelPixels;

/** Around the drawing, in pixels. */
const padding = 2;

/** Panels narrower than this, of what they are on the screen, go to the next row. */
const narrowPanel = 0.6;

/** Plots are neither wider nor narrower than this, of what they are on the screen. */
const widestPlot = 1.6;
const narrowestPlot = 0.35;

export interface Figure {
  readonly chart: Chart;
  readonly pdf: Uint8Array;
  /** Size of the labels, in points: smaller than it should be where a chart does not fit. */
  readonly textPoints: number;
  /** The width that has room for text of full size, in points. */
  readonly widthNeeded: number;
}

/**
 * Draws every chart that has data as a PDF of this width, in points. A chart is laid out for the width: its text keeps
 * its size, plots become narrower, panels go below each other. Its title and subtitle, which a paper has in its caption,
 * stand in the document's properties.
 */
export async function drawFigures(data: ChartData, width: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const chart of chartsOf(data)) {
    const { data: shown } = withinLimits(data, chart.mostSparsities);
    const figure = await drawFigure(chart, shown, width).catch((error) => {
      throw charts.originOf(chart.name) === undefined ? error : undrawable(chart, error);
    });
    if (figure !== undefined) figures.push(figure);
  }
  return figures;
}

async function drawFigure(chart: Chart, data: ChartData, width: number): Promise<Figure | undefined> {
  const laidOut = await fitted(chart, data, width / pointsPerPixel);
  if (laidOut === undefined) return undefined;
  const { spec, title, size } = laidOut;
  const scale = Math.min(pointsPerPixel, width / size.width);
  const [first = "", ...others] = title;
  const pdf = await drawPdf(spec, {
    page: [width, size.height * scale],
    scale,
    title: first,
    subject: others.join(". "),
  });
  return { chart, pdf, textPoints: scale * labelPixels, widthNeeded: size.width * pointsPerPixel };
}

interface LaidOut {
  readonly spec: TopLevelSpec;
  /** The title and each line of the subtitle, which are not drawn. */
  readonly title: readonly string[];
  /** In pixels. */
  readonly size: { readonly width: number; readonly height: number };
}

/** The chart with as many panels side by side as there is room for. */
async function fitted(chart: Chart, data: ChartData, width: number): Promise<LaidOut | undefined> {
  for (const columns of [Number.POSITIVE_INFINITY, 3, 2]) {
    const least = await layOut(chart, data, { width, columns, scale: narrowPanel });
    if (least === undefined) return undefined;
    const wraps = ("facet" in least.spec || "concat" in least.spec) && "columns" in least.spec;
    if (!wraps || least.size.width <= width) return fittedTo(chart, data, { width, columns });
  }
  return fittedTo(chart, data, { width, columns: 1 });
}

/**
 * The chart at the scale of its plots at which it is as wide as it may be. What does not shrink (text) makes the width
 * a line over the scale, with steps where legends wrap and pixels are whole; two points give the line, and a few more
 * the place.
 */
async function fittedTo(
  chart: Chart,
  data: ChartData,
  room: Pick<Frame, "width" | "columns">,
): Promise<LaidOut | undefined> {
  const at = async (scale: number) => {
    const laidOut = await layOut(chart, data, { ...room, scale });
    return laidOut && { ...laidOut, scale };
  };
  let low = await at(narrowestPlot);
  if (low === undefined || low.size.width > room.width) return low;
  let high = await at(1);
  for (let i = 0; i < 5 && high !== undefined; i++) {
    const slope = (high.size.width - low.size.width) / (high.scale - low.scale);
    if (!(slope > 0)) break;
    const scale = Math.min(widestPlot, low.scale + (room.width - low.size.width) / slope);
    if (Math.abs(scale - low.scale) < 0.005) break;
    const next = await at(scale);
    if (next === undefined) break;
    // One that is a little too wide tells where the line is; one that fits is nearer than the last.
    if (next.size.width <= room.width) low = next;
    else high = next;
    if (room.width - low.size.width < 2) break;
  }
  return low;
}

async function layOut(chart: Chart, data: ChartData, frame: Frame): Promise<LaidOut | undefined> {
  const drawn = chart.draw(data, frame);
  if (drawn === undefined) return undefined;
  const { title, ...untitled } = drawn;
  const spec = { ...untitled, padding } as TopLevelSpec;
  const svg = await drawSvg(spec);
  const [, width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return { spec, title: titleLines(title), size: { width: Number(width), height: Number(height) } };
}

function titleLines(title: TopLevelSpec["title"]): string[] {
  if (typeof title !== "object" || title === null || !("text" in title)) return [String(title ?? "")];
  return [title.text, title.subtitle ?? []].flat().filter((line) => typeof line === "string");
}
