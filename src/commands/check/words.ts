import type { CheckReport } from "../../analysis/check.ts";
import { type ComparedItem, isFailure, TESTABLE_UP_TO } from "../../analysis/compare-curves.ts";

/** `global-magnitude at 98%`, `global-magnitude, area under the curve` */
export function itemName({ curve, sparsity }: ComparedItem): string {
  return sparsity === null ? `${curve}, area under the curve` : `${curve} at ${percent(sparsity)}`;
}

/** A fraction as a percentage, in its shortest form. */
export function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(6))}%`;
}

/** What an item says: `loses 1.30 points`, `macs 1200 instead of 1100 (seeds 0, 1)`; undefined when nothing. */
export function finding(item: ComparedItem): string | undefined {
  switch (item.verdict) {
    case "changed":
      return item.differences.slice(0, 4).map(differenceText).join("; ") + more(item.differences.length - 4);
    case "regression":
      return `loses ${points(item.drop)} points (p ${pValueText(item.pValue)}, ${evidence(item)})`;
    case "improvement":
      return `gains ${points(-(item.drop ?? 0))} points (p ${pValueText(item.pValue)}, ${evidence(item)})`;
    case "untested":
      return "no accuracy on one side";
    case "no difference":
      return undefined;
  }
}

function differenceText({ column, baseline, results, seeds }: ComparedItem["differences"][number]): string {
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

/** Percentage points with 2 decimals; nothing is never less than nothing. */
export function points(value: number | null): string {
  return value === null ? "" : value.toFixed(2).replace(/^-0\.00$/, "0.00");
}

export function pValueText(p: number | null): string {
  if (p === null) return "";
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** The verdict in one sentence. */
export function verdictSentence({ verdict, items, options }: CheckReport): string {
  const failed = items.filter(isFailure);
  const [worst] = failed;
  if (verdict === "identical") return "Identical to the baseline.";
  if (verdict === "regression" && worst !== undefined) {
    const others = failed.length > 1 ? `, and ${count(failed.length - 1, "more item")}` : "";
    const of = options.exact ? "" : ` of ${items.length} compared`;
    const name = options.exact ? "Not identical to the baseline" : "Regression";
    return `${name}: ${itemName(worst)}: ${finding(worst)}${others}${of}.`;
  }
  const tested = items.filter(({ drop }) => drop !== null).length;
  const blind = items.filter((item) => item.drop !== null && !item.testable).length;
  const gains = items.filter((item) => item.verdict === "improvement").length;
  return (
    `No regression: of ${count(tested, "drop")} tested, none is above ${options.tolerance} points and significant ` +
    `at ${percent(options.alpha)} (one-sided, Holm)` +
    (gains > 0 ? `; ${count(gains, "improvement")}` : "") +
    (blind > 0
      ? `; ${blind} not testable with these seeds (a drop of ${TESTABLE_UP_TO} points could pass)`
      : "") +
    "."
  );
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
