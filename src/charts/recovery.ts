import type { TopLevelSpec } from "vega-lite";
import type { Chart, ChartData } from "./chart.ts";
import { curvesOf } from "./parts/curve.ts";
import { denseControl } from "./parts/dense-control.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { methodChannels } from "./parts/palette.ts";
import { metricChannel, prunedChannel } from "./parts/scales.ts";
import { config, facetColumns, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, recoveryNoun, subject } from "./parts/titles.ts";

export const recoveryChart: Chart = {
  name: "recovery",
  summary: "Test accuracy or loss before and after fine-tuning, joined by a line, a panel a method.",
  caption: ({ noun }) =>
    `Each line leads from the ${noun} right after pruning (hollow) to the one after the network was trained on (filled).`,

  draw: recovery,
};

/**
 * What fine-tuning gives back: test accuracy before (hollow) and after it (filled) at each sparsity, a panel a
 * method, the dense control as a rule. Undefined without fine-tuning.
 */
export function recovery(
  { results, labels }: Pick<ChartData, "results" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const curves = curvesOf(results);
  if (curves === undefined || !curves.recovers) return undefined;
  const { metric, methods, control } = curves;
  const noun = recoveryNoun(results);
  const pairs = curves.points.flatMap(({ method, sparsity, pruned, recovered }) => {
    if (pruned.mean === null || recovered.mean === null) return [];
    const label = `${percent(sparsity)} pruned, ${measureText(metric, pruned)} before ${noun}, ${measureText(metric, recovered)} after`;
    return [
      { method, sparsity, before: pruned.mean, after: recovered.mean, label: markLabel(method, label) },
    ];
  });
  if (pairs.length === 0) return undefined;
  const x = prunedChannel(
    pairs.map(({ sparsity }) => sparsity),
    { labels, frame },
  );
  const y = metricChannel(
    metric,
    curves.title,
    [...pairs.flatMap(({ before, after }) => [before, after]), ...(control === null ? [] : [control])],
    { labels, frame },
  );
  const { color, shape } = methodChannels(methods, { labels, legend: null });
  const panel = plotSize(frame, methods.length > 2 ? 250 : 330, 220);
  const dense = denseControl(metric, control, { position: y.position, width: panel.width });
  return {
    $schema: schema,
    config,
    title: {
      text: `Before and after ${noun}: ${subject(results)}`,
      subtitle: [
        `${y.axis.title}; hollow: pruned, filled: ${noun === "recovery" ? "recovered" : "fine-tuned"}${control === null ? "" : "; dashed: the dense control"}`,
        ...basis(results, { bands: false, crosses: false }),
      ],
    },
    data: {
      values: pairs.map((pair) => ({
        ...pair,
        x: x.position(pair.sparsity),
        y_before: y.position(pair.before),
        y_after: y.position(pair.after),
        ...dense.values,
      })),
    },
    facet: { field: "method", type: "nominal", sort: [...methods], header: { title: null } },
    columns: facetColumns(methods.length, frame),
    spacing: 24,
    resolve: { axis: { x: "independent" } },
    spec: {
      ...panel,
      encoding: {
        x: { field: "x", type: "quantitative", scale: x.scale, axis: x.axis },
        y: {
          type: "quantitative",
          scale: y.scale,
          axis: { ...y.axis, ...(isPrinted(frame) ? {} : { title: null }) },
        },
        description: { field: "label" },
      },
      layer: [
        ...dense.rules,
        {
          mark: { type: "rule", strokeWidth: 2, opacity: 0.55 },
          encoding: { y: { field: "y_before" }, y2: { field: "y_after" }, color },
        },
        {
          mark: { type: "point", filled: true, fill: "white", opacity: 1, size: 44, strokeWidth: 1.6 },
          encoding: { y: { field: "y_before" }, stroke: color, shape },
        },
        {
          mark: { type: "point", filled: true, opacity: 1, size: 54 },
          encoding: { y: { field: "y_after" }, color, shape },
        },
      ],
    },
  };
}
