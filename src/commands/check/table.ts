import type { CheckReport } from "../../analysis/gate/check.ts";
import type { ComparedCurve } from "../../analysis/gate/compare-curves.ts";
import { type ComparedItem, isBlind, isWarning } from "../../analysis/gate/compared-item.ts";
import { percent } from "../../charts/parts/titles.ts";
import type { Metric } from "../../metrics/metric.ts";
import { behind, differenceText, shownText, worsens } from "../../metrics/words.ts";
import {
  amountText,
  detectableText,
  evidence,
  finding,
  metricOf,
  metricOfItem,
  pValueText,
} from "./words.ts";

export function tableHeader(report: CheckReport): string[] {
  if (isOfSeveral(report)) {
    return ["method", "pruned", "metric", "baseline", "now", "worse by", "p", "detectable", "by", "verdict"];
  }
  const { unit, difference } = metricOf(report);
  const inUnit = (heading: string, of: string) => (of === "%" ? `${heading} %` : heading);
  return [
    "method",
    "pruned",
    inUnit("baseline", unit),
    inUnit("now", unit),
    inUnit(difference.name, difference.many),
    "p",
    inUnit("detectable", difference.many),
    "by",
    "verdict",
  ];
}

/** Whether rows are of several metrics, so that each has its unit. */
function isOfSeveral({ metrics }: CheckReport): boolean {
  return metrics.length > 1;
}

/**
 * The comparison as cells, worst first; drops in the unit of the metric's differences. With `details`, the verdict of
 * a change says what changed.
 */
export function tableRows(report: CheckReport, verdicts: "words" | "details"): string[][] {
  const several = isOfSeveral(report);
  return report.items.map((item) => {
    const metric = metricOfItem(item, report);
    const shown = (value: number | null) =>
      value === null ? "" : shownText(metric, value) + (several ? behind(metric) : "");
    const amount = (text: string) =>
      several && text !== "" && text !== "none" ? differenceText(metric, text) : text;
    return [
      item.curve,
      item.sparsity === null ? "area" : percent(item.sparsity),
      ...(several ? [metric.noun] : []),
      shown(item.baseline),
      shown(item.results),
      amount(amountText(item.drop, metric)),
      item.verdict === "identical" ? "" : pValueText(item.pValue),
      amount(detectableText(item, metric)),
      item.by === null ? "" : evidence(item, metric),
      verdictCell(item) + (verdicts === "details" ? detail(item, metric) : ""),
    ];
  });
}

function verdictCell(item: ComparedItem): string {
  const warning = isWarning(item) ? " (warning)" : "";
  switch (item.verdict) {
    case "changed":
      return `CHANGED${warning}`;
    case "regression":
      return `REGRESSION${warning}`;
    case "improvement":
      return "improvement";
    case "untested":
      return "no value";
    case "identical":
      return "identical";
    case "no difference":
      return isBlind(item) ? "not testable" : "ok";
  }
}

function detail(item: ComparedItem, metric: Metric): string {
  return item.verdict === "changed" ? `: ${finding(item, metric)}` : "";
}

/** One line for each curve: what it says as a whole, on both sides. */
export function curveLines(report: CheckReport): string[] {
  const metric = metricOf(report);
  const margin = differenceText(metric, metric.difference.margin);
  return report.curves.map((curve) => {
    const limit = `prunes without losing ${margin} against its own unpruned network: up to ${sides(curve.nonInferior)}`;
    const { baseline, results } = curve.knee;
    const knee =
      baseline === null && results === null
        ? ""
        : `; ${worsens(metric)} steeply (its knee, on validation data) from ${sides(curve.knee)}`;
    return `${curve.curve} ${limit}${knee}.`;
  });
}

function sides({ baseline, results }: ComparedCurve["knee"]): string {
  const text = (value: number | null) => (value === null ? "none" : percent(value));
  return `${text(baseline)} in the baseline, ${text(results)} now`;
}
