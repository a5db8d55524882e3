import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { inputError } from "../../foundations/errors.ts";
import type { GateReport } from "../../library/check.ts";
import { HISTORY_BEGINNING } from "../../recording/check-history.ts";
import { type OutputFile, type OutputKind, outputFile } from "../../recording/output-file.ts";
import { print, printJson, tell, tellWorkflowCommand, terminalColumns } from "../output.ts";
import { annotations, errorAnnotation } from "./annotations.ts";
import { COMMENT_MARK, commentError, commentReport } from "./comment.ts";
import { type CheckError, type ComparedPlaces, checkError } from "./error-report.ts";
import type { CheckFlags } from "./flags.ts";
import { junitError, junitReport } from "./junit.ts";
import { MARKDOWN_MARK, markdownError, markdownReport } from "./markdown.ts";
import { textReport } from "./text.ts";

/** A report that goes to a place of the user's choice. */
interface ReportFile {
  readonly file: OutputFile;
  readonly render: (report: GateReport) => string;
  /** For a comparison that could not be made: whoever waits for the report sees why. */
  readonly renderError: (error: CheckError) => string;
}

const JUNIT: OutputKind = {
  writer: "--junit",
  name: "a JUnit report",
  recognize: (beginning) => /^<\?xml [^>]*>\s*<testsuites?[\s>]/.test(beginning),
};

const MARKDOWN: OutputKind = {
  writer: "--markdown",
  name: "a Markdown report of this command",
  recognize: (beginning) => beginning.startsWith(MARKDOWN_MARK),
  append: (file) => file === realPath(process.env.GITHUB_STEP_SUMMARY),
};

const COMMENT: OutputKind = {
  writer: "--comment",
  name: "a comment of this command",
  recognize: (beginning) => beginning.startsWith(COMMENT_MARK),
};

const HISTORY: OutputKind = {
  writer: "--history",
  name: "a history of this command",
  recognize: (beginning) => beginning.startsWith(HISTORY_BEGINNING),
};

function realPath(file: string | undefined): string | undefined {
  if (file === undefined || file === "") return undefined;
  return existsSync(file) ? realpathSync(file) : path.resolve(file);
}

/** The reports that the flags ask for, before anything is compared. Throws for a place that may not be written. */
export async function openOutputs(results: string, flags: CheckFlags): Promise<readonly ReportFile[]> {
  const reports: ReportFile[] = [];
  const open = (given: string, kind: OutputKind, mayBeStandardOutput = true) =>
    outputFile(given, kind, {
      inputs: [results, flags.against],
      outputs: reports.map(({ file }) => file),
      ...(mayBeStandardOutput ? { standardOutput: (content) => print(content.toString()) } : {}),
    });
  try {
    if (flags.junit !== undefined) {
      const file = await open(flags.junit, JUNIT);
      reports.push({ file, render: junitReport, renderError: junitError });
    }
    if (flags.markdown !== undefined) {
      const file = await open(flags.markdown, MARKDOWN);
      reports.push({ file, render: markdownReport, renderError: markdownError });
    }
    if (flags.comment !== undefined) {
      const file = await open(flags.comment, COMMENT);
      reports.push({ file, render: commentReport, renderError: commentError });
    }
    // Only whether it may be written: lines are added by whoever knows the file.
    if (flags.history !== undefined) await open(flags.history, HISTORY, false);
    if (flags.json && reports.some(({ file }) => file.toStandardOutput)) {
      throw inputError("--json prints to standard output, so that no report can be written there.");
    }
  } catch (error) {
    await publishError(error, reports, { results, baseline: flags.against });
    throw error;
  }
  return reports;
}

export async function publish(
  report: GateReport,
  reports: readonly ReportFile[],
  flags: Pick<CheckFlags, "json" | "all">,
): Promise<void> {
  // Actions reads commands from both streams; stdout may be JSON.
  if (isGitHubActions()) for (const line of annotations(report)) tellWorkflowCommand(line);
  const text = textReport(report, {
    columns: terminalColumns() ?? Number.POSITIVE_INFINITY,
    all: flags.all ?? false,
  });
  if (flags.json) printJson({ event: "check", ...report, metrics: report.metrics.map(({ name }) => name) });
  else if (reports.some(({ file }) => file.toStandardOutput)) tell(text.trimEnd());
  else print(text);
  for (const { file, render } of reports) await file.write(render(report));
}

/** Tells where reports are awaited that there is nothing to report, and why. */
export async function publishError(
  thrown: unknown,
  reports: readonly ReportFile[],
  places: ComparedPlaces,
): Promise<void> {
  const error = checkError(thrown, places);
  if (isGitHubActions()) tellWorkflowCommand(errorAnnotation(error));
  for (const { file, renderError } of reports) {
    // The first error is the one to hear of.
    await file.write(renderError(error)).catch(() => {});
  }
}

function isGitHubActions(): boolean {
  return process.env.GITHUB_ACTIONS === "true";
}
