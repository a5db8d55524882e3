import type { TopLevelSpec } from "vega-lite";
import { measuredPoints } from "../analysis/measured-points.ts";
import type { Metric } from "../metrics/metric.ts";
import { primaryMetric, sign } from "../metrics/registry.ts";
import { heading, measured } from "../metrics/words.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { methodChannels, methodsIn } from "./parts/palette.ts";
import { metricChannel, prunedChannel } from "./parts/scales.ts";
import { config, facetColumns, heat, methodLegend, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, subject } from "./parts/titles.ts";

export const sparsityByMetricChart: Chart = {
  name: "sparsity-by-metric",
  summary: "Accuracy or loss against the weights pruned, each network in the color of a metric of your own.",
  caption:
    "The darker the better; shades are ranks, about as many networks have each. Where they change from bottom to top, the " +
    "metric tells networks of one size apart.",
  colors: "heat",

  draw: sparsityByMetric,
};

/**
 * The primary metric against sparsity, a point a network, in shades of each metric of the study's own, a panel each.
 * Undefined without any.
 */
export function sparsityByMetric(
  { results, metrics = [], labels }: Pick<ChartData, "results" | "metrics" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const primary = primaryMetric(results);
  const panels = metrics.flatMap((metric) => {
    const points = pointsOf(results, primary, metric);
    return points.length < 2
      ? []
      : [
          {
            metric,
            points,
            classes: classesOf(
              metric,
              points.map(({ worth }) => worth),
            ),
          },
        ];
  });
  if (panels.length === 0) return undefined;
  const everything = panels.flatMap(({ points }) => points);
  const x = prunedChannel(
    everything.map(({ sparsity }) => sparsity),
    { labels, frame },
  );
  const y = metricChannel(
    primary,
    `Test ${primary.noun}`,
    everything.map(({ mean }) => mean),
    { labels, frame },
  );
  const methods = methodsIn(results);
  const legend = {
    ...methodLegend(methods, frame),
    orient: "bottom" as const,
    symbolFillColor: "transparent",
  };
  const { color, shape } = methodChannels(methods, { labels, legend });
  const { width, height } = plotSize(
    frame,
    panels.length === 1 ? 560 : 340,
    300,
    panels.length === 1 ? 0.45 : 0.7,
  );
  return {
    $schema: schema,
    config,
    title: {
      text: `Test ${primary.noun} against sparsity, by ${panels.map(({ metric }) => metric.noun).join(", ")}: ${subject(results)}`,
      subtitle: [
        ...basis(results, { bands: false, crosses: false }),
        "Filled the darker the better, each in the outline of its method",
      ],
    },
    columns: facetColumns(panels.length, frame),
    spacing: { row: 30, column: 30 },
    resolve: { scale: { fill: "independent" } },
    concat: panels.map(({ metric, points, classes }) => ({
      width,
      height,
      title: { text: heading(metric), fontSize: 13, anchor: "middle" as const, offset: 8 },
      data: {
        values: points.map((point) => ({
          ...point,
          class: classes.of(point.worth),
          x: x.position(point.sparsity),
          y: y.position(point.mean),
        })),
      },
      mark: { type: "point" as const, filled: true, opacity: 1, size: 110, strokeWidth: 2 },
      encoding: {
        x: { field: "x", type: "quantitative" as const, scale: x.scale, axis: x.axis },
        y: { field: "y", type: "quantitative" as const, scale: y.scale, axis: y.axis },
        shape,
        stroke: color,
        fill: {
          field: "class",
          type: "nominal" as const,
          scale: { domain: classes.names, range: classes.colors },
          legend: { ...methodLegend(classes.names, frame), symbolType: "circle", symbolSize: 110 },
        },
        description: { field: "label" },
      },
    })),
  };
}

function pointsOf(results: readonly ResultRow[], primary: Metric, metric: Metric) {
  const worths = new Map(
    measuredPoints(results, metric).map(({ method, sparsity, recovered }) => [
      JSON.stringify([method, sparsity]),
      recovered,
    ]),
  );
  return measuredPoints(results, primary).flatMap(({ method, sparsity, recovered }) => {
    const { mean } = recovered;
    const other = worths.get(JSON.stringify([method, sparsity]));
    if (mean === null || other?.mean == null) return [];
    const text = `${percent(sparsity)} pruned, ${measureText(primary, recovered)}, ${metric.noun} ${measureText(metric, other)}`;
    return [{ method, sparsity, mean, worth: other.mean, label: markLabel(method, text) }];
  });
}

/** Values by rank in so many classes as there are shades, the better the darker, each named by the values that it has. */
function classesOf(metric: Metric, values: readonly number[]) {
  const worst = [...new Set(values)].sort((a, b) => sign(metric) * (a - b));
  const count = Math.min(heat.length, worst.length);
  const classOf = (value: number) => Math.floor((worst.indexOf(value) * count) / worst.length);
  const names = Array.from({ length: count }, (_, i) => {
    const own = worst.filter((value) => classOf(value) === i).sort((a, b) => a - b);
    const ends = [own[0] ?? 0, own.at(-1) ?? 0].map((value) => measured(metric, value, "coarse"));
    return [...new Set(ends)].join(" to ");
  });
  return {
    names: [...new Set(names)],
    colors: names.map((_, i) => heat[heat.length - count + i] ?? heat[0]),
    of: (value: number) => names[classOf(value)],
  };
}
