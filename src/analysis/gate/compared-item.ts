import type { Metric } from "../../metrics/metric.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import { pairedDifferences, type SeedValues } from "../statistics/seed-values.ts";
import type { Level, Threshold } from "./check-settings.ts";
import { smallestDetectableDrop } from "./detectable-drop.ts";
import type { Comparison } from "./drop-estimate.ts";
import type { DropTest } from "./drop-tests.ts";
import type { ExactDifference } from "./exact-columns.ts";
import type { Subject } from "./subjects.ts";

/** One point of a curve (with a sparsity), or the area under a curve (with none), on both sides. */
export interface ComparedItem {
  /** Name of the metric. */
  readonly metric: string;
  readonly curve: string;
  readonly sparsity: number | null;
  /**
   * `changed`: a column that has to be equal is not. `untested`: no value on one side. `identical`: every seed of the
   * results has the baseline's values.
   */
  readonly verdict: "changed" | DropTest["verdict"] | "untested";
  /** Whether a change or a regression here fails the check or only warns. */
  readonly level: Level;
  /** What was let pass here, in the unit of the metric's differences. */
  readonly tolerance: number;
  /** Mean over the seeds, as it is shown (in percent for an accuracy); over the shared ones where pairs decide. */
  readonly baseline: number | null;
  readonly results: number | null;
  /** How much worse than the baseline, in the unit of the metric's differences, and how it was estimated. */
  readonly drop: number | null;
  readonly by: Comparison | null;
  readonly seeds: { readonly baseline: number; readonly results: number; readonly common: number };
  /** One-sided, adjusted by Holm over all items. */
  readonly pValue: number | null;
  /** The true drop, in the same unit, that is caught 95 times in 100; null where it is more than there is to lose. */
  readonly smallestDetectableDrop: number | null;
  readonly testable: boolean;
  readonly differences: readonly ExactDifference[];
}

/** Whether something got worse at an item, or changed that has to be equal. */
export function isFinding({ verdict }: ComparedItem): boolean {
  return verdict === "changed" || verdict === "regression";
}

/** Whether an item is why a check fails. */
export function isFailure(item: ComparedItem): boolean {
  return isFinding(item) && item.level === "error";
}

/** Whether an item is told as a warning. */
export function isWarning(item: ComparedItem): boolean {
  return isFinding(item) && item.level === "warn";
}

/** Whether a large drop at an item could pass unseen. */
export function isBlind({ drop, testable }: ComparedItem): boolean {
  return drop !== null && !testable;
}

/** `level` is that of a single test, for what it can detect. */
export function comparedItem(
  { curve, sparsity, sample, shown, differences }: Subject,
  threshold: Threshold,
  tested?: { readonly test: DropTest; readonly level: number },
): ComparedItem {
  const { test, level = 0 } = tested ?? {};
  const identical = test?.verdict === "identical";
  const inPairs = test?.estimate.by === "pairs";
  const detectable =
    test === undefined || identical
      ? null
      : smallestDetectableDrop(test.estimates, { level, tolerance: threshold.tolerance });
  return {
    metric: sample.scale.metric.name,
    curve,
    sparsity,
    verdict: differences.length > 0 ? "changed" : (test?.verdict ?? "untested"),
    level: threshold.level,
    tolerance: threshold.tolerance,
    baseline: shownMean(shown.baseline, inPairs ? shown.results : undefined),
    results: shownMean(shown.results, inPairs ? shown.baseline : undefined),
    drop: test?.estimate.drop ?? null,
    by: test?.estimate.by ?? null,
    seeds: {
      baseline: sample.baseline.size,
      results: sample.results.size,
      common: pairedDifferences(sample.baseline, sample.results).length,
    },
    pValue: test?.pValue ?? null,
    smallestDetectableDrop: detectable,
    testable: identical || (detectable !== null && detectable <= sample.scale.metric.difference.coarse),
    differences,
  };
}

function shownMean(values: SeedValues, other: SeedValues | undefined): number | null {
  const shared = [...values].filter(([seed]) => other?.has(seed) ?? true);
  return meanInterval(shared.map(([, value]) => value)).mean;
}

const SEVERITY: Readonly<Record<ComparedItem["verdict"], number>> = {
  changed: 0,
  regression: 1,
  untested: 4,
  "no difference": 5,
  identical: 6,
  improvement: 7,
};

/**
 * Failures, then warnings, then the rest; of equal ones those of the earlier metric first, and of one metric the larger
 * drop: drops of two metrics are in two units.
 */
export function worseFirst(metrics: readonly Pick<Metric, "name">[]) {
  const places = new Map(metrics.map(({ name }, place) => [name, place]));
  const severity = (item: ComparedItem) => SEVERITY[item.verdict] + (isWarning(item) ? 2 : 0);
  const place = ({ metric }: ComparedItem) => places.get(metric) ?? 0;
  return (a: ComparedItem, b: ComparedItem): number =>
    severity(a) - severity(b) || place(a) - place(b) || (b.drop ?? 0) - (a.drop ?? 0);
}
