import type { TopLevelSpec } from "vega-lite";
import type { SweepDifference } from "../analysis/sweep-differences.ts";
import type { Metric } from "../metrics/metric.ts";
import { differenceText } from "../metrics/words.ts";
import { screen } from "./parts/frame.ts";
import { methodChannels } from "./parts/palette.ts";
import { prunedChannel } from "./parts/scales.ts";
import { config, ink, methodLegend, schema } from "./parts/theme.ts";
import { markLabel, percent } from "./parts/titles.ts";

const width = 620;
const height = 240;
/** Pixels between the marks of one sparsity. */
const step = 7;

/**
 * Each sweep minus the first, by sparsity, with 95% intervals: above the rule it is better. `series` names a sweep's
 * method as the other charts of the page do; `all` are those names, in order. Undefined without a difference.
 */
export function sweepDifferenceChart(
  differences: readonly SweepDifference[],
  {
    metric,
    series,
    all,
  }: {
    readonly metric: Metric;
    readonly series: (difference: SweepDifference) => string;
    readonly all: readonly string[];
  },
): TopLevelSpec | undefined {
  const [first] = differences;
  if (first === undefined) return undefined;
  const shown = all.filter((name) => differences.some((difference) => series(difference) === name));
  const x = prunedChannel(differences.map(({ sparsity }) => sparsity));
  // Marks of one sparsity stand side by side, on a logarithmic scale by a factor.
  const [left, right] = x.scale.domain;
  const aside = (index: number) => (right / left) ** ((step * (index - (shown.length - 1) / 2)) / width);
  const data = differences.flatMap((one) => {
    const { mean, ci95, n } = one.difference;
    if (mean === null) return [];
    const name = series(one);
    const range =
      ci95 === null
        ? "one seed"
        : `95% interval ${ci95.low.toFixed(2)} to ${ci95.high.toFixed(2)}, ${n} seeds`;
    return {
      method: name,
      sparsity: one.sparsity,
      seeds: n,
      mean,
      ci95_low: ci95?.low ?? null,
      ci95_high: ci95?.high ?? null,
      x: x.position(one.sparsity) * aside(shown.indexOf(name)),
      label: markLabel(
        name,
        `${percent(one.sparsity)} pruned, ${mean < 0 ? "" : "+"}${differenceText(metric, mean.toFixed(2))} (${range})`,
      ),
    };
  });
  const { color, shape } = methodChannels(all, { legend: methodLegend(shown, screen) });
  return {
    $schema: schema,
    config,
    width,
    height,
    title: {
      text: `Difference from ${first.reference}`,
      subtitle:
        "Paired by seed, mean with its 95% interval; above the rule better, below it worse. An interval that holds 0 shows no difference.",
    },
    data: { values: data },
    encoding: {
      x: { field: "x", type: "quantitative", scale: x.scale, axis: x.axis },
      description: { field: "label" },
    },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: "rule", color: ink.muted, aria: false },
        encoding: { x: { value: 0 }, x2: { value: width }, y: { datum: 0 } },
      },
      {
        mark: { type: "rule", strokeWidth: 1.6 },
        encoding: {
          y: { field: "ci95_low", type: "quantitative" },
          y2: { field: "ci95_high" },
          color,
        },
      },
      {
        mark: { type: "point", filled: true, opacity: 1, size: 46 },
        encoding: {
          y: {
            field: "mean",
            type: "quantitative",
            axis: { title: `Difference (${metric.difference.many})`, tickCount: 6 },
          },
          color,
          shape,
        },
      },
    ],
  };
}
