import { isControlRow } from "../analysis/control-comparisons.ts";
import { largestNonInferiorSparsity } from "../analysis/curve-summaries.ts";
import { greatestOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import { loss } from "../metrics/loss.ts";
import { figureOf, primaryMetric } from "../metrics/registry.ts";
import {
  amount,
  type Columns,
  figure,
  integer,
  type OptionalColumns,
  setting,
  text,
} from "../recording/column.ts";
import { writeCsv } from "../recording/csv.ts";
import type { SummaryRow } from "../recording/rows.ts";
import type { StudyEnd } from "./study.ts";

/** The table of a batch, beside the folders of its sweeps. */
export const BATCH_SUMMARY_FILE = "batch-summary.csv";

/** One (sweep, method) of batch-summary.csv; a sweep without tables has one row. `null` is an empty cell. */
export interface BatchRow {
  readonly study: string;
  /** part: finished as a shard. unfinished: interrupted, or stopped because another sweep failed. */
  readonly state: StudyEnd["state"] | "part";
  readonly dataset: string | null;
  readonly model: string | null;
  readonly engine: string | null;
  readonly method: string | null;
  readonly seeds: number | null;
  /** Runs that diverged. */
  readonly diverged: number | null;
  /** Mean test accuracy of the dense baselines, 0..1. */
  readonly baseline_accuracy: number | null;
  /** The largest sparsity that is not inferior to the dense control by the margin of the primary metric or more. */
  readonly sparsity_without_loss: number | null;
  /** Mean test accuracy and compression there. */
  readonly accuracy_there: number | null;
  readonly compression_there: number | null;
  /** What went wrong, in one line; of a sweep that is done, that dense networks did not learn. */
  readonly problem: string | null;
  /** Of a regression, in place of the accuracies: of the dense baselines, and at the sparsity without loss. */
  readonly baseline_loss?: number | null;
  readonly loss_there?: number | null;
}

/**
 * The rows of one sweep, of its methods and not of their controls: a pure function of how it ended, so that a re-run and a
 * merge give the same bytes.
 */
export function batchRows({ study, end }: { readonly study: string; readonly end: StudyEnd }): BatchRow[] {
  const blank = {
    study,
    dataset: null,
    model: null,
    engine: null,
    method: null,
    seeds: null,
    diverged: null,
    baseline_accuracy: null,
    sparsity_without_loss: null,
    accuracy_there: null,
    compression_there: null,
    problem: null,
  };
  if (end.state !== "done") return [{ ...blank, state: end.state, problem: firstLine(end.error) }];
  const { results, summary, metrics, shard, caution } = end.outcome;
  if (shard !== undefined) return [{ ...blank, state: "part" }];
  const metric = primaryMetric(results);
  const controls = new Set(results.filter(isControlRow).map((row) => row.method));
  const methods = [...groupBy(summary, (row) => row.method)];
  const studied = methods.filter(([method]) => !controls.has(method));
  // A sweep of nothing but controls is about them.
  return (studied.length > 0 ? studied : methods).flatMap(([method, points]): BatchRow[] => {
    const [first] = points;
    if (first === undefined) return [];
    // Nothing is lost by pruning what learned nothing.
    const largest =
      caution === undefined
        ? largestNonInferiorSparsity(
            results.filter((row) => row.method === method),
            metric,
          )
        : undefined;
    const there = points.find((row) => row.target_sparsity === largest);
    return [
      {
        study,
        state: end.state,
        dataset: first.dataset,
        model: first.model,
        engine: first.engine,
        method,
        seeds: greatestOf(points.map((row) => row.n + row.diverged)),
        diverged: points.reduce((sum, row) => sum + row.diverged, 0),
        baseline_accuracy: first.baseline_accuracy_mean,
        sparsity_without_loss: largest ?? null,
        accuracy_there: there?.accuracy_mean ?? null,
        compression_there: there?.compression ?? null,
        problem: caution ?? null,
        ...(metric === loss
          ? { baseline_loss: first.baseline_loss_mean ?? null, loss_there: there?.loss_mean ?? null }
          : {}),
        ...Object.fromEntries(
          metrics.map(({ name }) => [`${name}_there`, there === undefined ? null : meanIn(there, name)]),
        ),
      },
    ];
  });
}

/** Written out in full, so that the order of the columns does not hang on how a row was made. */
export const BATCH_COLUMNS = {
  study: text("Name of the sweep."),
  state: text(
    "`done`; `part`: a finished shard; `failed`; `unfinished`: interrupted, or stopped because another sweep failed.",
  ),
  dataset: text("As in results.csv."),
  model: text("As in results.csv."),
  engine: text("As in results.csv."),
  method: text("Name of the pruning method."),
  seeds: integer("Number of seeds."),
  diverged: integer("Runs that diverged."),
  baseline_accuracy: figure("Mean test accuracy of the dense baselines; empty for a regression."),
  sparsity_without_loss: setting(
    "The largest sparsity that is not inferior to the dense control by a margin (1 percentage point of accuracy, 5% of the loss of a regression) or more, with 95% confidence; see [ci.md](ci.md).",
  ),
  accuracy_there: figure("Mean test accuracy at that sparsity; empty for a regression."),
  compression_there: figure("Mean compression at that sparsity."),
  problem: text(
    "What went wrong, for a sweep that is not done; or that dense networks did not learn, which leaves the sparsity without loss unknown.",
  ),
} satisfies Columns<BatchRow>;

/** Behind them, of a batch that has a regression. */
export const BATCH_LOSS_COLUMNS = {
  baseline_loss: figure("Mean test loss of the dense baselines of a regression."),
  loss_there: figure("Mean test loss at `sparsity_without_loss`."),
} satisfies OptionalColumns<BatchRow>;

/** The table, with the columns of a regression where there is one, and `<name>_there` for each metric that any sweep has of its own. */
export function batchSummaryCsv(rows: readonly BatchRow[]): string {
  const known = { ...BATCH_COLUMNS, ...(rows.some(isRegression) ? BATCH_LOSS_COLUMNS : {}) };
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const own = [...names].filter(
    (name) => !Object.hasOwn(BATCH_COLUMNS, name) && !Object.hasOwn(BATCH_LOSS_COLUMNS, name),
  );
  const columns = Object.fromEntries(own.map((name) => [name, amount("Mean of a metric at that sparsity.")]));
  return writeCsv("batch-summary", { ...known, ...columns }, rows);
}

/** Whether the sweep of a row is judged by the loss. */
export function isRegression({ baseline_loss }: BatchRow): boolean {
  return typeof baseline_loss === "number";
}

/** The mean of a metric of one's own in a row of summary.csv. */
function meanIn(row: SummaryRow, metric: string): number | null {
  return figureOf(`${metric}_mean`, row);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
