import { meanInterval, present } from "../../analysis/statistics/mean-interval.ts";
import type { Interval, Metric } from "../../metrics/metric.ts";
import { differenceText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";

/** Pieces of the sentences of the findings. */

/** `1.0 point`, `5.0 points`, `5.0%` */
export function amountText(metric: Metric, amount: number): string {
  const text = amount.toFixed(1);
  return text === "1.0" && metric.difference.one !== "%"
    ? `${text} ${metric.difference.one}`
    : differenceText(metric, text);
}

/** ` (95% interval 4.8 to 5.2)`, or nothing without one. */
export function intervalText({ ci95 }: { readonly ci95: Interval | null }): string {
  return ci95 === null ? "" : ` (95% interval ${ci95.low.toFixed(1)} to ${ci95.high.toFixed(1)})`;
}

/** `-0.4 to 1.6 points`, `-2.0% to 4.1%` */
export function rangeText(metric: Metric, { low, high }: Interval): string {
  const least = metric.difference.many === "%" ? `${low.toFixed(1)}%` : low.toFixed(1);
  return `${least} to ${differenceText(metric, high.toFixed(1))}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** The mean over the rows that have a value; null without any. */
export function meanOf(rows: readonly ResultRow[], value: (row: ResultRow) => number | null): number | null {
  return meanInterval(present(rows.map(value))).mean;
}
