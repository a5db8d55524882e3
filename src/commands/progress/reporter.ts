import type { OnStudyEvent } from "../../scheduling/events.ts";
import { printJson, progressStream, tell } from "../output.ts";
import { openPlainReporter } from "./plain.ts";
import { openTerminalReporter } from "./terminal.ts";

/** Shows a study's events to whoever is watching. */
export interface Reporter {
  readonly onEvent: OnStudyEvent;
  /** Takes progress bars off the screen; may be called twice. */
  close(): void;
}

/** JSON lines on stdout, progress bars on a terminal, plain lines in a pipe, or nothing. */
export function openReporter(flags: { readonly json?: true; readonly quiet?: true }): Reporter {
  if (flags.json) {
    return { onEvent: (event) => printJson(event), close: () => {} };
  }
  if (flags.quiet) return { onEvent: () => {}, close: () => {} };
  return progressStream.isTTY ? openTerminalReporter(progressStream) : openPlainReporter(tell);
}
