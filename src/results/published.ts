import {
  publishedComparisons,
  type UncomparedFigure,
  uncomparedFigures,
} from "../analysis/published-comparisons.ts";
import { percent } from "../charts/parts/titles.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { networkNames } from "../models/network-names.ts";
import { figure, integer, setting, text } from "../recording/column.ts";
import { writeCsv } from "../recording/csv.ts";
import { type PublishedPoint, publishedColumns, readPublished } from "../recording/published-points.ts";
import type { ResultRow } from "../recording/rows.ts";

/** The columns of published.csv: those of a table of published figures, and ours beside them. */
export const comparedColumns = {
  ...publishedColumns,
  compared_method: text(
    "Method of this study at the same fraction kept, within 2% of it; empty where there is none.",
  ),
  pairing: text(
    "Whether that is the published method: `same method`, or `other method` where the study has none that is.",
  ),
  target_sparsity: setting("Its sparsity."),
  n: integer("Its runs that count."),
  our_error: figure("Its mean test error in percent."),
  our_error_ci95_low: figure("Lower end of the 95% interval of that mean; empty for a single seed."),
  our_error_ci95_high: figure("Upper end of the 95% interval of that mean."),
  difference: figure("`our_error` minus `error`: below 0 where ours is the better."),
  difference_ci95_low: figure("Lower end of its 95% interval."),
  difference_ci95_high: figure("Upper end of its 95% interval."),
  verdict: text(
    "Of ours, by that interval: `better`, `worse` or `no difference`; empty where a single seed has no interval.",
  ),
  not_compared: text("Why there is nothing of this study to compare the figure with."),
};

/** The figures that the config names, all of them; those of one that is named twice once. */
export function publishedOf({ published = [] }: StudyOutline["options"]): readonly PublishedPoint[] {
  return published.flatMap((name) => readPublished(name));
}

/** Those of the study's network and data, which stand beside its results. */
export function publishedBeside({ options, dataset, settings }: StudyOutline): readonly PublishedPoint[] {
  const named = publishedOf(options);
  if (named.length === 0) return [];
  const names = networkNames(settings.network, options.model.name);
  return named.filter((point) => point.dataset === dataset.name && names.has(point.network));
}

/** What is to be told where a config names papers and none of their figures is of its network and data. */
export function publishedWarnings(study: StudyOutline, beside: readonly PublishedPoint[]): string[] {
  const named = publishedOf(study.options);
  if (named.length === 0 || beside.length > 0) return [];
  const of = [...new Set(named.map(({ network, dataset }) => `${network} on ${dataset}`))];
  return [
    `None of the published figures is of ${study.options.model.name} on ${study.dataset.name}, so none is shown. They are of ${of.join(", ")}.`,
  ];
}

/** Why nothing of ours stands beside a figure. */
export function whyNot({ reason }: UncomparedFigure): string {
  switch (reason.kind) {
    case "no dense control":
      return "no sparsity 0";
    case "all diverged":
      return "every run at this fraction diverged";
    case "no point near":
      return reason.kept.length === 0
        ? "nothing is pruned"
        : `only ${reason.kept.map(percent).join(", ")} kept`;
  }
}

/** A row for each published figure and point of ours at the same fraction kept, and one for each figure without any. */
export function publishedCsv(published: readonly PublishedPoint[], results: readonly ResultRow[]): string {
  const comparisons = publishedComparisons(results, published);
  const uncompared = uncomparedFigures(results, published);
  const rows = published.flatMap((point): object[] => {
    const compared = comparisons.filter((each) => each.published === point);
    const without = uncompared.find((each) => each.published === point);
    if (without !== undefined) return [{ ...point, not_compared: whyNot(without) }];
    return compared.map(({ pairing, method, sparsity, n, error, errorCi95, difference, ci95, verdict }) => ({
      ...point,
      compared_method: method,
      pairing,
      target_sparsity: sparsity,
      n,
      our_error: error,
      our_error_ci95_low: errorCi95?.low,
      our_error_ci95_high: errorCi95?.high,
      difference,
      difference_ci95_low: ci95?.low,
      difference_ci95_high: ci95?.high,
      verdict,
    }));
  });
  return writeCsv("published", comparedColumns, rows);
}
