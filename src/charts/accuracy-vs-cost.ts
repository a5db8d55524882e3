import type { TopLevelSpec } from "vega-lite";
import { paretoFront } from "../analysis/pareto-front.ts";
import { present } from "../analysis/statistics/mean-interval.ts";
import { greatestOf, leastOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import { sign } from "../metrics/registry.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { axisTitle } from "./labels.ts";
import { type CurvePoint, curvesOf } from "./parts/curve.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { lineDashes, methodChannels } from "./parts/palette.ts";
import { frontLayer } from "./parts/pareto.ts";
import { logTicks, metricChannel } from "./parts/scales.ts";
import { config, ink, methodLegend, schema } from "./parts/theme.ts";
import { basis, markLabel, measureText, percent, subject } from "./parts/titles.ts";

type Drawn = Pick<ChartData, "results" | "labels">;

/** What a network costs, by what its masks leave, or what it took to train it. */
interface Cost {
  readonly name: "size" | "macs" | "training";
  readonly title: string;
  readonly axis: string;
  readonly shortAxis: string;
  readonly of: (point: CurvePoint) => number;
  /** Of the dense network, which has its place on the axis; absent where the rows do not say it. */
  readonly dense?: (row: ResultRow) => number;
  /** Whether the best at each cost is drawn behind the methods. */
  readonly front: boolean;
  readonly text: (cost: number) => string;
}

const kib = (bytes: number) => `${Number((bytes / 1024).toPrecision(3)).toLocaleString("en-US")} KiB`;
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

const size: Cost = {
  name: "size",
  title: "size",
  axis: "Size in its smallest encoding (KiB), log scale",
  shortAxis: "Size (KiB)",
  of: (point) => point.bytes / 1024,
  dense: (row) => row.dense_bytes / 1024,
  front: true,
  text: (cost) => kib(1024 * cost),
};

const computation: Cost = {
  name: "macs",
  title: "multiply-accumulates",
  axis: "Multiply-accumulates with a kept weight, for one example, log scale",
  shortAxis: "Multiply-accumulates",
  of: (point) => point.macs,
  dense: (row) => row.dense_macs,
  front: true,
  text: (cost) => `${compact.format(cost)} multiply-accumulates`,
};

const training: Cost = {
  name: "training",
  title: "the effort of training",
  axis: "Multiply-accumulates of training, with a kept weight, log scale",
  shortAxis: "Multiply-accumulates of training",
  of: (point) => point.training ?? 0,
  // A network that trains little is not the better one: its sparsity counts as well.
  front: false,
  text: (cost) => `${compact.format(cost)} multiply-accumulates of training`,
};

export const accuracyVsSizeChart: Chart = {
  name: "accuracy-vs-size",
  summary: "The same against the size of the network in its smallest encoding, with the Pareto front.",
  caption:
    "The size counts the weights as 32-bit values, each tensor in whichever encoding is smallest: dense, the kept values " +
    "with a bitmask, or compressed sparse rows (CSR). Weights that a method rounds count as codes of so many bits, with their " +
    "scales; nothing is entropy-coded. The grey steps, the Pareto front, are the best that any method " +
    "reaches at or below a size.",

  draw: accuracyVsSize,
};

/** Test accuracy after recovery against the bytes of the pruned network. Undefined without any measure. */
export function accuracyVsSize(data: Drawn, frame: Frame = screen): TopLevelSpec | undefined {
  return accuracyVsCost(data, size, frame);
}

export const accuracyVsMacsChart: Chart = {
  name: "accuracy-vs-macs",
  summary: "The same against multiply-accumulates with a kept weight, with the Pareto front.",
  caption: "Counted, not timed: how many multiplications one example needs if pruned weights cost nothing.",

  draw: accuracyVsMacs,
};

/** Test accuracy after recovery against multiply-accumulates. Undefined without any measure. */
export function accuracyVsMacs(data: Drawn, frame: Frame = screen): TopLevelSpec | undefined {
  return accuracyVsCost(data, computation, frame);
}

export const accuracyVsTrainingChart: Chart = {
  name: "accuracy-vs-training",
  summary: "The same against what training took, where a method trains half as much again as another.",
  caption:
    "What all trainings took that a network comes from, that of the dense network among them: three forward passes an example, with " +
    "the weights that are kept at each step; and what it took to choose weights. A line goes from sparsity to sparsity; further right is more effort.",

  draw: accuracyVsTraining,
};

/** How many times the effort of another method makes a difference that is worth a chart. */
const NOTABLE = 1.5;

/**
 * Test accuracy after recovery against multiply-accumulates of training. Undefined without any measure, and where methods
 * train alike at each sparsity.
 */
export function accuracyVsTraining(data: Drawn, frame: Frame = screen): TopLevelSpec | undefined {
  const points = curvesOf(data.results)?.points ?? [];
  const differs = [...groupBy(points, ({ sparsity }) => sparsity).values()].some((alike) => {
    const efforts = present(alike.map((point) => point.training));
    return greatestOf(efforts) > NOTABLE * leastOf(efforts);
  });
  return differs ? accuracyVsCost(data, training, frame) : undefined;
}

/** A line a method; behind them the Pareto front as steps, and the dense networks as rules. */
function accuracyVsCost({ results, labels }: Drawn, cost: Cost, frame: Frame): TopLevelSpec | undefined {
  // 1. Points: everything that was measured and costs something; a cost of 0 has no place on a log scale.
  const curves = curvesOf(results);
  if (curves === undefined) return undefined;
  const { metric, methods } = curves;
  const points = curves.points.flatMap((point) => {
    const { mean } = point.recovered;
    if (mean === null || cost.of(point) <= 0) return [];
    const label = `${cost.text(cost.of(point))}, ${measureText(metric, point.recovered)} at ${percent(point.sparsity)} pruned`;
    const { method, sparsity, collapsed } = point;
    return [{ method, sparsity, collapsed, cost: cost.of(point), mean, label: markLabel(method, label) }];
  });
  type Point = (typeof points)[number];
  if (points.length === 0) return undefined;
  const cheapest = { cost: (point: Point) => point.cost, value: (point: Point) => sign(metric) * point.mean };
  const front = cost.front ? paretoFront(points, cheapest) : [];

  // 2. Where they are drawn.
  const { width, height } = plotSize(frame, 620, 340);
  const rules = [
    { text: "dense baseline", mean: curves.baseline, dashed: false },
    { text: "dense control", mean: curves.control, dashed: true },
  ].flatMap(({ text, mean, dashed }) => (mean === null ? [] : [{ text, mean, dashed }]));
  const denseCosts = cost.dense === undefined ? [] : [greatestOf(results.map(cost.dense))];
  const { domain, values } = logTicks([...points.map((point) => point.cost), ...denseCosts]);
  const y = metricChannel(
    metric,
    curves.title,
    [...points, ...rules].map(({ mean }) => mean),
    { labels, frame },
  );
  const lines = lineDashes(methods, labels);
  const placed = (of: readonly Point[]) =>
    of.map((point) => ({ ...point, line: lines.of(point.method), y: y.position(point.mean) }));
  const { color, shape } = methodChannels(methods, { labels, legend: methodLegend(methods, frame) });
  return {
    $schema: schema,
    config,
    width,
    height,
    title: {
      text: `${curves.title} against ${cost.title}: ${subject(results)}`,
      subtitle: [
        ...basis(results, { bands: false, crosses: false, of: curves }),
        sentence([
          ...(cost.front ? ["grey: the Pareto front"] : []),
          ...rules.map(({ text, dashed }) => `${dashed ? "dashed" : "rule"}: the ${text}`),
        ]),
      ],
    },
    data: { values: placed(points) },
    encoding: {
      x: {
        field: "cost",
        type: "quantitative",
        scale: { type: "log", domain, nice: false },
        axis: {
          title: axisTitle(labels, cost.name, isPrinted(frame) ? cost.shortAxis : cost.axis),
          values,
          format: cost === size ? ",~g" : "~s",
          labelOverlap: "greedy",
        },
      },
      y: { field: "y", type: "quantitative", scale: y.scale, axis: y.axis },
      description: { field: "label" },
    },
    layer: [
      frontLayer(placed(front), domain[1]),
      {
        data: {
          values: rules.map((rule) => ({
            ...rule,
            y: y.position(rule.mean),
            label: `${rule.text}: ${measureText(metric, { mean: rule.mean, ci95: null })}`,
          })),
        },
        mark: { type: "rule", color: ink.muted },
        encoding: {
          x: { value: 0 },
          x2: { value: width },
          strokeDash: { condition: { test: "datum.dashed", value: [2, 3] }, value: [1, 0] },
        },
      },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { color, strokeDash: lines.channel } },
      { mark: { type: "point", filled: true, opacity: 1, size: 46 }, encoding: { color, shape } },
    ],
  };
}

/** `Grey: ...; rule: ...` */
function sentence(parts: readonly string[]): string {
  const text = parts.join("; ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
