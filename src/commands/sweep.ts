import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { loadConfig } from "../config/load.ts";
import { resolvedConfigYaml } from "../config/resolved.ts";
import { engineNames } from "../engines/registry.ts";
import type { CheckpointChoice } from "../study/study.ts";
import { prepareStudy, runStudy } from "../study/study.ts";
import { closingReport } from "./closing-report.ts";
import { planReport } from "./plan-report.ts";
import { openReporter } from "./progress/reporter.ts";

interface SweepFlags {
  readonly config: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly dataDir?: string;
  readonly engine?: string;
  readonly workers?: number;
  readonly checkpoints: CheckpointChoice;
  readonly dryRun?: true;
  readonly fresh?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const EXAMPLES = `
Examples:
  prune-lab sweep --config mnist-mlp.yaml
  prune-lab sweep --config mnist-mlp --set train.epochs=3 --set 'seeds=[0]' --out results/quick
  prune-lab sweep --config my-study.yaml --engine kernels-wasm --workers 4
  prune-lab sweep --config mnist-cnn --dry-run

Running the same command again continues where it stopped. A folder may be continued with more or fewer
methods, sparsities or seeds. Exit codes: 0 done, 2 wrong input, 3 the run failed, 130 interrupted.`;

export function registerSweep(program: Command): void {
  program
    .command("sweep")
    .summary("train, prune over a range of sparsities, fine-tune, write tables and charts")
    .description(
      "Trains a network once a seed, prunes it by each method to each sparsity, fine-tunes with the mask held,\n" +
        "and writes accuracy against sparsity as CSV tables and Vega-Lite charts.",
    )
    .requiredOption(
      "-c, --config <file>",
      "a config file, or the name of one that is shipped (see: list configs)",
    )
    .option("--set <path=value>", "override a field of the config, as YAML; repeatable", append, [])
    .option("-o, --out <folder>", "folder of this sweep's results (default: results/<name>)")
    .option("--data-dir <folder>", "where the dataset's files lie")
    .addOption(new Option("--engine <name>", "what computes").choices(["auto", ...engineNames]))
    .option("--workers <n>", "worker threads (default: one a core)", positiveInteger)
    .addOption(
      new Option("--checkpoints <which>", "weights to write as safetensors files")
        .choices(["all", "baselines", "none"])
        .default("baselines"),
    )
    .option("--dry-run", "print the plan, compute and write nothing")
    .option("--fresh", "start over: remove what an earlier sweep left in the folder")
    .option("--json", "one JSON event a line on stdout")
    .option("--quiet", "print errors only")
    .addHelpText("after", EXAMPLES)
    .action(sweep);
}

function append(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InvalidArgumentError("It must be a whole number from 1 to 9999.");
  return Number(text);
}

async function sweep(flags: SweepFlags): Promise<void> {
  const overrides = flags.engine === undefined ? flags.set : [...flags.set, `engine=${flags.engine}`];
  const { config } = await loadConfig(flags.config, { set: overrides });
  const reporter = openReporter(flags);
  const request = { options: config, dataDir: flags.dataDir, onEvent: reporter.onEvent };
  const folder = flags.out ?? path.join("results", config.name);

  if (flags.dryRun) {
    const report = planReport(await prepareStudy(request), folder);
    process.stdout.write(
      flags.json ? `${JSON.stringify({ event: "plan", ...report.facts })}\n` : report.text,
    );
    return;
  }

  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const outcome = await runStudy({
      ...request,
      configText: resolvedConfigYaml(config),
      folder,
      workers: flags.workers,
      checkpoints: flags.checkpoints,
      fresh: flags.fresh ?? false,
      signal: interruption.signal,
    });
    reporter.close();
    if (!flags.json && !flags.quiet) process.stdout.write(closingReport(outcome, process.stdout));
  } finally {
    reporter.close();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
