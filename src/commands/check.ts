import { readFile, writeFile } from "node:fs/promises";
import chalk from "chalk";
import { type Command, InvalidArgumentError } from "commander";
import { CHECK_DEFAULTS, type CheckReport, check } from "../analysis/check.ts";
import { count } from "../charts/parts/titles.ts";
import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { inputError, PruneLabError, systemErrorCode } from "../foundations/errors.ts";
import { metrics } from "../metrics/registry.ts";
import { differenceText } from "../metrics/words.ts";
import { tables } from "../recording/columns.ts";
import { type RecordedResults, readResults } from "../recording/results-reader.ts";
import { annotations } from "./check/annotations.ts";
import { junitReport } from "./check/junit.ts";
import { markdownReport } from "./check/markdown.ts";
import { curveLines, tableHeader, tableRows } from "./check/table.ts";
import { verdictSentence } from "./check/words.ts";
import { print, printJson, tell, tellWorkflowCommand } from "./output.ts";
import { addPluginFlag } from "./run-flags.ts";
import { formatTable } from "./table.ts";

interface CheckFlags {
  readonly against: string;
  readonly alpha: number;
  readonly tolerance?: number;
  readonly exact: boolean;
  readonly allowMissing: boolean;
  readonly update?: true;
  readonly json?: true;
  readonly junit?: string;
  readonly markdown?: string;
}

const EXIT_REGRESSION = 1;

const EXAMPLES = `
Examples:
  $ prune-lab check results/mnist-mlp --against baselines/mnist-mlp.csv
  $ prune-lab check results/mnist-mlp --against baselines/mnist-mlp.csv --update
  $ prune-lab check results/gate --against baseline.csv --exact --junit report.xml

A regression is a drop of accuracy (of a study that has none, a rise of the loss) that is significant and larger
than the tolerance, or a count of weights, of multiply-accumulates or a status that is not the baseline's.
Exit codes: 0 no regression, 1 a regression, 2 wrong input.`;

export function registerCheck(program: Command): void {
  const command = program
    .command("check")
    .summary("compare accuracy curves with a baseline: a gate for CI")
    .description(
      "Compares the results of a sweep with a baseline, point by point: what has to be equal, then accuracies or losses.",
    )
    .argument("<results>", "a results folder, or a results table (.csv)")
    .requiredOption("--against <baseline>", "what to compare with: a results folder or table")
    .option("--alpha <p>", "how often, at most, equal networks may fail", level, CHECK_DEFAULTS.alpha)
    .option(
      "--tolerance <amount>",
      `what may be lost, in percentage points of accuracy or percent of the baseline's loss (default: ${tolerances()})`,
      tolerance,
    )
    .option("--exact", "any difference in any cell is a regression", CHECK_DEFAULTS.exact)
    .option("--allow-missing", "compare the points that both have", CHECK_DEFAULTS.allowMissing)
    .option("--update", "write the results' table as the new baseline, and end with 0")
    .option("--junit <file>", "write a JUnit report")
    .option("--markdown <file>", "write a Markdown report")
    .option("--json", "print JSON, one line");
  addPluginFlag(command).addHelpText("after", EXAMPLES).action(runCheck);
}

function level(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < 0.5)) {
    throw new InvalidArgumentError("It must be a number above 0 and below 0.5.");
  }
  return value;
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

async function runCheck(results: string, flags: CheckFlags): Promise<void> {
  if (flags.update) return updateBaseline(results, flags);
  const report = await check({ results, baseline: flags.against, ...flags });
  await publish(report, flags);
  if (report.verdict === "regression") process.exitCode = EXIT_REGRESSION;
}

async function publish(report: CheckReport, flags: CheckFlags): Promise<void> {
  if (flags.junit !== undefined) await writeReport(flags.junit, junitReport(report));
  if (flags.markdown !== undefined) await writeReport(flags.markdown, markdownReport(report));
  // Actions reads commands from both streams; stdout may be JSON.
  if (process.env.GITHUB_ACTIONS === "true") {
    for (const line of annotations(report)) tellWorkflowCommand(line);
  }
  if (flags.json) printJson({ event: "check", ...report });
  else print(text(report));
}

function text(report: CheckReport): string {
  const sentence = verdictSentence(report);
  const colored = report.verdict === "regression" ? chalk.red.bold(sentence) : chalk.green.bold(sentence);
  if (report.verdict === "identical") {
    return `${report.notes.map((note) => `${note}\n`).join("")}${colored}\n`;
  }
  return [
    formatTable(tableHeader(report), tableRows(report)),
    "\n",
    ...[...curveLines(report), ...report.notes].map((line) => `${line}\n`),
    `${colored}\n`,
  ].join("");
}

/** Written as they come, not beside and renamed: the file may be a device, or one that Actions has open. */
async function writeReport(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw inputError(`${file} cannot be written (${systemErrorCode(error) ?? error}).`, { cause: error });
  }
}

/** Replaces the baseline's table by that of the results, telling first what changes. */
async function updateBaseline(results: string, flags: CheckFlags): Promise<void> {
  const file = flags.against;
  const recorded = await readResults(results);
  if (await isOverwritable(file)) {
    try {
      await publish(await check({ results, baseline: file, ...flags }), flags);
    } catch (error) {
      if (!(error instanceof PruneLabError) || error.kind !== "input") throw error;
      tell(`The old baseline cannot be compared: ${error.message}`);
    }
  }
  await writeBaseline(file, recorded);
  if (!flags.json) print(`${file} is written: ${count(recorded.rows.length, "row")}.\n`);
}

/** Whether there is a baseline to replace. Throws for a file or folder that is something else. */
async function isOverwritable(file: string): Promise<boolean> {
  const columns = Object.keys(tables.results);
  try {
    const [header = ""] = (await readFile(file, "utf8")).split(/\r?\n/, 1);
    const names = header.replace(/^\ufeff/, "").split(",");
    if (columns.filter((column) => names.includes(column)).length > columns.length / 2) return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    if (systemErrorCode(error) !== "EISDIR") throw error;
  }
  throw inputError(`${file} is not a results table, so --update does not replace it.`, {
    hint: "Name a new file, or the CSV of an older baseline.",
  });
}

async function writeBaseline(file: string, { content }: RecordedResults): Promise<void> {
  try {
    await writeFileAtomic(file, content);
  } catch (error) {
    throw inputError(`${file} cannot be written (${systemErrorCode(error) ?? error}).`, { cause: error });
  }
}
