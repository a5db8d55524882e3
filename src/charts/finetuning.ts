import type { TopLevelSpec } from "vega-lite";
import { meanInterval, present } from "../analysis/statistics/mean-interval.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { Figure, Metric } from "../metrics/metric.ts";
import { figureOf, metrics } from "../metrics/registry.ts";
import { improves } from "../metrics/words.ts";
import type { HistoryRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { axisTitle } from "./labels.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { lineDashes, methodChannels } from "./parts/palette.ts";
import { metricChannel } from "./parts/scales.ts";
import { config, facetColumns, methodLegend, schema } from "./parts/theme.ts";
import { count, subject } from "./parts/titles.ts";

/** What is drawn over the epochs: the first that the history has, on validation examples if there are any. */
function finetuningMeasure(rows: readonly HistoryRow[]) {
  const measure = (title: string, metric: Metric, figure: Figure | undefined) =>
    figure === undefined
      ? []
      : [{ title: `${title} ${metric.noun}`, metric, value: (row: HistoryRow) => figureOf(figure, row) }];
  const measures = [
    ...metrics.list().flatMap((metric) => measure("Validation", metric, metric.history.validation)),
    ...metrics.list().flatMap((metric) => measure("Training", metric, metric.history.training)),
  ];
  return measures.find(({ value }) => rows.some((row) => value(row) !== null));
}

export const finetuningChart: Chart = {
  name: "finetuning",
  mostSparsities: 24,
  summary: "Validation accuracy or loss by epoch of fine-tuning, a panel a sparsity.",
  caption: (metric) => `Where a line still ${improves(metric)} at its end, more epochs may help.`,

  draw: finetuning,
};

/**
 * Fine-tuning curves: validation accuracy by epoch, the mean over the seeds, a panel for each sparsity. Without
 * accuracies it shows the validation loss, without validation examples the training loss. Undefined without
 * fine-tuning.
 */
export function finetuning(
  { results, history, labels }: Pick<ChartData, "results" | "history" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. Points: the mean over the seeds.
  const rows = history.filter((row) => row.phase === "finetune");
  const measure = finetuningMeasure(rows);
  if (measure === undefined) return undefined;
  const cells = groupBy(rows, (row) => JSON.stringify([row.method, row.target_sparsity, row.epoch]));
  const points = [...cells.values()].flatMap((seeds) => {
    const [first] = seeds;
    const { n, mean } = meanInterval(present(seeds.map(measure.value)));
    if (first === undefined || mean === null) return [];
    return [
      { method: first.method ?? "", sparsity: first.target_sparsity ?? 0, epoch: first.epoch, n, mean },
    ];
  });

  // 2. Where they are drawn.
  const methods = [...new Set(points.map(({ method }) => method))];
  const panels = new Set(points.map(({ sparsity }) => sparsity)).size;
  const y = metricChannel(
    measure.metric,
    measure.title,
    points.map(({ mean }) => mean),
    { labels, frame },
  );
  const seeds = new Set(rows.map((row) => row.seed)).size;
  const lines = lineDashes(methods, labels);
  const { color, shape } = methodChannels(methods, { labels, legend: methodLegend(methods, frame) });
  return {
    $schema: schema,
    config,
    title: {
      text: `Fine-tuning by sparsity: ${subject(results)}`,
      subtitle: `${y.axis.title}; ${seeds === 1 ? "one seed" : `mean of ${count(seeds, "seed")}`}`,
    },
    data: {
      values: points.map((point) => ({
        ...point,
        line: lines.of(point.method),
        y: y.position(point.mean),
      })),
    },
    facet: {
      field: "sparsity",
      type: "ordinal",
      header: { title: null, labelExpr: "format(100 * datum.value, '.6~r') + '% pruned'" },
    },
    columns: facetColumns(panels, frame),
    spacing: 24,
    resolve: { axis: { x: "independent" } },
    spec: {
      ...plotSize(frame, 200, 150),
      encoding: {
        x: {
          field: "epoch",
          type: "quantitative",
          scale: { nice: false },
          axis: {
            title: axisTitle(labels, "epoch", "Epoch"),
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
      },
      layer: [
        {
          mark: { type: "line", strokeWidth: 2 },
          encoding: { strokeDash: lines.channel },
        },
        {
          mark: { type: "point", filled: true, opacity: 1, size: 24 },
          encoding: { shape },
        },
      ],
    },
  };
}
