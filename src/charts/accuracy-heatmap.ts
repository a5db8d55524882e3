import type { TopLevelSpec } from "vega-lite";
import { present } from "../analysis/statistics/mean-interval.ts";
import { extremes } from "../metrics/registry.ts";
import { heading, valueText } from "../metrics/words.ts";
import type { Chart, ChartData } from "./chart.ts";
import { axisTitle } from "./labels.ts";
import { curvesOf } from "./parts/curve.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { metricScale, scaleText } from "./parts/scales.ts";
import { config, heat, ink, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, recoveryNoun, subject } from "./parts/titles.ts";

export const accuracyHeatmapChart: Chart = {
  name: "accuracy-heatmap",
  mostSparsities: 24,
  summary: "The same as a table of colors, a row a method, a column a sparsity.",
  caption: "The figures of the first chart as a table.",
  colors: "heat",
  draw: accuracyHeatmap,
};

/**
 * Test accuracy after recovery as a table of colors, a row a method and a column a sparsity; the darker the
 * better, on the scale of the other charts. Undefined without any measure.
 */
export function accuracyHeatmap(
  { results, labels }: Pick<ChartData, "results" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const curves = curvesOf(results);
  if (curves === undefined) return undefined;
  const { metric, methods, recovers } = curves;
  const means = present(curves.points.map(({ recovered }) => recovered.mean));
  if (means.length === 0) return undefined;
  const { position } = metricScale(metric, means);
  const ends = extremes(metric, means);
  const place = (value: number) => (metric.axis === "linear" ? position(value) : Math.log(position(value)));
  const [worst, best] = [place(ends.worst), place(ends.best)];
  const sparsities = [...new Set(curves.points.map(({ sparsity }) => sparsity))].sort((a, b) => a - b);
  const cells = curves.points.map(({ method, sparsity, recovered, collapsed }) => {
    const { mean } = recovered;
    const fraction = mean === null || worst === best ? null : (worst - place(mean)) / (worst - best);
    return {
      method,
      sparsity: percent(sparsity),
      mean,
      fraction,
      text: mean === null ? "diverged" : valueText(metric, mean, "coarse") + (collapsed > 0 ? " ×" : ""),
      label: markLabel(method, `${percent(sparsity)} pruned, ${measureText(metric, recovered)}`),
    };
  });
  const columnWidth = plotSize(frame, 58, 34, 0.58).width;
  return {
    $schema: schema,
    config,
    width: columnWidth * sparsities.length,
    height: 34 * methods.length,
    title: {
      text: `${curves.title} by method and sparsity: ${subject(results)}`,
      subtitle: [
        `${metric.unit === "%" ? "Percent" : heading(metric)}${recovers ? ` after ${recoveryNoun(results)}` : ""}; the darker the better, ${scaleText(metric)}`,
        ...basis(results, { bands: false, crosses: true }),
      ],
    },
    data: { values: cells },
    encoding: {
      x: {
        field: "sparsity",
        type: "ordinal",
        sort: sparsities.map(percent),
        axis: {
          title: axisTitle(labels, "sparsity", "Weights pruned"),
          labelAngle: 0,
          grid: false,
          domain: false,
          ticks: false,
          labelPadding: 8,
          labelOverlap: false,
        },
      },
      y: {
        field: "method",
        type: "nominal",
        sort: [...methods],
        axis: { title: null, grid: false, labelLimit: 0 },
      },
      description: { field: "label" },
    },
    layer: [
      {
        mark: { type: "rect", stroke: "white", strokeWidth: 2 },
        encoding: {
          color: {
            condition: { test: "datum.fraction === null", value: ink.grid },
            field: "fraction",
            type: "quantitative",
            scale: { domain: [0, 1], range: [...heat] },
            legend: null,
          },
        },
      },
      {
        mark: { type: "text", fontSize: 12.5 },
        encoding: {
          text: { field: "text" },
          color: { condition: { test: "datum.fraction > 0.55", value: "white" }, value: ink.text },
        },
      },
    ],
  };
}
