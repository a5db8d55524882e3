import type { Labels } from "../../experiment/options.ts";
import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import type { Metric } from "../../metrics/metric.ts";
import { columnHeading } from "../../metrics/words.ts";
import { axisTitle } from "../labels.ts";
import { type Frame, isPrinted, screen } from "./frame.ts";

/**
 * Sparsity and accuracy are read at the far end of their range: 95, 98 and 99% pruned are as different as 0, 60
 * and 80%, and 97.5 and 97.9% right as different as 50 and 60%. So both are drawn by what is missing to 1, the
 * kept weights and the error, on a logarithmic scale that runs backwards, with labels that give the percentage.
 */

/** What an axis is called: by its label, or by what it shows, in short where there is little room. */
export interface AxisOptions {
  readonly labels?: Labels | undefined;
  readonly frame?: Frame;
}

/**
 * Scale and axis for sparsities, labelled at `ticks`, and the function that gives a sparsity's position on the
 * scale: what it keeps. Nothing kept, which a logarithmic scale lacks, is drawn at half of the smallest other.
 */
export function prunedChannel(
  sparsities: readonly number[],
  { ticks = sparsities, labels, frame = screen }: AxisOptions & { readonly ticks?: readonly number[] } = {},
) {
  const kept = sparsities.filter((sparsity) => sparsity < 1).map((sparsity) => 1 - sparsity);
  const floor = Math.min(1, leastOf(kept)) / 2;
  const position = (sparsity: number) => Math.max(1 - sparsity, floor);
  const positions = sparsities.map(position);
  const low = leastOf(positions);
  const high = greatestOf(positions);
  const domain: [number, number] = low < high ? [high, low] : [2 * high, low / 2];
  const values = [...new Set(ticks)].sort((a, b) => a - b).map(position);
  return {
    position,
    scale: { type: "log" as const, domain, nice: false },
    axis: {
      title: axisTitle(
        labels,
        "sparsity",
        `Weights pruned (%)${isPrinted(frame) ? "" : ", log scale of what is kept"}`,
      ),
      // A label between the floor and the smallest other position would crowd out the 100.
      values: values.filter(
        (value) => value >= low && value <= high && (value === floor || value > 1.9 * floor),
      ),
      labelExpr: `datum.value <= ${floor} ? '100' : format(100 * (1 - datum.value), '.6~r')`,
      labelFlush: false,
      labelOverlap: "greedy" as const,
      labelSeparation: 6,
    },
  };
}

/** The scale of an axis with values of a metric. */
export interface MetricScale {
  readonly type: "log" | "linear";
  readonly domain: [number, number];
  readonly reverse: boolean;
  readonly nice: false;
}

/** How the values of a metric stand on an axis, in words: `log scale of the error`. */
export function scaleText({ axis, noun }: Metric): string {
  return axis === "linear" ? "linear scale" : `log scale of the ${axis === "error" ? "error" : noun}`;
}

/** How far up the axis a position on it is, from 0 to 1. */
export function heightOn({ type, domain: [low, high], reverse }: MetricScale, position: number): number {
  const fraction =
    type === "log" ? Math.log(position / low) / Math.log(high / low) : (position - low) / (high - low);
  return reverse ? 1 - fraction : fraction;
}

/**
 * Scale for values of a metric with labelled ticks, and the function that gives a value's position on it: on a logarithmic
 * one the error for an accuracy, the loss itself for a loss, where a position of 0 is drawn at half of the smallest other; on a
 * linear one the value.
 */
export function metricScale(
  metric: Metric,
  values: readonly number[],
): {
  readonly position: (value: number) => number;
  readonly scale: MetricScale;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
} {
  return metric.axis === "linear" ? linearScale(metric, values) : logScale(metric, values);
}

/** What is drawn beyond the data on a linear axis, as a part of their range; a bound is shown when it is not much farther. */
const LINEAR_ROOM = 0.06;
const BOUND_NEAR = 0.25;
/** Below these a number has too few digits left for ticks between its likes. */
const SMALLEST_RANGE = 1e-9;
const SMALLEST_SIZE = 1e-300;

function linearScale(metric: Metric, values: readonly number[]): ReturnType<typeof metricScale> {
  const shown = [...values, ...boundsNear(metric, values)];
  const [low, high] = [leastOf(shown), greatestOf(shown)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Values that are all but equal stand in the middle of an axis of their own size.
  const range = size < SMALLEST_SIZE ? 1 : high - low > SMALLEST_RANGE * size ? high - low : size;
  const room = LINEAR_ROOM * range;
  const domain: [number, number] = [low - room, high + room];
  return {
    position: (value) => value,
    scale: { type: "linear", domain, reverse: false, nice: false },
    ticks: evenTicks(domain).map((value) => ({
      value,
      label: String(Number((metric.scale * value).toPrecision(6))),
    })),
  };
}

/** The bounds of a metric that stand on a linear axis with these values. */
export function boundsNear({ bounds }: Metric, values: readonly number[]): number[] {
  const [low, high] = [leastOf(values), greatestOf(values)];
  const reach = BOUND_NEAR * (high - low);
  const { lowest = null, highest = null } = bounds ?? {};
  return [lowest, highest].filter(
    (bound): bound is number => bound !== null && bound >= low - reach && bound <= high + reach,
  );
}

function logScale({ axis, scale }: Metric, values: readonly number[]): ReturnType<typeof metricScale> {
  const byError = axis === "error";
  // Its own inverse.
  const missing = (value: number) => (byError ? 1 - value : value);
  const positive = values.map(missing).filter((value) => value > 0);
  const floor = positive.length === 0 ? 0.001 : leastOf(positive) / 2;
  const position = (value: number) => Math.max(missing(value), floor);
  const { domain, values: ticks } = logTicks(values.map(position), byError ? 1 : undefined);
  const label = (tick: number) => String(Number((scale * missing(tick)).toPrecision(4)));
  return {
    position,
    scale: { type: "log", domain, reverse: byError, nice: false },
    ticks: ticks.map((value) => ({ value, label: label(value) })),
  };
}

/** The channel of a chart over that scale: also its axis, with the title of what is measured. */
export function metricChannel(
  metric: Metric,
  title: string,
  values: readonly number[],
  { labels, frame = screen }: AxisOptions = {},
) {
  const { position, scale, ticks } = metricScale(metric, values);
  const byError = metric.axis === "error";
  const log = metric.axis === "linear" ? "" : `, log scale${byError ? " of the error" : ""}`;
  const times = metric.scale === 1 ? "" : `${metric.scale} * `;
  return {
    position,
    scale,
    axis: {
      title: axisTitle(labels, metric.name, `${columnHeading(title, metric)}${isPrinted(frame) ? "" : log}`),
      values: ticks.map(({ value }) => value),
      labelExpr: byError
        ? `format(${times}(1 - datum.value), '.5~r')`
        : `format(${times}datum.value, '${metric.axis === "linear" ? ".6~r" : ".3~r"}')`,
      labelOverlap: "greedy" as const,
    },
  };
}

/** A scale's domain and its tick values. */
export interface Ticks {
  readonly domain: [number, number];
  readonly values: number[];
}

/** Candidates for the ticks of a decade, from many to few. */
const decades = [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] as const;

/**
 * Domain and round ticks for positive values on a logarithmic scale, with a little room at both ends but none
 * above `limit`.
 * A narrow domain, which the finest ticks of a decade would leave almost bare, has evenly spaced ones.
 */
export function logTicks(data: readonly number[], limit = Number.POSITIVE_INFINITY): Ticks {
  const low = leastOf(data);
  const high = greatestOf(data);
  const room = Math.max(1.06, (high / low) ** 0.06);
  const domain: [number, number] = [low / room, Math.min(high * room, limit)];
  const first = Math.floor(Math.log10(domain[0]));
  const count = Math.floor(Math.log10(domain[1])) - first + 1;
  const choices = decades.map((steps) =>
    Array.from({ length: count }, (_, i) => steps.map((step) => Number(`${step}e${first + i}`)))
      .flat()
      .filter((value) => value >= domain[0] && value <= domain[1]),
  );
  const values = choices.find(({ length }) => length <= 10) ?? choices.at(-1) ?? [];
  return { domain, values: values.length >= 4 ? values : evenTicks(domain) };
}

/** At least four round values in a domain, evenly spaced. */
function evenTicks([low, high]: readonly [number, number]): number[] {
  const widest = (high - low) / 4;
  const magnitude = 10 ** Math.floor(Math.log10(widest));
  const step = magnitude * ([5, 2, 1].find((factor) => factor * magnitude <= widest) ?? 1);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/**
 * Moves positions apart to at least `gap`, within 0..`extent` if they fit, in their order and as little as a
 * single pass down and one back up allow. Returns the new positions in the order of the given ones.
 */
export function spreadApart(positions: readonly number[], gap: number, extent: number): number[] {
  const order = positions.map((_, index) => index).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
  const moved = [...positions];
  let above = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    above = Math.max(moved[index] ?? 0, above + gap);
    moved[index] = above;
  }
  let below = extent + gap;
  for (const index of order.reverse()) {
    below = Math.min(moved[index] ?? 0, below - gap);
    moved[index] = below;
  }
  return moved;
}
