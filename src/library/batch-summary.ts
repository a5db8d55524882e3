import { stringify } from "csv-stringify/sync";
import { largestNonInferiorSparsity, NON_INFERIORITY_MARGIN } from "../analysis/curve-summaries.ts";
import { groupBy } from "../analysis/group-by.ts";
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
  /** The largest sparsity that is not inferior to the dense control by 1 percentage point or more. */
  readonly sparsity_without_loss: number | null;
  /** Mean test accuracy and compression there. */
  readonly accuracy_there: number | null;
  readonly compression_there: number | null;
  /** What went wrong, in one line. */
  readonly problem: string | null;
}

/** The margin of `sparsity_without_loss`, in percentage points. */
export const MARGIN = NON_INFERIORITY_MARGIN;

/** The rows of one sweep: a pure function of how it ended, so that a re-run and a merge give the same bytes. */
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
  const { results, summary, shard } = end.outcome;
  if (shard !== undefined) return [{ ...blank, state: "part" }];
  return [...groupBy(summary, (row) => row.method)].flatMap(([method, points]): BatchRow[] => {
    const [first] = points;
    if (first === undefined) return [];
    const largest = largestNonInferiorSparsity(results.filter((row) => row.method === method));
    const there = points.find((row) => row.target_sparsity === largest);
    return [
      {
        study,
        state: end.state,
        dataset: first.dataset,
        model: first.model,
        engine: first.engine,
        method,
        seeds: Math.max(...points.map((row) => row.n + row.diverged)),
        diverged: points.reduce((sum, row) => sum + row.diverged, 0),
        baseline_accuracy: first.baseline_accuracy_mean,
        sparsity_without_loss: largest ?? null,
        accuracy_there: there?.accuracy_mean ?? null,
        compression_there: there?.compression ?? null,
        problem: null,
      },
    ];
  });
}

/** Written out in full, so that the order of the columns does not hang on how a row was made. */
const COLUMNS = {
  study: String,
  state: String,
  dataset: String,
  model: String,
  engine: String,
  method: String,
  seeds: String,
  diverged: String,
  baseline_accuracy: figure,
  sparsity_without_loss: String,
  accuracy_there: figure,
  compression_there: figure,
  problem: String,
} satisfies { [Key in keyof BatchRow]: (value: NonNullable<BatchRow[Key]>) => string };

export function batchSummaryCsv(rows: readonly BatchRow[]): string {
  const columns = Object.keys(COLUMNS);
  const lines = rows.map((row) =>
    Object.entries(COLUMNS).map(([key, format]) => {
      const value = row[key as keyof BatchRow];
      return value === null ? "" : (format as (value: unknown) => string)(value);
    }),
  );
  return stringify([columns, ...lines], { record_delimiter: "\n" });
}

function figure(value: number): string {
  return value.toFixed(6);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
