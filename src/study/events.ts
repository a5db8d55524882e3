import type { RunKind } from "./plan.ts";

/** What a running study tells: the source of progress bars, plain lines and `--json`. */
export type StudyEvent =
  | {
      readonly event: "planned";
      readonly study: string;
      readonly folder: string;
      readonly dataset: string;
      readonly model: string;
      readonly parameters: number;
      readonly engine: string;
      readonly device: string;
      readonly workers: number;
      /** Runs in the plan, and how many of them are stored already. */
      readonly runs: number;
      readonly stored: number;
    }
  | { readonly event: "notice"; readonly message: string }
  | { readonly event: "run-started"; readonly run: string; readonly kind: RunKind }
  | {
      readonly event: "run-progress";
      readonly run: string;
      /** Work done of this run, 0..1. */
      readonly fraction: number;
      /** Work done of everything that had to be computed, 0..1. */
      readonly total: number;
    }
  | {
      readonly event: "run-finished";
      readonly run: string;
      readonly kind: RunKind;
      readonly status: string;
      /** Test accuracy at the end of the run; null for regression and diverged runs. */
      readonly accuracy: number | null;
      readonly loss: number | null;
      readonly seconds: number;
      readonly total: number;
    }
  | { readonly event: "finished"; readonly folder: string; readonly files: readonly string[] };

export type OnStudyEvent = (event: StudyEvent) => void;
