import type { TopLevelSpec } from "vega-lite";
import { present } from "../analysis/statistics/mean-interval.ts";
import { accuracy } from "../metrics/accuracy.ts";
import type { Metric } from "../metrics/metric.ts";
import { heading, measured } from "../metrics/words.ts";
import type { Chart, ChartData } from "./chart.ts";
import { curvesOf } from "./parts/curve.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { MOST_TOGETHER, methodPanels } from "./parts/method-panels.ts";
import { methodChannels, methodStyles } from "./parts/palette.ts";
import { publishedLayers, publishedMarks } from "./parts/published.ts";
import { boundsNear, type MetricScale, metricChannel, prunedChannel, spreadApart } from "./parts/scales.ts";
import { config, ink, methodLegend, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, recoveryNoun, subject } from "./parts/titles.ts";

const labelGap = 17;

const crossShape = "M-1,-1L1,1M1,-1L-1,1";

export const accuracyVsSparsityChart: Chart = {
  name: "accuracy-vs-sparsity",
  summary:
    "Test accuracy or loss against the weights pruned: a line with its 95% confidence band for each method.",
  caption: ({ axis }) =>
    axis === "error"
      ? "Both axes are logarithmic in what is missing to 100%: 98 and 99% pruned stand as far apart as 50 and 75%, and 97 and 98.5% right as far apart as 50 and 75%."
      : "Both axes are logarithmic, that of the sparsities in what is kept: 98 and 99% pruned stand as far apart as 50 and 75%.",

  draw: accuracyVsSparsity,
};

/** The same chart of a metric of the user's own. */
export function ownMetricVsSparsity(metric: Metric): Chart {
  const bounded = metric.bounds?.lowest != null || metric.bounds?.highest != null;
  return {
    name: `${metric.name}-vs-sparsity`,
    summary: `${heading(metric)} against the weights pruned.`,
    caption: `${heading(metric)}, the ${metric.better} the better: ${metric.summary}. The axis of the sparsities is logarithmic in what is kept.${bounded ? " A thin rule is a bound of what is possible." : ""}`,
    metric,
    draw: (data, frame) => accuracyVsSparsity(data, frame, metric),
  };
}

/**
 * The primary metric (test accuracy, or the loss of a regression), or one of the user's `own`, against sparsity: for each method a line with its 95% confidence
 * band, before and after recovery, and the dense baseline as a rule; more than 16 methods have a panel each, without what
 * papers report. Undefined without any measure.
 */
export function accuracyVsSparsity(
  { results, labels, published = [] }: Pick<ChartData, "results" | "labels" | "published">,
  frame: Frame = screen,
  own?: Metric,
): TopLevelSpec | undefined {
  // 1. Points of both stages: mean and interval over the seeds; a mean of null where all diverged.
  const curves = curvesOf(results, own);
  if (curves === undefined) return undefined;
  const { metric, title, methods, recovers, baseline, control } = curves;
  const afterStage = `after ${recoveryNoun(results)}`;
  const beforeStage = `before ${recoveryNoun(results)}`;
  // What is pruned step by step while it is trained has nothing to show right after pruning.
  const showsBefore = recovers && curves.points.some(({ pruned }) => pruned.mean !== null);
  const pointsOf = (stage: string, measure: "pruned" | "recovered") =>
    curves.points.map((point) => ({
      method: point.method,
      stage,
      sparsity: point.sparsity,
      collapsed: point.collapsed,
      ...point[measure],
      label: markLabel(
        point.method,
        `${percent(point.sparsity)} pruned, ${measureText(metric, point[measure])} ${recovers ? stage : ""}`.trim(),
      ),
    }));
  const points = [
    ...(showsBefore ? pointsOf(beforeStage, "pruned") : []),
    ...pointsOf(afterStage, "recovered"),
  ].sort((a, b) => a.sparsity - b.sparsity);

  // 2. The dense networks, as rules: as trained, and with as much fine-tuning as the pruned ones.
  const shown = (mean: number) => ` ${measured(metric, mean, "coarse")}`;
  const rules = [
    { mean: baseline, text: "dense baseline", dashed: false },
    { mean: control, text: "dense control", dashed: true },
  ].flatMap(({ mean, text, dashed }) =>
    mean === null ? [] : [{ mean, dashed, text: text + shown(mean), label: text + shown(mean) }],
  );

  // 3. What papers report, beside ours; dense networks have no place among the pruned.
  const marks = metric.name === accuracy.name ? publishedMarks(published) : [];

  // 4. Where they are drawn.
  const sparsities = points.map(({ sparsity }) => sparsity);
  const x = prunedChannel([...sparsities, ...marks.map(({ sparsity }) => sparsity)], {
    ticks: sparsities,
    labels,
    frame,
  });
  const drawn = present([
    ...points.map(({ mean }) => mean),
    ...rules.map(({ mean }) => mean),
    ...marks.map(({ mean }) => mean),
  ]);
  const y = metricChannel(metric, title, drawn, { labels, frame });
  const bounds = metric.axis === "linear" ? boundsNear(metric, drawn) : [];
  const styles = methodStyles(methods, labels);
  const solid = [...styles.values()].every(({ dash }) => dash[1] === 0);
  // A line after recovery has the dashes of its method, if any; before it all lines are dotted.
  const strokeOf = ({ method, stage }: Pick<(typeof points)[number], "method" | "stage">) =>
    solid || stage === beforeStage ? stage : `${stage}: ${method}`;
  const strokes = new Map<string, readonly number[]>([
    [afterStage, [1, 0]],
    [beforeStage, [2, 3]],
    ...(solid
      ? []
      : methods.map((method) => [`${afterStage}: ${method}`, styles.get(method)?.dash ?? [1, 0]] as const)),
  ]);
  const data = points.map(({ ci95, ...point }) => ({
    ...point,
    stroke: strokeOf(point),
    ci95_low: ci95?.low ?? null,
    ci95_high: ci95?.high ?? null,
    x: x.position(point.sparsity),
    y: point.mean === null ? null : y.position(point.mean),
    y_low: ci95 === null ? null : y.position(ci95.low),
    y_high: ci95 === null ? null : y.position(ci95.high),
  }));

  // 5. The channels and the title, and for many methods a panel each: all of their lines in one plot say nothing.
  const channels = {
    x: { field: "x", type: "quantitative" as const, scale: x.scale, axis: x.axis },
    // Bands leave the plot when seeds are few: they end at its border. Clipping would be slow to rasterize.
    y: { field: "y", type: "quantitative" as const, scale: { ...y.scale, clamp: true }, axis: y.axis },
  };
  const ruled = rules.map(({ text: _, ...rule }) => ({ ...rule, y: y.position(rule.mean) }));
  const about = {
    $schema: schema,
    config,
    title: {
      text: `${title} against sparsity: ${subject(results)}`,
      subtitle: basis(results, { bands: true, crosses: true, of: curves }),
    },
  };
  if (methods.length > MOST_TOGETHER) {
    const shared = { methods, labels, frame, afterStage, collapsedShape: crossShape, ...channels };
    const axes = [
      `Vertical: ${y.axis.title}`,
      `Horizontal: ${x.axis.title}`,
      `Grey: the other methods${showsBefore ? ` ${afterStage}; dotted: ${beforeStage}` : ""}`,
    ];
    return {
      ...about,
      title: { ...about.title, subtitle: [...about.title.subtitle, ...axes] },
      ...methodPanels({ ...shared, points: data, rules: ruled }),
    };
  }

  // 6. Labels beside the right end of each line, moved apart. In print a legend names the lines, and the corner that
  // curves leave free says what the rules are.
  const { width, height } = plotSize(frame, 620, 380);
  const printed = isPrinted(frame);
  const ends = methods.flatMap((method) => {
    const end = data.findLast(
      (point) => point.method === method && point.stage === afterStage && point.y !== null,
    );
    return end?.y == null ? [] : [{ text: method, method, y: end.y, label: markLabel(method, "") }];
  });
  const named = [
    ...rules.map(({ text, mean, dashed }) => ({
      text: printed ? `${dashed ? "dotted" : "rule"}: ${text}` : text,
      method: null,
      y: y.position(mean),
      label: text,
    })),
    ...(printed ? [] : ends),
  ];
  const pixels = pixelsOf(y.scale, height);
  const spread = printed
    ? named.map((_, i) => height - 8 - labelGap * (named.length - 1 - i))
    : spreadApart(
        named.map((label) => pixels.of(label.y)),
        labelGap,
        height,
      );
  const endLabels = named.map((label, i) => ({ ...label, y: pixels.at(spread[i] ?? 0) }));

  // 7. The layers, from back to front.
  const legend = printed ? methodLegend(methods, frame) : null;
  const { color, shape } = methodChannels(methods, { labels, legend });
  const isAfter = `datum.stage === '${afterStage}'`;
  // The bands of many methods would cover each other.
  const faint = Math.min(1, 4 / methods.length);
  // Two legends on one side would stand beside each other.
  const stagesAt = printed ? "bottom" : "top";
  const single = new Set(points.map(({ sparsity }) => sparsity)).size === 1;
  return {
    ...about,
    width,
    height,
    data: { values: data },
    encoding: { ...channels, description: { field: "label" } },
    layer: [
      ...(bounds.length === 0
        ? []
        : [
            {
              data: {
                values: bounds.map((bound) => ({ y: bound, label: `bound: ${measured(metric, bound)}` })),
              },
              mark: { type: "rule" as const, color: ink.muted, strokeWidth: 0.5 },
              encoding: { x: { value: 0 }, x2: { value: width } },
            },
          ]),
      ...publishedLayers(marks, {
        x: x.position,
        y: y.position,
        above: (up) => pixels.at(height - up),
        taken: printed ? labelGap * named.length : 0,
      }),
      {
        data: { values: ruled },
        mark: { type: "rule", color: ink.muted },
        encoding: {
          x: { value: 0 },
          x2: { value: width },
          strokeDash: { condition: { test: "datum.dashed", value: [2, 3] }, value: [1, 0] },
        },
      },
      {
        // The band of a single sparsity has no area.
        mark: { type: single ? "rule" : "area" },
        encoding: {
          y: { field: "y_low" },
          y2: { field: "y_high" },
          color,
          detail: { field: "stage" },
          fillOpacity: { condition: { test: isAfter, value: 0.18 * faint }, value: 0.08 * faint },
        },
      },
      {
        mark: "line",
        encoding: {
          color,
          strokeDash: {
            field: "stroke",
            type: "nominal",
            scale: { domain: [...strokes.keys()], range: [...strokes.values()].map((dash) => [...dash]) },
            legend: showsBefore
              ? {
                  title: null,
                  orient: stagesAt,
                  direction: "horizontal",
                  symbolType: "stroke",
                  values: [afterStage, beforeStage],
                }
              : null,
          },
          strokeWidth: { condition: { test: isAfter, value: 2 }, value: 1.4 },
        },
      },
      {
        transform: [{ filter: "datum.y !== null" }],
        mark: { type: "point", filled: false, opacity: 1, strokeWidth: 1.6 },
        encoding: {
          color,
          fill: {
            condition: { test: isAfter, ...color },
            value: "white",
          },
          size: { condition: { test: "datum.collapsed > 0", value: 80 }, value: 34 },
          shape: {
            condition: { test: "datum.collapsed > 0", value: crossShape },
            ...shape,
          },
        },
      },
      {
        data: {
          values: endLabels.flatMap(({ method, y, label }) =>
            method === null ? [] : [{ method, y, label }],
          ),
        },
        mark: { type: "point", filled: true, opacity: 1, size: 40 },
        encoding: {
          x: { value: width + 16 },
          color,
          shape,
        },
      },
      {
        data: { values: endLabels },
        mark: { type: "text", align: "left", baseline: "middle", fontSize: 12.5 },
        encoding: {
          x: { value: printed ? 5 : width + 26 },
          text: { field: "text" },
          color: { condition: { test: "datum.method === null", value: ink.muted }, ...color },
        },
      },
    ],
  };
}

/** Between positions on a scale and pixels from the top of the plot. */
function pixelsOf({ type, domain: [low, high], reverse }: MetricScale, height: number) {
  if (type === "linear") {
    const perPixel = (high - low) / height;
    return {
      of: (value: number) => (high - value) / perPixel,
      at: (pixels: number) => high - pixels * perPixel,
    };
  }
  const span = Math.log(high / low);
  return {
    of: (value: number) => (height * (reverse ? Math.log(value / low) : Math.log(high / value))) / span,
    at: (pixels: number) =>
      reverse ? low * Math.exp((span * pixels) / height) : high / Math.exp((span * pixels) / height),
  };
}
