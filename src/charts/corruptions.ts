import type { TopLevelSpec } from "vega-lite";
import { present } from "../analysis/statistics/mean-interval.ts";
import { metricInterval } from "../analysis/statistics/metric-interval.ts";
import { groupBy } from "../foundations/group-by.ts";
import { figureOf, primaryMetric } from "../metrics/registry.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { lineDashes, methodChannels, methodsIn } from "./parts/palette.ts";
import { metricChannel } from "./parts/scales.ts";
import { config, methodLegend, schema } from "./parts/theme.ts";
import { count, markLabel, measureText, percent, subject } from "./parts/titles.ts";

export const corruptionsChart: Chart = {
  name: "corruptions",
  mostSparsities: 4,
  summary: "Accuracy on damaged test images against severity, a column a corruption, a row a sparsity.",
  caption:
    "Severity 0 is the test set as it is. Networks that agree there may differ on damaged images; corruptions.csv has every figure.",
  draw: corruptionsBySeverity,
};

/**
 * The primary metric on damaged test images by severity, from the test set as it is, the mean over the seeds. Undefined
 * unless corruptions were measured.
 */
export function corruptionsBySeverity(
  { results, evaluation, labels }: Pick<ChartData, "results" | "evaluation" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. Points: each corruption from the undamaged test set on.
  const metric = primaryMetric(results);
  const rows = evaluation?.corruptions ?? [];
  const corruptions = [...new Set(rows.map(({ corruption }) => corruption))];
  const all = [
    ...rows.map((row) => ({ ...row, value: figureOf(metric.figures.recovered, row) })),
    ...results.flatMap(({ method, target_sparsity, ...row }) =>
      corruptions.map((corruption) => ({
        method,
        target_sparsity,
        corruption,
        severity: 0,
        value: figureOf(metric.figures.recovered, row),
      })),
    ),
  ];
  const cells = groupBy(all, (row) =>
    JSON.stringify([row.method, row.target_sparsity, row.corruption, row.severity]),
  );
  const points = [...cells.values()].flatMap((seeds) => {
    const [first] = seeds;
    const { n, mean, ci95 } = metricInterval(
      metric,
      present(seeds.map(({ value }) => value)),
      results[0]?.test_examples ?? 1,
    );
    if (first === undefined || mean === null) return [];
    const { method, target_sparsity: sparsity, corruption, severity } = first;
    return [{ method, sparsity, corruption, severity, n, mean, ci95 }];
  });
  if (points.length === 0) return undefined;

  // 2. Where they are drawn.
  const methods = methodsIn(results);
  const y = metricChannel(
    metric,
    `Test ${metric.noun}`,
    points.map(({ mean }) => mean),
    { labels, frame },
  );
  const dashes = lineDashes(methods, labels);
  const { color, shape } = methodChannels(methods, { labels, legend: methodLegend(methods, frame) });
  const seeds = new Set(results.map((row) => row.seed)).size;
  const sparsities = [...new Set(points.map(({ sparsity }) => sparsity))].sort((a, b) => a - b);
  return {
    $schema: schema,
    config,
    title: {
      text: `Test ${metric.noun} on damaged images: ${subject(results)}`,
      subtitle: `${y.axis.title}; ${seeds === 1 ? "one seed" : `mean of ${count(seeds, "seed")}`}`,
    },
    data: {
      values: points.map(({ ci95, ...point }) => ({
        ...point,
        panel: `${percent(point.sparsity)} pruned`,
        line: dashes.of(point.method),
        y: y.position(point.mean),
        label: markLabel(
          point.method,
          `${percent(point.sparsity)} pruned, ${point.corruption} ${point.severity}: ${measureText(metric, { mean: point.mean, ci95 })}`,
        ),
      })),
    },
    facet: {
      column: { field: "corruption", type: "nominal", sort: corruptions, header: { title: null } },
      row: {
        field: "panel",
        type: "nominal",
        sort: sparsities.map((sparsity) => `${percent(sparsity)} pruned`),
        header: { title: null },
      },
    },
    spacing: 16,
    spec: {
      ...plotSize(frame, 150, 130),
      encoding: {
        x: {
          field: "severity",
          type: "quantitative",
          scale: { nice: false },
          axis: {
            title: "Severity",
            format: "d",
            tickMinStep: 1,
            tickCount: 5,
            labelFlush: false,
            grid: false,
          },
        },
        y: {
          field: "y",
          type: "quantitative",
          scale: y.scale,
          axis: { ...y.axis, ...(isPrinted(frame) ? {} : { title: null }) },
        },
        color,
        description: { field: "label" },
      },
      layer: [
        { mark: { type: "line", strokeWidth: 2 }, encoding: { strokeDash: dashes.channel } },
        { mark: { type: "point", filled: true, opacity: 1, size: 24 }, encoding: { shape } },
      ],
    },
  };
}
