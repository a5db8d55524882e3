import type { TopLevelSpec } from "vega-lite";
import { type MeasuredPoint, measuredPoints } from "../analysis/measured-points.ts";
import { greatestOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import { primaryMetric, sign } from "../metrics/registry.ts";
import { columnHeading, heading, headingOfAll, measured } from "../metrics/words.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { axisTitle } from "./labels.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { methodColorScale, methodsIn } from "./parts/palette.ts";
import { config, facetColumns, ink, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, subject } from "./parts/titles.ts";

/** Pixels of a character in the figures behind the bars. */
const CHARACTER = 6.4;

export const metricBarsChart: Chart = {
  name: "metric-bars",
  summary:
    "A bar a method for each metric of your own, at the sparsity where it is best; and of accuracy or loss where each " +
    "method has one sparsity.",
  caption:
    "The best of each method over its sparsities, the best method on top. A dashed rule is the best that the metric can be.",

  draw: metricBars,
};

/**
 * A bar a method, at the sparsity where its metric is best, a panel a metric: those of the study's own, and the primary
 * metric where every method has a single sparsity, since otherwise its best is the least pruned network. Undefined without
 * any of these, and for a single method.
 */
export function metricBars(
  { results, metrics = [], labels }: Pick<ChartData, "results" | "metrics" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. The best point of each method, by each metric.
  const primary = primaryMetric(results);
  const single = [...prunedPoints(results, primary).values()].every((points) => points.length === 1);
  const panels = [...(single ? [primary] : []), ...metrics].flatMap((metric) => {
    const best = bestPoints(results, metric);
    return best.some(({ point }) => point.recovered.mean !== null) ? [{ metric, best }] : [];
  });
  const [first] = panels;
  if (first === undefined || first.best.length < 2) return undefined;
  const order = panels.find(({ metric }) => metric !== primary)?.best ?? first.best;
  const bars = panels.flatMap(({ metric, best }) =>
    best.map(({ method, point, several }) => {
      const { mean, ci95 } = point.recovered;
      const where = several ? ` at ${percent(Number(point.sparsity.toPrecision(4)))}` : "";
      return {
        panel: titleOf(metric, labels),
        method,
        value: mean === null ? null : metric.scale * mean,
        low: ci95 === null ? null : metric.scale * ci95.low,
        high: ci95 === null ? null : metric.scale * ci95.high,
        bound: boundOf(metric),
        figure: mean === null ? "diverged" : measured(metric, mean) + where,
        label: markLabel(
          method,
          `${heading(metric)} ${measureText(metric, point.recovered)} at ${percent(point.sparsity)} pruned`,
        ),
      };
    }),
  );

  // 2. Where they are drawn.
  const methods = order.map(({ method }) => method);
  const { width } = plotSize(frame, 260, 0, 0.4);
  const figureWidth = CHARACTER * greatestOf(bars.map(({ figure }) => figure.length));
  return {
    $schema: schema,
    config,
    title: {
      text: `${headingOfAll([...new Set(panels.map(({ metric }) => metric))])} by method: ${subject(results)}`,
      subtitle: basis(results, { bands: false, crosses: false }),
    },
    data: { values: bars },
    facet: {
      field: "panel",
      type: "nominal",
      sort: panels.map(({ metric }) => titleOf(metric, labels)),
      header: { title: null },
    },
    columns: facetColumns(panels.length, frame),
    spacing: { row: 26, column: Math.round(figureWidth) + 30 },
    resolve: { scale: { x: "independent" } },
    spec: {
      width,
      height: 24 * methods.length,
      encoding: {
        y: {
          field: "method",
          type: "nominal",
          sort: methods,
          axis: { title: null, grid: false, labelLimit: 0 },
        },
        description: { field: "label" },
      },
      layer: [
        {
          mark: { type: "bar", height: { band: 0.65 }, opacity: 0.85 },
          encoding: {
            x: {
              field: "value",
              type: "quantitative",
              axis: { title: null, tickCount: 4, labelFlush: false },
            },
            color: {
              field: "method",
              type: "nominal",
              scale: methodColorScale(methodsIn(results), labels),
              legend: null,
            },
          },
        },
        {
          transform: [{ filter: "datum.low !== null" }],
          mark: { type: "rule", color: ink.text, strokeWidth: 1.2 },
          encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
        },
        {
          mark: { type: "rule", color: ink.text, strokeWidth: 1, strokeDash: [3, 2] },
          encoding: {
            x: { aggregate: "max", field: "bound", type: "quantitative" },
            y: { value: 0 },
            y2: { value: "height" },
            description: { value: "the best that it can be" },
          },
        },
        {
          mark: { type: "text", align: "left", baseline: "middle", fontSize: 11, color: ink.text },
          encoding: { x: { value: width + 8 }, text: { field: "figure" } },
        },
      ],
    },
  };
}

/** Of each method what it prunes; of one that prunes nothing what there is. */
function prunedPoints(results: readonly ResultRow[], metric: Metric): Map<string, MeasuredPoint[]> {
  const byMethod = groupBy(measuredPoints(results, metric), ({ method }) => method);
  return new Map(
    [...byMethod].map(([method, points]) => {
      const pruned = points.filter(({ sparsity }) => sparsity > 0);
      return [method, pruned.length > 0 ? pruned : points];
    }),
  );
}

/** Of each method its best point, the best method first, and those that diverged last. */
function bestPoints(results: readonly ResultRow[], metric: Metric) {
  const worth = ({ recovered }: MeasuredPoint) =>
    recovered.mean === null ? Number.NEGATIVE_INFINITY : sign(metric) * recovered.mean;
  return [...prunedPoints(results, metric)]
    .map(([method, points]) => ({
      method,
      point: points.reduce((a, b) => (worth(b) > worth(a) ? b : a)),
      several: points.length > 1,
    }))
    .sort((a, b) => Number(worth(b.point) > worth(a.point)) - Number(worth(b.point) < worth(a.point)));
}

/** The best that a metric can be, as it is shown; null where it has no such bound, or bars begin there. */
function boundOf({ bounds, better, scale }: Metric): number | null {
  const bound = (better === "higher" ? bounds?.highest : bounds?.lowest) ?? 0;
  return bound === 0 ? null : scale * bound;
}

function titleOf(metric: Metric, labels: ChartData["labels"]): string {
  return axisTitle(labels, metric.name, columnHeading(heading(metric), metric));
}
