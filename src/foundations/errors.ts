import { constants } from "node:os";

/**
 * The one error type that is phrased for the user. `kind` decides the exit code:
 * `input` (flags, config, data, baseline: exit 2), `failure` (the run itself failed: exit 3),
 * `interrupted` (Ctrl-C: exit 130).
 */
export class PruneLabError extends Error {
  readonly kind: "input" | "failure" | "interrupted";
  /** A command or an action that helps, printed on a line of its own. */
  readonly hint: string | undefined;

  constructor(
    kind: PruneLabError["kind"],
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PruneLabError";
    this.kind = kind;
    this.hint = options.hint;
  }
}

/** An error in what the user gave: flags, config, data, a results folder. Ends with exit code 2. */
export function inputError(message: string, options: { hint?: string; cause?: unknown } = {}): PruneLabError {
  return new PruneLabError("input", message, options);
}

/** A run that could not be finished although its input was right. Ends with exit code 3. */
export function failure(message: string, options: { hint?: string; cause?: unknown } = {}): PruneLabError {
  return new PruneLabError("failure", message, options);
}

/** Names of the system's error numbers; libuv, and so Node, does not know all of them. */
const errorNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** The code of a Node system error (`ENOENT`, `ENOSPC`, ...), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return undefined;
  if (error.code.startsWith("Unknown system error") && "errno" in error) {
    return errorNames.get(Math.abs(Number(error.errno))) ?? error.code;
  }
  return error.code;
}
