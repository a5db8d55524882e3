import { type Command, Option } from "commander";
import { inputError } from "../foundations/errors.ts";
import { planOnCluster, submitSweep } from "../library/cluster.ts";
import { planSweep, type SweepOptions, sweep } from "../library/sweep.ts";
import { closingReport } from "./closing-report.ts";
import { submittedText, withClusterPlan } from "./cluster-text.ts";
import { untilInterrupted } from "./interruption.ts";
import { outputColumns, print, printJson, terminalColumns } from "./output.ts";
import { planReport } from "./plan-report.ts";
import { openReporter } from "./progress/reporter.ts";
import { addRunFlags, type RunFlags } from "./run-flags.ts";

interface SweepFlags extends RunFlags {
  readonly config: string;
  readonly dryRun?: true;
  readonly on?: NonNullable<SweepOptions["on"]>;
  readonly cluster?: string;
  readonly detach?: true;
}

const EXAMPLES = `
Examples:
  prune-lab sweep --config mnist-mlp.yaml
  prune-lab sweep --config mnist-mlp --set train.epochs=3 --set 'seeds=[0]' --out results/quick
  prune-lab sweep --config my-study.yaml --engine kernels-wasm --workers 4
  prune-lab sweep --config mnist-cnn --dry-run
  prune-lab sweep --config mnist-cnn --shard 1/3 --out part-1        (see: prune-lab merge --help)
  prune-lab sweep --config my-study --on slurm --dry-run             (see: docs/cluster.md)

Running the same command again continues where it stopped. A folder may be continued with more or fewer
methods, sparsities or seeds. Exit codes: 0 done, 2 wrong input, 3 the run failed, 130 interrupted.`;

export function registerSweep(program: Command): void {
  const command = program
    .command("sweep")
    .summary("train, prune over a range of sparsities, fine-tune, write tables and charts")
    .description(
      "Trains one network for each seed. Prunes a copy of it by each method to each sparsity, and fine-tunes what is left; " +
        "pruned weights stay zero. " +
        "Writes accuracy against sparsity as tables and charts.",
    )
    .requiredOption(
      "-c, --config <file>",
      "a config file, or the name of one that is shipped (see: list configs)",
    );
  addRunFlags(command, "folder of this sweep's results (default: results/<name>)")
    .addOption(new Option("--dry-run", "print the plan, compute and write nothing").conflicts("fresh"))
    .addOption(
      new Option(
        "--on <scheduler>",
        "compute on a cluster: slurm, or redis://HOST for machines that run prune-lab worker (docs/cluster.md)",
      ).conflicts(["shard", "workers"]),
    )
    .option("--cluster <file>", "where tasks go (default: cluster.yaml beside the config)")
    .option("--detach", "with --on: submit, and do not wait")
    .addHelpText("after", EXAMPLES)
    .action(runSweep);
}

async function runSweep({ config, dryRun, detach, ...flags }: SweepFlags): Promise<void> {
  for (const [flag, given] of [
    ["--cluster", flags.cluster],
    ["--detach", detach],
  ]) {
    if (given !== undefined && flags.on === undefined)
      throw inputError(`${flag} needs --on slurm, or redis://HOST.`);
  }
  const reporter = openReporter(flags);
  const options: SweepOptions = { ...flags, onEvent: reporter.onEvent };
  if (dryRun) {
    const report = planReport(await planSweep(config, options), terminalColumns());
    const cluster = flags.on === undefined ? undefined : await planOnCluster(config, options);
    if (flags.json)
      printJson({ event: "plan", ...report.facts, ...(cluster === undefined ? {} : { cluster }) });
    else print(cluster === undefined ? report.text : withClusterPlan(report.text, cluster));
    return;
  }
  try {
    if (detach) {
      const left = await untilInterrupted((signal) => submitSweep(config, { ...options, signal }));
      reporter.close();
      if (flags.json) printJson({ event: "submitted", ...left });
      else if (!flags.quiet) print(submittedText(left));
      return;
    }
    const outcome = await untilInterrupted((signal) => sweep(config, { ...options, signal }));
    reporter.close();
    if (!flags.json && !flags.quiet) print(closingReport(outcome, { columns: outputColumns() }));
  } finally {
    reporter.close();
  }
}
