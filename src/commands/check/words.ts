import type { CheckReport } from "../../analysis/gate/check.ts";
import { type ComparedItem, isBlind, isFailure, isWarning } from "../../analysis/gate/compared-item.ts";
import { assumedDeviation } from "../../analysis/gate/drop-estimate.ts";
import { seedsText } from "../../analysis/gate/missing-seeds.ts";
import type { SlowDecline } from "../../analysis/gate/slow-decline.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import { printableLine } from "../../foundations/printable.ts";
import type { GateReport } from "../../library/check.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metrics } from "../../metrics/registry.ts";
import { behind, differenceText, shownText } from "../../metrics/words.ts";

/**
 * `global-magnitude at 98%`, `global-magnitude, area under the curve`, and by a metric of the config's own `score of
 * global-magnitude at 98%`; on one line, whatever the method is called.
 */
export function itemName({ curve, sparsity, metric }: NamedItem): string {
  const own = metric === undefined || metrics.find(metric) !== undefined ? "" : `${metric} of `;
  const name = `${own}${printableLine(curve)}`;
  return sparsity === null ? `${name}, area under the curve` : `${name} at ${percent(sparsity)}`;
}

type NamedItem = Pick<ComparedItem, "curve" | "sparsity"> & { readonly metric?: string };

/** The metric that the study is judged by. */
export function metricOf({ metric }: Pick<CheckReport, "metric">): Metric {
  return metrics.named(metric);
}

/** The metric of one item. */
export function metricOfItem({ metric }: Pick<ComparedItem, "metric">, report: CheckReport): Metric {
  return report.metrics.find(({ name }) => name === metric) ?? metricOf(report);
}

/** What an item says: `loses 1.30 points`, `macs 1200 instead of 1100 (seeds 0, 1)`; undefined when nothing. */
export function finding(item: ComparedItem, metric: Metric): string | undefined {
  const { words } = metric.difference;
  const amount = (value: number | null) =>
    `${differenceText(metric, amountText(value, metric))} (p ${pValueText(item.pValue)}, ${evidence(item, metric)})`;
  switch (item.verdict) {
    case "changed":
      return item.differences.slice(0, 4).map(cellText).join("; ") + more(item.differences.length - 4);
    case "regression":
      return `${words.worse} ${amount(item.drop)}`;
    case "improvement":
      return `${words.better} ${amount(-(item.drop ?? 0))}`;
    case "untested":
      return `no ${metric.noun} on one side`;
    case "identical":
      return item.by === null ? undefined : evidence(item, metric);
    case "no difference":
      return undefined;
  }
}

function cellText({ column, baseline, results, seeds }: ComparedItem["differences"][number]): string {
  return printableLine(`${column} ${results} instead of ${baseline} (${seedsText(seeds)})`);
}

function more(left: number): string {
  return left > 0 ? `; and ${left} more` : "";
}

/** What the comparison of an item stands on. */
export function evidence({ verdict, by, seeds }: ComparedItem, metric: Metric): string {
  if (verdict === "identical") return `${seeds.results} of ${seeds.common} shared seeds identical`;
  if (by === "pairs") return `${seeds.common} pairs of seeds`;
  if (by === "groups") return `${seeds.baseline} against ${seeds.results} seeds`;
  if (metric.testSet !== undefined) return "test set";
  return assumedDeviation(metric, seeds) > 0 ? "assumed deviation" : "nothing known";
}

/**
 * An amount without its unit: of accuracies and losses with 2 decimals, of a metric of the config's own in digits like its
 * values. Nothing is never less than nothing.
 */
export function amountText(value: number | null, { difference, digits, testSet }: Metric): string {
  if (value === null) return "";
  const text =
    difference.kind === "relative" || testSet !== undefined
      ? value.toFixed(2)
      : digits.kind === "decimals"
        ? value.toFixed(digits.fine)
        : value === 0
          ? "0"
          : value.toPrecision(digits.coarse);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

export function pValueText(p: number | null): string {
  if (p === null) return "";
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** The smallest drop that could be seen; `none` where it would be more than there is to lose. */
export function detectableText(item: ComparedItem, metric: Metric): string {
  const { drop, verdict, smallestDetectableDrop: smallest } = item;
  return smallest === null && drop !== null && verdict !== "identical"
    ? "none"
    : amountText(smallest, metric);
}

/** Where a large drop could pass: what could be seen at best; undefined elsewhere. */
export function blindText(item: ComparedItem, metric: Metric): string | undefined {
  if (!isBlind(item)) return undefined;
  const { name } = metric.difference;
  if (item.smallestDetectableDrop === null) return `no ${name} can be seen with these seeds`;
  const detectable = differenceText(metric, amountText(item.smallestDetectableDrop, metric));
  return `not testable with these seeds: smallest detectable ${name} ${detectable}`;
}

/**
 * What declined over many runs: `global-magnitude at 98%: 93.40% to 90.70% over 12 runs, 2.70 points worse (p <0.001),
 * mostly since abc1234`
 */
export function declineText(decline: SlowDecline, metric: Metric): string {
  const { before, now, drop, pValue, runs, changedAt } = decline;
  const value = (shown: number) => `${shownText(metric, shown)}${behind(metric)}`;
  const since = printableLine(changedAt.commit?.slice(0, 10) ?? changedAt.date.slice(0, 10));
  return (
    `${itemName(decline)}: ${value(before)} to ${value(now)} over ${count(runs, "run")}, ` +
    `${differenceText(metric, amountText(drop, metric))} worse (p ${pValueText(pValue)}), mostly since ${since}`
  );
}

/** The verdict in one sentence, behind what weakens it. */
export function verdictSentence(report: GateReport): string {
  return [...report.cautions.map(printableLine), plainVerdict(report)].join(" ");
}

function plainVerdict(report: GateReport): string {
  const { verdict, items, options } = report;
  const failed = items.filter(isFailure);
  const [decline, ...declines] = report.history?.declines ?? [];
  if (failed.length === 0 && decline !== undefined) {
    const others = declines.length > 0 ? `, and ${count(declines.length, "more item")}` : "";
    return `Slow decline: ${declineText(decline, metricOf(report))}${others}.`;
  }
  if (verdict === "identical") return "Identical to the baseline.";
  const warned = items.filter(isWarning);
  if (failed.length > 0) {
    const subject = options.exact ? "Not identical to the baseline" : "Regression";
    const warnings = warned.length > 0 ? `; ${count(warned.length, "warning")}` : "";
    return `${subject}: ${worstOf(failed, report)}${options.exact ? "" : ` of ${items.length} compared`}${warnings}.`;
  }
  if (warned.length > 0) {
    return `${count(warned.length, "warning")}, and nothing that fails: ${worstOf(warned, report)}.`;
  }
  return `No regression: ${passText(report)}.`;
}

function worstOf(found: readonly ComparedItem[], report: CheckReport): string {
  const [worst] = found;
  if (worst === undefined) return "";
  const others = found.length > 1 ? `, and ${count(found.length - 1, "more item")}` : "";
  return `${itemName(worst)}: ${finding(worst, metricOfItem(worst, report))}${others}`;
}

function passText(report: CheckReport): string {
  const { items, options } = report;
  const metric = metricOf(report);
  const { name, coarse } = metric.difference;
  const identical = items.filter((item) => item.verdict === "identical");
  const tested = items.filter((item) => item.drop !== null && item.verdict !== "identical").length;
  const blind = items.filter(isBlind).length;
  const gains = items.filter((item) => item.verdict === "improvement").length;
  if (tested === 0 && identical[0] !== undefined) {
    return `${evidence(identical[0], metric)}, at all ${count(identical.length, "item")} compared`;
  }
  const several = report.metrics.length > 1;
  const of = several
    ? `of ${count(tested, "difference")} tested (${report.metrics.map(({ noun }) => noun).join(", ")}), none is worse by more than `
    : `of ${count(tested, name)} tested, none is above `;
  const blindness = several ? "" : ` (a ${name} of ${differenceText(metric, coarse)} could pass)`;
  return (
    `${of}${toleranceText(report)} and significant ` +
    `at ${percent(options.alpha)} (one-sided, Holm)` +
    (identical.length > 0 ? `; ${count(identical.length, "more item")} identical` : "") +
    (gains > 0 ? `; ${count(gains, "improvement")}` : "") +
    (blind > 0 ? `; ${blind} not testable with these seeds${blindness}` : "")
  );
}

function toleranceText(report: CheckReport): string {
  const metric = metricOf(report);
  if (report.metrics.length > 1) return "its tolerance";
  const all = report.items.map(({ tolerance }) => tolerance);
  const [least, most] = [leastOf(all), greatestOf(all)];
  return least === most
    ? differenceText(metric, least)
    : `its tolerance (${least} to ${differenceText(metric, most)})`;
}
