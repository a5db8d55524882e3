import path from "node:path";
import chalk from "chalk";
import { type Command, Option } from "commander";
import { PruneLabError } from "../foundations/errors.ts";
import { wrap } from "../foundations/wrap.ts";
import { type BatchOutcome, type BatchPlan, batch, planBatch } from "../library/batch.ts";
import { BATCH_SUMMARY_FILE, type BatchRow, isRegression } from "../library/batch-summary.ts";
import { accuracy } from "../metrics/accuracy.ts";
import { loss } from "../metrics/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import { differenceText, measured, named, side } from "../metrics/words.ts";
import { batchPlanFacts, batchPlanText } from "./batch-plan.ts";
import { untilInterrupted } from "./interruption.ts";
import { outputColumns, print, terminalColumns } from "./output.ts";
import { openReporter } from "./progress/reporter.ts";
import { addRunFlags, type RunFlags } from "./run-flags.ts";
import { formatTable } from "./table.ts";

interface BatchFlags extends RunFlags {
  readonly matrix?: string;
  readonly keepGoing?: true;
  readonly dryRun?: true;
}

const EXAMPLES = `
Examples:
  prune-lab batch configs/*.yaml
  prune-lab batch mnist-mlp mnist-cnn --set 'seeds=[0, 1]' --keep-going
  prune-lab batch mnist-mlp --matrix matrix.yaml --out results/learning-rates
  prune-lab batch configs/*.yaml --dry-run
  prune-lab batch configs/*.yaml --shard 2/3 --out part-2            (see: prune-lab merge --help)

A matrix file gives paths and the values to try: every config is run with each combination.
  train.optimizer.learningRate: [0.001, 0.003]
  prune.finetune.epochs: { short: 1, long: 6 }

Running the same command again continues where it stopped. Exit codes: the highest of the sweeps; 0 done,
2 wrong input, 3 a run failed, 130 interrupted.`;

/** Adds `prune-lab batch CONFIGS...`. */
export function registerBatch(program: Command): void {
  const command = program
    .command("batch")
    .summary("many sweeps on one pool of workers, one summary")
    .description(
      "Runs many sweeps at once. Runs that are equal in several sweeps, such as dense baselines, are computed once; " +
        "each sweep's folder is the same as if it had been run alone.",
    )
    .argument("<configs...>", "config files, or names of shipped configs");
  addRunFlags(
    command,
    "folder of the sweeps' folders, batch-summary.csv and batch-report.html (default: results)",
  )
    .option("--matrix <file>", "run every config with each combination of the overrides in a YAML file")
    .option("--keep-going", "when a sweep fails, go on with the others")
    .addOption(
      new Option(
        "--dry-run",
        "print what would run and what is done already; compute and write nothing",
      ).conflicts("fresh"),
    )
    .addHelpText("after", EXAMPLES)
    .action(runBatch);
}

async function runBatch(configs: readonly string[], { dryRun, ...flags }: BatchFlags): Promise<void> {
  const reporter = openReporter(flags);
  if (dryRun) {
    const plan = await planBatch(configs, { ...flags, onEvent: reporter.onEvent });
    const json = () => batchPlanFacts(plan).map((facts) => `${JSON.stringify(facts)}\n`);
    print(flags.json ? json().join("") : batchPlanText(plan));
    const refusal = refusalOf(plan);
    if (refusal !== undefined) throw refusal;
    return;
  }
  let outcome: BatchOutcome;
  try {
    outcome = await untilInterrupted((signal) =>
      batch(configs, { ...flags, signal, onEvent: reporter.onEvent }),
    );
  } finally {
    reporter.close();
  }
  if (!flags.json && !flags.quiet) print(summaryText(outcome));
  const error = errorOf(outcome, flags.keepGoing ?? false);
  if (error !== undefined) throw error;
}

/** One line for each sweep and method. */
function summaryText({ out, summary, report }: BatchOutcome): string {
  const judgedBy = [accuracy, loss].filter((metric) =>
    summary.some((row) => row.method !== null && metricOf(row) === metric),
  );
  const several = judgedBy.length > 1;
  const setbacks = judgedBy.map(({ difference }) => difference.setback).join(" or ") || "loss";
  const value = several ? "result" : (judgedBy[0] ?? accuracy).noun;
  const header = ["sweep", "method", "seeds", "dense", `no ${setbacks} up to`, value, "compression", "state"];
  const rows = summary.map((row) => {
    const metric = metricOf(row);
    const shown = (figure: number | null | undefined) =>
      figure == null ? "" : several ? named(metric, figure) : measured(metric, figure);
    return [
      row.study,
      row.method ?? "",
      row.seeds === null ? "" : String(row.seeds),
      shown(metric === loss ? row.baseline_loss : row.baseline_accuracy),
      row.sparsity_without_loss === null
        ? ""
        : `${Number((100 * row.sparsity_without_loss).toPrecision(6))}%`,
      shown(metric === loss ? row.loss_there : row.accuracy_there),
      row.compression_there === null ? "" : `${row.compression_there.toFixed(1)}x`,
      stateText(row),
    ];
  });
  const margins = judgedBy.map(
    (metric) => `${differenceText(metric, metric.difference.margin)} ${side(metric, "worse")}`,
  );
  const legend =
    judgedBy.length === 0
      ? ""
      : `no ${setbacks} up to: the largest sparsity less than ${margins.join(" or ")} the dense control, with 95% ` +
        `confidence; ${value} and compression there.`;
  return (
    `${formatTable(header, rows, {
      columns: terminalColumns(),
      spare: ["compression", "seeds", value, "dense"],
    })}\n` +
    `${wrap(legend, outputColumns())
      .map((line) => chalk.dim(line))
      .join("\n")}\n` +
    `${path.join(out, BATCH_SUMMARY_FILE)}${report === undefined ? "" : `\n${report}`}\n`
  );
}

function metricOf(row: BatchRow): Metric {
  return isRegression(row) ? loss : accuracy;
}

function stateText({ state, diverged }: BatchRow): string {
  return diverged !== null && diverged > 0 ? `${state}, ${diverged} diverged` : state;
}

/** One error for all sweeps that are not done, of the kind that has the highest exit code; undefined when all are. */
function errorOf({ sweeps }: BatchOutcome, keepGoing: boolean): PruneLabError | undefined {
  const problems = sweeps.flatMap(({ study, end }) => (end.state === "done" ? [] : [{ study, ...end }]));
  if (problems.length === 0) return undefined;
  const failed = problems.filter(({ state }) => state === "failed");
  // Without --keep-going the first failure leaves the others unfinished, and is what counts.
  const interrupted = problems.length > failed.length && (keepGoing || failed.length === 0);
  return new PruneLabError(
    interrupted ? "interrupted" : kindOf(failed),
    `${problems.length} of ${sweeps.length} sweeps are not done:\n${reasonsOf(problems)}`,
    { hint: "Run the same command again to continue.", cause: failed[0]?.error },
  );
}

/** One error for the sweeps that a plan leaves out; undefined when it has all. */
function refusalOf({ sweeps, refused }: BatchPlan): PruneLabError | undefined {
  if (refused.length === 0) return undefined;
  const of = sweeps.length + refused.length;
  return new PruneLabError(
    kindOf(refused),
    `${refused.length} of ${of} sweeps cannot be run:\n${reasonsOf(refused)}`,
    { cause: refused[0]?.error },
  );
}

type Failures = readonly { readonly study: string; readonly error: unknown }[];

function kindOf(failures: Failures): "input" | "failure" {
  const isInput = (error: unknown) => error instanceof PruneLabError && error.kind === "input";
  return failures.every(({ error }) => isInput(error)) ? "input" : "failure";
}

/** A line for each. */
function reasonsOf(failures: Failures): string {
  return failures
    .map(({ study, error }) => `  ${study}: ${messageOf(error).replaceAll("\n", "\n  ")}`)
    .join("\n");
}

function messageOf(error: unknown): string {
  if (!(error instanceof PruneLabError)) {
    return `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
  }
  // The hint of an interruption is the hint of the whole.
  return error.hint === undefined || error.kind === "interrupted"
    ? error.message
    : `${error.message} ${error.hint}`;
}
