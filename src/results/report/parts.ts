import { type MeanInterval, meanInterval, present } from "../../analysis/mean-interval.ts";
import type { Metric } from "../../metrics/metric.ts";
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
export function intervalText({ ci95 }: Pick<MeanInterval, "ci95">): string {
  return ci95 === null ? "" : ` (95% interval ${ci95.low.toFixed(1)} to ${ci95.high.toFixed(1)})`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** The mean over the rows that have a value; null without any. */
export function meanOf(rows: readonly ResultRow[], value: (row: ResultRow) => number | null): number | null {
  return meanInterval(present(rows.map(value))).mean;
}

export function recovers(rows: readonly ResultRow[]): boolean {
  return rows.some((row) => row.recovery !== "none");
}
