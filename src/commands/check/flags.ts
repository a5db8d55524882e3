import { type Command, InvalidArgumentError, Option } from "commander";
import type { CheckRequest } from "../../analysis/gate/check.ts";
import type { Level } from "../../analysis/gate/check-settings.ts";
import { MAX_SEEDS } from "../../library/confirm.ts";
import { metrics } from "../../metrics/registry.ts";
import { differenceText } from "../../metrics/words.ts";

export interface CheckFlags {
  readonly against: string;
  readonly alpha?: number;
  readonly tolerance?: number;
  readonly level?: Level;
  readonly exact?: true;
  readonly allowMissing?: true;
  readonly allowMissingSeeds?: true;
  readonly failOnStale?: true;
  readonly update?: true;
  readonly all?: true;
  readonly json?: true;
  readonly junit?: string;
  readonly markdown?: string;
  readonly comment?: string;
  readonly confirm?: true;
  readonly maxSeeds: number;
  readonly history?: string;
  readonly historyRestart?: true;
}

export function addCheckFlags(command: Command): Command {
  return command
    .option(
      "--alpha <p>",
      "of checks in which nothing got worse, the fraction that may find a drop all the same (default: 0.05)",
      alpha,
    )
    .option(
      "--tolerance <amount>",
      `a drop up to this is none: percentage points of accuracy, or percent of the baseline's loss (default: ${tolerances()})`,
      tolerance,
    )
    .addOption(
      new Option(
        "--level <level>",
        "what a regression is: an error, or a warning that ends with 0 (default: error)",
      ).choices(["error", "warn"]),
    )
    .option("--exact", "any difference in any cell is a regression")
    .option("--allow-missing-seeds", "compare the seeds that there are: one side may lack some")
    .option("--allow-missing", "compare the points and seeds that both have")
    .option("--fail-on-stale", "a baseline that was made with other settings ends with 2")
    .option(
      "--update",
      "write the results' table, and its settings beside it, as the new baseline; ends with 0",
    )
    .addOption(
      new Option(
        "--confirm",
        "run the sweep with more seeds as long as the verdict is in doubt; the results folder gets them",
      ).conflicts(["exact", "update"]),
    )
    .option("--max-seeds <n>", "most seeds that --confirm gives the results", seeds, MAX_SEEDS)
    .addOption(
      new Option(
        "--history <file>",
        "add a line for this run to a file, and find what gets worse slowly over the runs in it",
      ).conflicts(["exact", "update"]),
    )
    .option("--history-restart", "accept what declined so far: the history is tested from this run on")
    .option("--all", "list every point, not the worst ones alone")
    .option("--junit <file>", "write a JUnit report (- for stdout)")
    .option("--markdown <file>", "write a Markdown report (- for stdout); added to $GITHUB_STEP_SUMMARY")
    .option("--comment <file>", "write a comment for a pull request, with the curves drawn (- for stdout)")
    .option("--json", "print JSON, one line");
}

/** What the flags ask of the comparison; the rest is the config's. */
export function checkOptions(flags: CheckFlags): Omit<CheckRequest, "results" | "baseline"> {
  const { alpha, tolerance, level, exact, failOnStale, allowMissing, allowMissingSeeds } = flags;
  const missing = allowMissing ?? (allowMissingSeeds ? "seeds" : undefined);
  return {
    ...(alpha === undefined ? {} : { alpha }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(level === undefined ? {} : { level }),
    ...(exact === undefined ? {} : { exact }),
    ...(failOnStale === undefined ? {} : { failOnStale }),
    ...(missing === undefined ? {} : { allowMissing: missing }),
  };
}

function alpha(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < 0.5)) {
    throw new InvalidArgumentError("It must be a number above 0 and below 0.5.");
  }
  return value;
}

function seeds(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new InvalidArgumentError("It must be a whole number from 1 to 999.");
  return Number(text);
}

/** Of each metric, its own. */
function tolerances(): string {
  const texts = metrics
    .list()
    .map((metric) => `${metric.noun} ${differenceText(metric, metric.difference.tolerance)}`);
  return texts.join(", ");
}

function tolerance(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 100)) {
    throw new InvalidArgumentError(
      "It must be a number from 0 to 100: percentage points of accuracy, or percent of the loss.",
    );
  }
  return value;
}
