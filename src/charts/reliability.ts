import type { TopLevelSpec } from "vega-lite";
import { meanInterval, present } from "../analysis/statistics/mean-interval.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { CalibrationRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { lineDashes, methodChannels, methodsIn } from "./parts/palette.ts";
import { config, facetColumns, ink, methodLegend, schema } from "./parts/theme.ts";
import { count, markLabel, percent, subject } from "./parts/titles.ts";

export const reliabilityChart: Chart = {
  name: "reliability",
  mostSparsities: 9,
  summary: "Reliability diagram: accuracy against confidence in 15 bins, a panel a sparsity.",
  caption:
    "On the diagonal a network is right as often as it is sure; below it, it is too sure. Larger marks stand for more test examples (Guo et al. 2017). results.csv has the expected calibration error as ece.",
  draw: reliability,
};

/** Fewer examples than this part of all say little of a bin. */
const LEAST_SHARE = 0.002;

/**
 * Accuracy against mean confidence by bin, over the test examples of all seeds together, after recovery. Undefined unless
 * the calibration was measured.
 */
export function reliability(
  { results, evaluation, labels }: Pick<ChartData, "results" | "evaluation" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const rows = evaluation?.calibration ?? [];
  const points = [
    ...groupBy(rows, (row) => JSON.stringify([row.method, row.target_sparsity])).values(),
  ].flatMap(pooledBins);
  if (points.length === 0) return undefined;
  const methods = methodsIn(results);
  const panels = new Set(points.map(({ sparsity }) => sparsity)).size;
  const errors = groupBy(results, (row) => JSON.stringify([row.method, row.target_sparsity]));
  const eceOf = (method: string, sparsity: number) =>
    meanInterval(present((errors.get(JSON.stringify([method, sparsity])) ?? []).map(({ ece = null }) => ece)))
      .mean;
  const dashes = lineDashes(methods, labels);
  const { color, shape } = methodChannels(methods, { labels, legend: methodLegend(methods, frame) });
  const axis = (title: string) => ({ title, format: "%", tickCount: 5, labelFlush: false });
  const scale = { domain: [0, 1] };
  const seeds = new Set(rows.map((row) => row.seed)).size;
  return {
    $schema: schema,
    config,
    title: {
      text: `Accuracy against confidence: ${subject(results)}`,
      subtitle: `Test examples of ${count(seeds, "seed")} in 15 bins of confidence; on the diagonal a network is calibrated`,
    },
    data: {
      values: points.map((point) => {
        const ece = eceOf(point.method, point.sparsity);
        return {
          ...point,
          line: dashes.of(point.method),
          label: markLabel(
            point.method,
            `${percent(point.sparsity)} pruned, confidence ${point.confidence.toFixed(3)}, accuracy ${point.accuracy.toFixed(3)}, ${percent(Number(point.share.toFixed(4)))} of the examples` +
              (ece === null ? "" : `; calibration error ${ece.toFixed(4)}`),
          ),
        };
      }),
    },
    facet: {
      field: "sparsity",
      type: "ordinal",
      header: { title: null, labelExpr: "format(100 * datum.value, '.6~r') + '% pruned'" },
    },
    columns: facetColumns(panels, frame),
    spacing: 24,
    spec: {
      ...plotSize(frame, 190, 190),
      layer: [
        {
          data: {
            values: [
              { confidence: 0, accuracy: 0 },
              { confidence: 1, accuracy: 1 },
            ],
          },
          mark: { type: "line", color: ink.pruned, strokeWidth: 1, aria: false },
          encoding: {
            x: { field: "confidence", type: "quantitative", scale, axis: axis("Confidence") },
            y: { field: "accuracy", type: "quantitative", scale, axis: axis("Accuracy") },
          },
        },
        {
          mark: { type: "line", strokeWidth: 1.5 },
          encoding: {
            x: { field: "confidence", type: "quantitative", scale },
            y: { field: "accuracy", type: "quantitative", scale },
            color,
            strokeDash: dashes.channel,
            description: { field: "label" },
          },
        },
        {
          mark: { type: "point", filled: true, opacity: 0.9 },
          encoding: {
            x: { field: "confidence", type: "quantitative", scale },
            y: { field: "accuracy", type: "quantitative", scale },
            size: {
              field: "share",
              type: "quantitative",
              scale: { domain: [0, 1], range: [12, 160] },
              legend: null,
            },
            color,
            shape,
            description: { field: "label" },
          },
        },
      ],
    },
  };
}

/** The bins of one (method, sparsity) over all seeds, without those that almost nothing is in. */
function pooledBins(rows: readonly CalibrationRow[]) {
  const all = rows.reduce((sum, { examples }) => sum + (examples ?? 0), 0);
  return [...groupBy(rows, ({ bin }) => bin)].flatMap(([bin, seeds]) => {
    const filled = seeds.flatMap(({ examples, confidence, accuracy }) =>
      examples === null || confidence === null || accuracy === null
        ? []
        : [{ examples, sure: examples * confidence, right: examples * accuracy }],
    );
    const sum = (key: "examples" | "sure" | "right") => filled.reduce((total, of) => total + of[key], 0);
    const examples = sum("examples");
    const [first] = seeds;
    if (first === undefined || examples === 0 || examples < LEAST_SHARE * all) return [];
    return [
      {
        method: first.method,
        sparsity: first.target_sparsity,
        bin,
        share: examples / all,
        confidence: sum("sure") / examples,
        accuracy: sum("right") / examples,
      },
    ];
  });
}
