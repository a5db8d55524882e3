import type { SlowDecline } from "../../analysis/slow-decline.ts";
import { count } from "../../charts/parts/titles.ts";
import type { HistoryReport } from "../../library/check-history.ts";
import type { Metric } from "../../metrics/metric.ts";
import { differenceText, shownText } from "../../metrics/words.ts";
import { amountText, itemName, pValueText } from "./words.ts";

/** What the history says: each slow decline, or that there is none. */
export function historyLines({ file, added, runs, declines }: HistoryReport, metric: Metric): string[] {
  const kept = added ? "" : " These results are in it already, so no line was added.";
  const about = `${file}: ${count(runs, "comparable run")}.${kept}`;
  if (declines.length === 0) return [`No slow decline in the history ${about}`];
  return [
    ...declines.map((decline) => `SLOW DECLINE: ${declineSentence(decline, metric)}`),
    `The history is ${about} Where a decline is meant, accept it with --history-restart.`,
  ];
}

/** `global-magnitude at 98%: 93.40% to 90.70% over 12 runs, 2.70 points worse (p <0.001), mostly since abc1234` */
export function declineSentence(decline: SlowDecline, metric: Metric): string {
  const { before, now, drop, pValue, runs, changedAt } = decline;
  const value = (shown: number) => `${shownText(metric, shown)}${metric.unit}`;
  const since = changedAt.commit?.slice(0, 10) ?? changedAt.date.slice(0, 10);
  return (
    `${itemName(decline)}: ${value(before)} to ${value(now)} over ${count(runs, "run")}, ` +
    `${differenceText(metric, amountText(drop))} worse (p ${pValueText(pValue)}), mostly since ${since}`
  );
}
