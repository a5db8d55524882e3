import type { CheckReport } from "../../analysis/check.ts";
import type { ComparedCurve, ComparedItem } from "../../analysis/compare-curves.ts";
import { evidence, finding, percent, points, pValueText } from "./words.ts";

export const TABLE_HEADER = [
  "method",
  "pruned",
  "baseline %",
  "now %",
  "drop",
  "p",
  "detectable",
  "by",
  "verdict",
] as const;

/** The comparison as cells, worst first; drops in percentage points. */
export function tableRows({ items }: CheckReport): string[][] {
  return items.map((item) => [
    item.curve,
    item.sparsity === null ? "area" : percent(item.sparsity),
    points(item.baseline),
    points(item.results),
    points(item.drop),
    pValueText(item.pValue),
    points(item.smallestDetectableDrop),
    item.by === null ? "" : evidence(item),
    verdictCell(item),
  ]);
}

function verdictCell(item: ComparedItem): string {
  const blind = item.drop !== null && !item.testable ? "not testable with these seeds" : undefined;
  switch (item.verdict) {
    case "changed":
      return `CHANGED: ${finding(item)}`;
    case "regression":
      return "REGRESSION";
    case "improvement":
      return "improvement";
    case "untested":
      return finding(item) ?? "";
    case "no difference":
      return blind ?? "ok";
  }
}

/** One line for each curve: what it says as a whole, on both sides. */
export function curveLines({ curves }: CheckReport): string[] {
  return curves.map((curve) => {
    const limits = `largest sparsity within 1 point of the dense control: ${sides(curve.nonInferior)}`;
    const knee =
      curve.knee.baseline === null && curve.knee.results === null
        ? "knee: not known without validation data on a curve that falls"
        : `knee on validation data: ${sides(curve.knee)}`;
    return `${curve.curve}: ${limits}; ${knee}.`;
  });
}

function sides({ baseline, results }: ComparedCurve["knee"]): string {
  const text = (value: number | null) => (value === null ? "none" : percent(value));
  return `${text(baseline)} in the baseline, ${text(results)} now`;
}
