import { inputError } from "../../foundations/errors.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { figureOf } from "../../metrics/registry.ts";
import { shownText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { baselineHealth, type FailedNetwork } from "../baseline-health.ts";
import type { GuessOf } from "../constant-guesses.ts";
import { isDenseControl } from "../dense-control.ts";
import { failureFacts } from "../failed-networks.ts";
import { meanInterval, present } from "../statistics/mean-interval.ts";
import type { ComparedItem } from "./compared-item.ts";

/** What dense networks that did not learn mean for a comparison. */
export interface ComparedHealth {
  /** What weakens every verdict: to be told before it. */
  readonly cautions: readonly string[];
  /** What is told of the results beside it. */
  readonly notes: readonly string[];
  /** Networks that learned in the baseline and did not now: regressions, whatever the tests say. */
  readonly items: readonly ComparedItem[];
}

/**
 * Looks at the dense networks on both sides of a comparison. Throws a PruneLabError of kind `input` when none of the
 * baseline's learned: nothing can be worse than that, so that a comparison would pass whatever it is given.
 */
export function compareHealth(
  baseline: readonly ResultRow[],
  results: readonly ResultRow[],
  { guessOf, metric, name }: { readonly guessOf: GuessOf; readonly metric: Metric; readonly name: string },
): ComparedHealth {
  const [before, now] = [baselineHealth(baseline, guessOf), baselineHealth(results, guessOf)];
  const factsBefore = failureFacts(before.failed, baseline);
  if (before.sound.length === 0) {
    throw inputError(
      `No network of the baseline ${name} learned, so a comparison with it means nothing. ${factsBefore.join(" ")}`,
      {
        hint: "Write a baseline of networks that learned with --update, or compare every cell with --exact.",
      },
    );
  }
  const alreadyFailed = ({ network, seed, methods }: FailedNetwork) =>
    before.failed.some(
      (other) =>
        other.network === network &&
        other.seed === seed &&
        methods.every((method) => other.methods.includes(method)),
    );
  const lost = now.failed.filter((failed) => !alreadyFailed(failed));
  return {
    cautions: factsBefore.map((fact) => `In the baseline: ${fact} A drop can hide behind such figures.`),
    notes: failureFacts(now.failed, results).map((fact) => `Now: ${fact}`),
    items: [...groupBy(lost, curveOf)].map(([curve, failed]) =>
      lostItem(curve, failed, { baseline, results, metric }),
    ),
  };
}

function curveOf({ network, methods }: FailedNetwork): string {
  return network === "baseline" ? "dense baseline" : `dense control of ${methods.join(", ")}`;
}

function lostItem(
  curve: string,
  failed: readonly FailedNetwork[],
  sides: {
    readonly baseline: readonly ResultRow[];
    readonly results: readonly ResultRow[];
    readonly metric: Metric;
  },
): ComparedItem {
  const network = failed[0]?.network ?? "baseline";
  const methods = new Set(failed.flatMap((one) => one.methods));
  const { metric } = sides;
  const figure = metric.figures[network === "baseline" ? "baseline" : "recovered"];
  const bySeed = (rows: readonly ResultRow[]) =>
    new Map(
      rows
        .filter((row) => methods.has(row.method) && (network === "baseline" || isDenseControl(row)))
        .map((row): [number, number | null] => [row.seed, figureOf(figure, row)]),
    );
  const values = { baseline: bySeed(sides.baseline), results: bySeed(sides.results) };
  const shownMean = (of: ReadonlyMap<number, number | null>) => {
    const { mean } = meanInterval(present([...of.values()]));
    return mean === null ? null : metric.scale * mean;
  };
  const [before, now] = [shownMean(values.baseline), shownMean(values.results)];
  const text = (value: number | null) => (value === null ? "diverged" : shownText(metric, value));
  return {
    metric: metric.name,
    curve,
    sparsity: 0,
    verdict: "changed",
    level: "error",
    tolerance: metric.difference.tolerance,
    baseline: before,
    results: now,
    drop: null,
    by: null,
    seeds: {
      baseline: values.baseline.size,
      results: values.results.size,
      common: [...values.baseline.keys()].filter((seed) => values.results.has(seed)).length,
    },
    pValue: null,
    smallestDetectableDrop: null,
    testable: false,
    differences: [
      {
        column: `did not learn: ${metric.noun}`,
        baseline: text(before),
        results: text(now),
        seeds: failed.map(({ seed }) => seed),
      },
    ],
  };
}
