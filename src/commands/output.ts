import { isatty } from "node:tty";
import chalk from "chalk";
import { systemErrorCode } from "../foundations/errors.ts";
import { printable, printableStyled, withoutWorkflowCommands } from "../foundations/printable.ts";

/**
 * The one place that writes to the terminal. Whatever text holds of configs, tables and file names is shown there and
 * obeyed by nothing: control characters are escaped, and on GitHub Actions so is what would be a workflow command.
 */

/** Columns to fill where the output is no terminal. */
const PIPE_COLUMNS = 100;
const HELP_COLUMNS = 80;

/** Writes text that may be colored to stdout, as it is. */
export function print(text: string): void {
  process.stdout.write(shown(text, chalk.level > 0));
}

/** Writes what could as well be a file to stdout, byte for byte. */
export function printFile(content: string | Uint8Array): void {
  process.stdout.write(content);
}

/** Writes a value to stdout as one line of JSON, or indented for readers. */
export function printJson(value: unknown, indent?: number): void {
  print(`${JSON.stringify(value, null, indent)}\n`);
}

/** Writes a line, or several, to stderr. */
export function tell(line: string): void {
  process.stderr.write(`${shown(line, false)}\n`);
}

/** Writes a workflow command of GitHub Actions, which the caller has escaped (`%0A`), to stderr. */
export function tellWorkflowCommand(command: string): void {
  process.stderr.write(`${printable(command).replaceAll("\n", " ")}\n`);
}

/** The stream for progress bars, which draw themselves; their texts go through `printableLine` first. */
export const progressStream = process.stderr;

/** Whether one of the three streams is a terminal. */
export function hasTerminal(): boolean {
  return [0, 1, 2].some((stream) => isatty(stream));
}

/** Width of the standard output: of the terminal, or COLUMNS, or what suits a file. */
export function outputColumns(): number {
  return terminalColumns() ?? PIPE_COLUMNS;
}

/** Width of the terminal that a table has to fit; undefined for a file or a pipe, which takes any. */
export function terminalColumns(): number | undefined {
  return process.stdout.columns ?? columnsAsked();
}

/** Width of help, on stdout or as part of an error. */
export function helpColumns(isError = false): number {
  const stream = isError ? process.stderr : process.stdout;
  return stream.columns ?? columnsAsked() ?? HELP_COLUMNS;
}

/** COLUMNS, where it is a width that text can have. */
function columnsAsked(): number | undefined {
  const asked = Number(process.env.COLUMNS);
  return Number.isInteger(asked) && asked >= 20 ? asked : undefined;
}

/** Turns colors off where NO_COLOR asks for it: chalk follows FORCE_COLOR and the terminal only (https://no-color.org). */
export function obeyNoColor(): void {
  if (process.env.NO_COLOR) chalk.level = 0;
}

/** Calls back when one of the streams cannot be written any more, with the system's code. */
export function onOutputError(callback: (code: string) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => callback(systemErrorCode(error) ?? error.message));
  }
}

function shown(text: string, colored: boolean): string {
  const safe = colored ? printableStyled(text) : printable(text);
  return process.env.GITHUB_ACTIONS ? withoutWorkflowCommands(safe) : safe;
}
