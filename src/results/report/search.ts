import { isConstructedRow } from "../../analysis/dense-control.ts";
import { meanInterval, present } from "../../analysis/statistics/mean-interval.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { figureOf, recoveredValue, sign } from "../../metrics/registry.ts";
import { measured, named } from "../../metrics/words.ts";
import { narrower } from "../../pruning/constructions/narrower.ts";
import type { HistoryRow, ResultRow } from "../../recording/rows.ts";
import { listed, meanOf } from "./parts.ts";

/** As many pruned methods as a sentence can name. */
const MOST_PRUNED = 4;

/**
 * Which of several dense networks of a size is best on the validation examples, by their mean after the last epoch, and what
 * it reaches on the test examples, which took no part in the choice; one sentence a sparsity.
 */
export function searchSentences(
  results: readonly ResultRow[],
  history: readonly HistoryRow[],
  metric: Metric,
): string[] {
  const pruned = results.filter(({ target_sparsity: target }) => target > 0 && target < 1);
  return [...groupBy(pruned, (row) => row.target_sparsity)]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([sparsity, rows]) => {
      const searched = groupBy(rows.filter(isSearched), (row) => row.method);
      const validated = [...searched].flatMap(([method, of]) => {
        const epochs = history.filter((row) => row.method === method && row.target_sparsity === sparsity);
        const validation = validationOf(epochs, metric);
        const test = meanOf(of, (row) => recoveredValue(metric, row));
        return validation === null || test === null ? [] : [{ method, validation, test }];
      });
      const [best] = validated.toSorted((a, b) => sign(metric) * (b.validation - a.validation));
      if (best === undefined || searched.size < 2) return [];
      const others = groupBy(
        rows.filter((row) => !isConstructedRow(row)),
        (row) => row.method,
      );
      const against = [...others].slice(0, MOST_PRUNED).flatMap(([method, of]) => {
        const mean = meanOf(of, (row) => recoveredValue(metric, row));
        return mean === null ? [] : [`${measured(metric, mean, "coarse")} of ${method}`];
      });
      return [
        `Of the ${count(searched.size, "dense network")} that are no larger than those pruned by ${percent(sparsity)}, ${best.method} is best on the validation examples; on the test examples it has ${named(metric, best.test, "coarse")}${against.length === 0 ? "" : `, against ${listed(against)}`}.`,
      ];
    });
}

function isSearched({ criterion }: ResultRow): boolean {
  return criterion.startsWith(`${narrower.name}(`);
}

/** The mean over the seeds after the last epoch: of the recovery, or of the training where none follows. */
function validationOf(epochs: readonly HistoryRow[], metric: Metric): number | null {
  const figure = metric.history.validation;
  if (figure === undefined) return null;
  const last = [...groupBy(epochs, (row) => row.seed).values()].map((of) => {
    const recovery = of.filter((row) => row.phase === "finetune");
    const row = (recovery.length > 0 ? recovery : of).toSorted((a, b) => a.epoch - b.epoch).at(-1);
    return row === undefined ? null : figureOf(figure, row);
  });
  return meanInterval(present(last)).mean;
}
