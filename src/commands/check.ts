import type { Command } from "commander";
import { check, type GateReport, isFailed } from "../library/check.ts";
import { doubtLine } from "./check/confirmation.ts";
import { addCheckFlags, type CheckFlags, checkOptions } from "./check/flags.ts";
import { openOutputs, publish, publishError } from "./check/outputs.ts";
import { updateBaseline } from "./check/update.ts";
import { untilInterrupted } from "./interruption.ts";
import { tell } from "./output.ts";
import { openReporter } from "./progress/reporter.ts";
import { addPluginFlag } from "./run-flags.ts";

const EXIT_REGRESSION = 1;

const EXAMPLES = `
Examples:
  $ prune-lab check results/mnist-mlp --against baselines/mnist-mlp.csv
  $ prune-lab check results/mnist-mlp --against baselines/mnist-mlp.csv --update
  $ prune-lab check results/gate --against baseline.csv --exact --junit report.xml
  $ prune-lab check results/mnist-mlp --against baseline.csv --confirm --history history.jsonl

A regression is a drop of accuracy (of a study that has none, a rise of the loss), or a worse value of a metric of
the config's own, that is significant and larger than the tolerance; or a count of weights, of multiply-accumulates
or a status that is not the baseline's.
The flags stand above the config's own section, check:, which can set tolerances for single methods and sparsities.
Exit codes: 0 no regression, 1 a regression, 2 wrong input.`;

export function registerCheck(program: Command): void {
  const command = program
    .command("check")
    .summary("compare accuracy curves with a baseline: a gate for CI")
    .description(
      "Compares the results of a sweep with a baseline, point by point: what has to be equal, then accuracies or losses.",
    )
    .argument("<results>", "a results folder, or a results table (.csv)")
    .requiredOption("--against <baseline>", "what to compare with: a results folder or table");
  addPluginFlag(addCheckFlags(command)).addHelpText("after", EXAMPLES).action(runCheck);
}

async function runCheck(results: string, flags: CheckFlags): Promise<void> {
  const outputs = await openOutputs(results, flags);
  const compare = () => gate(results, flags);
  if (flags.update)
    return updateBaseline(results, flags, async () => publish(await compare(), outputs, flags));
  let report: GateReport;
  try {
    report = await compare();
  } catch (error) {
    await publishError(error, outputs, { results, baseline: flags.against });
    throw error;
  }
  await publish(report, outputs, flags);
  if (isFailed(report)) process.exitCode = EXIT_REGRESSION;
}

async function gate(results: string, flags: CheckFlags): Promise<GateReport> {
  const { history: file, historyRestart: restart, maxSeeds } = flags;
  const request = {
    results,
    baseline: flags.against,
    ...checkOptions(flags),
    ...(file === undefined ? {} : { history: { file, restart } }),
  };
  if (!flags.confirm) return check(request);
  const reporter = openReporter({});
  try {
    return await untilInterrupted((signal) =>
      check({
        ...request,
        confirm: {
          maxSeeds,
          signal,
          onEvent: reporter.onEvent,
          onDoubt: (look, next) => tell(doubtLine(look, next)),
        },
      }),
    );
  } finally {
    reporter.close();
  }
}
