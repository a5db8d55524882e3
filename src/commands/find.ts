import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { percent } from "../charts/parts/titles.ts";
import { wrap } from "../foundations/wrap.ts";
import { type FindOutcome, type FoundSparsity, find } from "../library/find.ts";
import { metrics } from "../metrics/registry.ts";
import { differenceText, heading, spreadText, valueText } from "../metrics/words.ts";
import { FIND_FILE } from "../recording/results-folder.ts";
import { untilInterrupted } from "./interruption.ts";
import { outputColumns, print, printJson } from "./output.ts";
import { openReporter } from "./progress/reporter.ts";
import { addConfigFlags, addProgressFlags } from "./run-flags.ts";
import { formatTable } from "./table.ts";

const EXAMPLES = `
Examples:
  prune-lab find --config mnist-mlp
  prune-lab find --config mnist-mlp --within 0.5 --set 'prune.methods=[global-magnitude]'
  prune-lab find --config my-study.yaml --tolerance 0.01 --json

Networks are judged on the validation examples; the test examples are shown and decide nothing. Runs are stored where
the sweep of the config stores its own, so that neither computes twice. Exit codes: 0 done, 2 wrong input, 3 the run
failed, 130 interrupted: the same command continues.`;

interface FindFlags {
  readonly config: string;
  readonly within: number;
  readonly tolerance: number;
  readonly set: readonly string[];
  readonly out?: string;
  readonly dataDir?: string;
  readonly engine?: string;
  readonly workers?: number;
  readonly json?: true;
  readonly quiet?: true;
}

export function registerFind(program: Command): void {
  const command = program
    .command("find")
    .summary("find the largest sparsity at which a method stays within a margin")
    .description(
      "Finds for each method of a config the largest sparsity at which it is at most so much worse than its dense " +
        "control, by bisection on the validation examples.",
    )
    .requiredOption(
      "-c, --config <file>",
      "a config file, or the name of one that is shipped (see: list configs)",
    )
    .option("--within <margin>", "points of accuracy, or percent of the loss of a regression", number, 1)
    .option(
      "--tolerance <part>",
      "ends once what is found keeps at most this part more weights than what lies outside",
      number,
      0.05,
    );
  addProgressFlags(addConfigFlags(command, "folder of the sweep's results (default: results/<name>)"))
    .addHelpText("after", EXAMPLES)
    .action(runFind);
}

function number(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It must be a number from 0.");
  return Number(text);
}

async function runFind({ config, ...flags }: FindFlags): Promise<void> {
  const reporter = openReporter(flags);
  try {
    const outcome = await untilInterrupted((signal) =>
      find(config, { ...flags, onEvent: reporter.onEvent, signal }),
    );
    reporter.close();
    if (flags.json) printJson({ event: "found", ...outcome });
    else if (!flags.quiet) print(foundText(outcome, outputColumns()));
  } finally {
    reporter.close();
  }
}

/** The table of what was found, and what it promises. */
function foundText(
  { methods, within, tolerance, metric: name, folder }: FindOutcome,
  columns: number,
): string {
  const metric = metrics.named(name);
  const { difference } = metric;
  const rows = methods.map((each) => foundRow(each));
  const header = [
    "method",
    "pruned",
    "kept",
    `validation ${difference.name}`,
    `test ${metric.noun}`,
    `test ${difference.name}`,
    "looks",
  ];
  const sentences = [
    `The largest sparsity found at which the mean ${difference.name} from the dense control, paired by seed, is at most ` +
      `${differenceText(metric, within)} on the validation examples. The next one outside keeps at most ${100 * tolerance}% fewer weights.`,
    "Bisection finds one such place: where a curve falls and rises again, there may be others beyond it.",
  ];
  const lines = sentences.flatMap((sentence) => wrap(sentence, columns));
  return `${formatTable(header, rows)}\n${lines.join("\n")}\n\n${heading(metric)} of all points looked at: ${path.join(path.normalize(folder), FIND_FILE)}\n`;

  function foundRow({ method, sparsity, found, looks }: FoundSparsity): string[] {
    if (found === undefined) return [method, percent(sparsity), "all", "", "", "", String(looks.length)];
    const { mean, ci95 } = found.test;
    const spread = mean === null || ci95 === null ? "" : ` ${spreadText(metric, mean, ci95)}`;
    return [
      method,
      percent(sparsity),
      found.kept.toLocaleString("en-US"),
      found.drop.mean?.toFixed(2) ?? "",
      mean === null ? "" : valueText(metric, mean) + spread,
      found.testDrop.mean?.toFixed(2) ?? "",
      String(looks.length),
    ];
  }
}
