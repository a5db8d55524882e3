import type { CheckReport } from "../../analysis/check.ts";
import type { ComparedCurve, ComparedItem } from "../../analysis/compare-curves.ts";
import { percent } from "../../charts/parts/titles.ts";
import type { Metric } from "../../metrics/metric.ts";
import { differenceText, shownText, worsens } from "../../metrics/words.ts";
import { amountText, evidence, finding, metricOf, pValueText } from "./words.ts";

export function tableHeader(report: CheckReport): string[] {
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

/** The comparison as cells, worst first; drops in the unit of the metric's differences. */
export function tableRows(report: CheckReport): string[][] {
  const metric = metricOf(report);
  const shown = (value: number | null) => (value === null ? "" : shownText(metric, value));
  return report.items.map((item) => [
    item.curve,
    item.sparsity === null ? "area" : percent(item.sparsity),
    shown(item.baseline),
    shown(item.results),
    amountText(item.drop),
    pValueText(item.pValue),
    item.drop !== null && item.smallestDetectableDrop === null
      ? "none"
      : amountText(item.smallestDetectableDrop),
    item.by === null ? "" : evidence(item),
    verdictCell(item, metric),
  ]);
}

function verdictCell(item: ComparedItem, metric: Metric): string {
  const blind = item.drop !== null && !item.testable ? "not testable with these seeds" : undefined;
  switch (item.verdict) {
    case "changed":
      return `CHANGED: ${finding(item, metric)}`;
    case "regression":
      return "REGRESSION";
    case "improvement":
      return "improvement";
    case "untested":
      return finding(item, metric) ?? "";
    case "no difference":
      return blind ?? "ok";
  }
}

/** One line for each curve: what it says as a whole, on both sides. */
export function curveLines(report: CheckReport): string[] {
  const metric = metricOf(report);
  const margin = differenceText(metric, metric.difference.margin);
  return report.curves.map((curve) => {
    const limits = `largest sparsity within ${margin} of the dense control (the unpruned network, fine-tuned like the others): ${sides(curve.nonInferior)}`;
    const knee =
      curve.knee.baseline === null && curve.knee.results === null
        ? `no knee to show, which takes a validation ${metric.noun} that ${worsens(metric)} with the sparsity`
        : `knee of the validation ${metric.noun}, beyond which it ${worsens(metric)} faster: ${sides(curve.knee)}`;
    return `${curve.curve}: ${limits}; ${knee}.`;
  });
}

function sides({ baseline, results }: ComparedCurve["knee"]): string {
  const text = (value: number | null) => (value === null ? "none" : percent(value));
  return `${text(baseline)} in the baseline, ${text(results)} now`;
}
