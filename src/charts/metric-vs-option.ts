import type { TopLevelSpec } from "vega-lite";
import { type MeasuredPoint, measuredPoints } from "../analysis/measured-points.ts";
import { type OptionFamily, optionFamilies } from "../analysis/option-families.ts";
import { greatestOf, leastOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import { primaryMetric } from "../metrics/registry.ts";
import { heading, headingOfAll } from "../metrics/words.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { layerStyles, methodColorScale, methodsIn } from "./parts/palette.ts";
import { logTicks, metricChannel } from "./parts/scales.ts";
import { config, facetColumns, ink, methodLegend, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, subject } from "./parts/titles.ts";

/** Panels, and lines of one: more are left out, and the subtitle says so. */
const MOST_PANELS = 8;
const MOST_SPARSITIES = 6;
/** Values that span this factor are drawn on a logarithmic axis. */
const WIDE = 10;

export const metricVsOptionChart: Chart = {
  name: "metric-vs-option",
  summary: "Accuracy, loss or the first metric of your own against an option that methods differ in.",
  caption:
    "A line joins methods that differ in nothing but the option. Points without one differ in other options too, and what " +
    "moves them may be those.",

  draw: metricVsOption,
};

/**
 * The first metric of the study's own, and the primary metric, against each option with a number that methods differ in
 * which are otherwise of the same kind: a panel a metric and option, its axis logarithmic where values span a factor of
 * 10. Undefined without such methods.
 */
export function metricVsOption(
  { results, metrics = [], labels }: Pick<ChartData, "results" | "metrics" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. A panel for each metric and option.
  const families = optionFamilies(results);
  const shownMetrics = [...metrics.slice(0, 1), primaryMetric(results)];
  const all = shownMetrics.flatMap((metric) =>
    families.flatMap((family) => {
      const points = pointsOf(family, results, metric);
      return points.length < 2 ? [] : [{ metric, family, points }];
    }),
  );
  if (all.length === 0) return undefined;
  const panels = all.slice(0, MOST_PANELS);

  // 2. Colors: of the methods, or of the sparsities where methods have several.
  const sparsities = [...new Set(panels.flatMap(({ points }) => points.map(({ sparsity }) => sparsity)))];
  const bySparsity = panels.some(({ points }) => points.some(({ several }) => several));
  const lines = sparsities.sort((a, b) => a - b).map((sparsity) => `${percent(sparsity)} pruned`);
  const color = bySparsity
    ? {
        field: "line",
        type: "nominal" as const,
        scale: { domain: lines, range: layerStyles(lines.length).map(({ color }) => color) },
        legend: methodLegend(lines, frame),
      }
    : {
        field: "method",
        type: "nominal" as const,
        scale: methodColorScale(methodsIn(results), labels),
        legend: methodLegend(
          methodsIn(results).filter((method) =>
            panels.some(({ points }) => points.some((point) => point.method === method)),
          ),
          frame,
        ),
      };

  // 3. Where they are drawn.
  const { width, height } = plotSize(frame, 260, 190, 0.7);
  return {
    $schema: schema,
    config,
    title: {
      text: `${headingOfAll([...new Set(panels.map(({ metric }) => metric))])} by option: ${subject(results)}`,
      subtitle: [
        ...basis(results, { bands: false, crosses: false }),
        ...(panels.length < all.length ? [`Shown: the first ${panels.length} of ${all.length} panels`] : []),
      ],
    },
    columns: Math.min(
      facetColumns(panels.length, frame),
      panels.length > families.length ? families.length : 4,
    ),
    spacing: { row: 26, column: 34 },
    concat: panels.map(({ metric, family, points }) => {
      const values = points.map(({ value }) => value);
      const isWide = leastOf(values) > 0 && greatestOf(values) >= WIDE * leastOf(values);
      const ticks = [...new Set(values)];
      const y = metricChannel(
        metric,
        heading(metric),
        points.map(({ mean }) => mean),
        { labels, frame },
      );
      return {
        width,
        height,
        title: {
          text: `${family.option} of ${family.member}`,
          fontSize: 13,
          anchor: "middle" as const,
          offset: 8,
        },
        data: {
          values: points.map((point) => ({
            ...point,
            line: `${percent(point.sparsity)} pruned`,
            y: y.position(point.mean),
          })),
        },
        encoding: {
          x: {
            field: "value",
            type: "quantitative" as const,
            scale: isWide
              ? { type: "log" as const, domain: logTicks(values).domain, nice: false }
              : { zero: false, padding: 12 },
            axis: {
              title: isWide ? `${family.option}, log scale` : family.option,
              values: ticks,
              // As the config has them.
              format: ".12~g",
              labelOverlap: "greedy" as const,
              labelFlush: false,
            },
          },
          y: { field: "y", type: "quantitative" as const, scale: y.scale, axis: y.axis },
        },
        layer: [
          {
            mark: { type: "line" as const, strokeWidth: 1.6, ...(bySparsity ? {} : { color: ink.muted }) },
            encoding: {
              detail: { field: "series" },
              ...(bySparsity ? { color } : {}),
              description: { value: `${family.option} of ${family.member}` },
            },
          },
          {
            mark: { type: "point" as const, filled: true, opacity: 1, size: 52 },
            encoding: { color, description: { field: "label" } },
          },
        ],
      };
    }),
  };
}

/** The points of a panel, those of a line together. */
function pointsOf({ option, values }: OptionFamily, results: readonly ResultRow[], metric: Metric) {
  const methods = new Map(values.map((value) => [value.method, value]));
  const measured = measuredPoints(
    results.filter(({ method, target_sparsity }) => methods.has(method) && target_sparsity > 0),
    metric,
  );
  const several = [...groupBy(measured, ({ method }) => method).values()].some((points) => points.length > 1);
  const shown = shownSparsities(measured);
  return measured.flatMap((point) => {
    const of = methods.get(point.method);
    const { mean } = point.recovered;
    if (of === undefined || mean === null || (several && !shown.has(point.sparsity))) return [];
    const { method, sparsity } = point;
    const text = `${option} ${of.value}, ${measureText(metric, point.recovered)} at ${percent(sparsity)} pruned`;
    return [
      {
        method,
        sparsity,
        several,
        value: of.value,
        mean,
        series: JSON.stringify([of.others, several ? sparsity : ""]),
        label: markLabel(method, text),
      },
    ];
  });
}

/** The sparsities that several methods have, or as many as have a line. */
function shownSparsities(points: readonly MeasuredPoint[]): Set<number> {
  const common = [...groupBy(points, ({ sparsity }) => sparsity)]
    .filter(([, of]) => of.length > 1)
    .map(([sparsity]) => sparsity)
    .sort((a, b) => a - b);
  return new Set(common.slice(-MOST_SPARSITIES));
}
