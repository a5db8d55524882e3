import type { TopLevelSpec } from "vega-lite";
import { scannedMethod } from "../analysis/layer-scan.ts";
import type { Chart, ChartData } from "./chart.ts";
import { curvesOf } from "./parts/curve.ts";
import { denseControl } from "./parts/dense-control.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { layerStyles } from "./parts/palette.ts";
import { metricChannel, prunedChannel } from "./parts/scales.ts";
import { config, facetColumns, methodLegend, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, subject } from "./parts/titles.ts";

export const layerSensitivityChart: Chart = {
  name: "layer-sensitivity",
  summary:
    "Test accuracy or loss with one layer pruned and the others whole: a line a layer, a panel a method.",
  caption:
    "A layer whose line falls early is sensitive: what is pruned of it costs more than the same fraction of another layer. " +
    "The sparsity is that of the layer alone.",

  draw: layerSensitivity,
};

/**
 * The primary metric after recovery against the sparsity of the only layer that is pruned, a line for each layer, a panel
 * for each method, the dense control as a rule. Undefined for what is no scan by layer.
 */
export function layerSensitivity(
  { results, labels }: Pick<ChartData, "results" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const rows = results.filter(({ layer }) => layer !== undefined && layer !== null);
  const curves = rows.length === 0 ? undefined : curvesOf(rows);
  if (curves === undefined) return undefined;
  const { metric, control } = curves;
  const scanned = new Map(rows.map((row) => [row.method, scannedMethod(row)]));
  const points = curves.points.flatMap(({ method: name, sparsity, recovered: { mean, ci95 } }) => {
    const of = scanned.get(name);
    if (of === undefined || mean === null) return [];
    const text = `${of.layer} alone, ${percent(sparsity)} of it pruned, ${measureText(metric, { mean, ci95 })}`;
    return [{ ...of, sparsity, mean, label: markLabel(name, text) }];
  });
  if (points.length === 0) return undefined;
  const layers = [...new Set(points.map(({ layer }) => layer))];
  const methods = [...new Set(points.map(({ method }) => method))];
  const x = prunedChannel(
    points.map(({ sparsity }) => sparsity),
    { labels, frame },
  );
  const y = metricChannel(
    metric,
    curves.title,
    [...points.map(({ mean }) => mean), ...(control === null ? [] : [control])],
    { labels, frame },
  );
  const styles = layerStyles(layers.length);
  const legend = methodLegend(layers, frame);
  const channel = <Value>(range: readonly Value[]) =>
    ({ field: "layer", type: "nominal", scale: { domain: layers, range: [...range] }, legend }) as const;
  const color = channel(styles.map((style) => style.color));
  const panel = plotSize(frame, methods.length > 2 ? 250 : 330, 240);
  const dense = denseControl(metric, control, { position: y.position, width: panel.width });
  return {
    $schema: schema,
    config,
    title: {
      text: `One layer pruned, the others whole: ${subject(results)}`,
      subtitle: [
        `${y.axis.title}${control === null ? "" : "; dashed: the dense control"}`,
        ...basis(results, { bands: false, crosses: false }),
      ],
    },
    data: {
      values: points.map((point) => ({
        ...point,
        x: x.position(point.sparsity),
        y: y.position(point.mean),
        ...dense.values,
      })),
    },
    facet: { field: "method", type: "nominal", sort: methods, header: { title: null } },
    columns: facetColumns(methods.length, frame),
    spacing: 24,
    resolve: { axis: { x: "independent" } },
    spec: {
      ...panel,
      encoding: {
        x: { field: "x", type: "quantitative", scale: x.scale, axis: x.axis },
        y: {
          field: "y",
          type: "quantitative",
          scale: y.scale,
          axis: { ...y.axis, ...(isPrinted(frame) ? {} : { title: null }) },
        },
        description: { field: "label" },
      },
      layer: [
        ...dense.rules,
        { mark: { type: "line" }, encoding: { color } },
        {
          mark: { type: "point", filled: true, opacity: 1, size: 44 },
          encoding: { color, shape: channel(styles.map((style) => style.shape)) },
        },
      ],
    },
  };
}
