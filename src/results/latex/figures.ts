import type { MeanInterval } from "../../analysis/statistics/mean-interval.ts";
import type { Metric } from "../../metrics/metric.ts";
import { isLopsided, valueText } from "../../metrics/words.ts";

/** More decimals than these say more than a test set does, however close the seeds are. */
const spareDecimals = 1;

/**
 * A mean and half the width of its 95% interval, rounded as the interval allows: the half width to two significant
 * digits, the mean to the same place. A mean of one seed has the digits that the metric is shown with: `fine` ones for
 * a large test set. A lopsided interval stands by its ends. In math mode: `$97.98 \pm 0.17$`, `$68\,[1, 99]$`; null without
 * a mean.
 */
export function latexFigure(
  metric: Metric,
  { mean, ci95 }: Pick<MeanInterval, "mean" | "ci95">,
  digits: "coarse" | "fine",
): string | null {
  if (mean === null) return null;
  const half = ci95 === null ? 0 : (metric.scale / 2) * (ci95.high - ci95.low);
  if (ci95 === null) return `$${valueText(metric, mean, digits)}$`;
  const most = metric.digits.kind === "decimals" ? metric.digits.fine + spareDecimals : 12;
  const decimals = half === 0 ? metric.digits.fine : Math.min(most, decimalsOf(half));
  const text = (value: number) => value.toFixed(decimals);
  const [low, value, high] = [ci95.low, mean, ci95.high].map((one) => metric.scale * one) as [
    number,
    number,
    number,
  ];
  return isLopsided(mean, ci95) && text(value - low) !== text(high - value)
    ? `$${text(value)}\\,[${text(low)}, ${text(high)}]$`
    : `$${text(value)} \\pm ${text(half)}$`;
}

/** Decimals that show two significant digits; none for 10 and more. */
function decimalsOf(amount: number): number {
  const exponent = Number(amount.toExponential(1).split("e")[1]);
  return Math.max(0, 1 - exponent);
}
