import type { CheckReport } from "../../analysis/check.ts";
import { type ComparedItem, isFailure } from "../../analysis/compare-curves.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metrics } from "../../metrics/registry.ts";
import { differenceText } from "../../metrics/words.ts";

/** `global-magnitude at 98%`, `global-magnitude, area under the curve` */
export function itemName({ curve, sparsity }: Pick<ComparedItem, "curve" | "sparsity">): string {
  return sparsity === null ? `${curve}, area under the curve` : `${curve} at ${percent(sparsity)}`;
}

/** The metric that was compared. */
export function metricOf({ metric }: Pick<CheckReport, "metric">): Metric {
  return metrics.named(metric);
}

/** What an item says: `loses 1.30 points`, `macs 1200 instead of 1100 (seeds 0, 1)`; undefined when nothing. */
export function finding(item: ComparedItem, metric: Metric): string | undefined {
  const { words } = metric.difference;
  const amount = (value: number | null) =>
    `${differenceText(metric, amountText(value))} (p ${pValueText(item.pValue)}, ${evidence(item)})`;
  switch (item.verdict) {
    case "changed":
      return item.differences.slice(0, 4).map(cellText).join("; ") + more(item.differences.length - 4);
    case "regression":
      return `${words.worse} ${amount(item.drop)}`;
    case "improvement":
      return `${words.better} ${amount(-(item.drop ?? 0))}`;
    case "untested":
      return `no ${metric.noun} on one side`;
    case "no difference":
      return undefined;
  }
}

function cellText({ column, baseline, results, seeds }: ComparedItem["differences"][number]): string {
  return `${column} ${results} instead of ${baseline} (seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")})`;
}

function more(left: number): string {
  return left > 0 ? `; and ${left} more` : "";
}

/** What the comparison of an item stands on. */
export function evidence({ by, seeds }: ComparedItem): string {
  if (by === "pairs") return `${seeds.common} pairs of seeds`;
  if (by === "groups") return `${seeds.baseline} against ${seeds.results} seeds`;
  return "test set";
}

/** An amount with 2 decimals, without its unit; nothing is never less than nothing. */
export function amountText(value: number | null): string {
  return value === null ? "" : value.toFixed(2).replace(/^-0\.00$/, "0.00");
}

export function pValueText(p: number | null): string {
  if (p === null) return "";
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** The verdict in one sentence. */
export function verdictSentence(report: CheckReport): string {
  const { verdict, items, options } = report;
  const metric = metricOf(report);
  const { name, coarse } = metric.difference;
  const failed = items.filter(isFailure);
  const [worst] = failed;
  if (verdict === "identical") return "Identical to the baseline.";
  if (verdict === "regression" && worst !== undefined) {
    const others = failed.length > 1 ? `, and ${count(failed.length - 1, "more item")}` : "";
    const of = options.exact ? "" : ` of ${items.length} compared`;
    const subject = options.exact ? "Not identical to the baseline" : "Regression";
    return `${subject}: ${itemName(worst)}: ${finding(worst, metric)}${others}${of}.`;
  }
  const tested = items.filter(({ drop }) => drop !== null).length;
  const blind = items.filter((item) => item.drop !== null && !item.testable).length;
  const gains = items.filter((item) => item.verdict === "improvement").length;
  return (
    `No regression: of ${count(tested, name)} tested, none is above ${differenceText(metric, options.tolerance)} and significant ` +
    `at ${percent(options.alpha)} (one-sided, Holm)` +
    (gains > 0 ? `; ${count(gains, "improvement")}` : "") +
    (blind > 0
      ? `; ${blind} not testable with these seeds (a ${name} of ${differenceText(metric, coarse)} could pass)`
      : "") +
    "."
  );
}
