import type { RunKind } from "../experiment/runs/index.ts";
import type { PruneLabError } from "../foundations/errors.ts";

/**
 * What running studies tell: the source of progress bars, plain lines and `--json`. Every event names its study.
 * docs/events.md describes each one; fields are added, not renamed or removed.
 */
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
      /** Runs in the plan (of this shard), and how many of them are stored already. */
      readonly runs: number;
      readonly stored: number;
    }
  | { readonly event: "notice"; readonly study: string; readonly message: string }
  | {
      readonly event: "run-started";
      readonly study: string;
      readonly run: string;
      readonly kind: RunKind;
      /** The node of a cluster that computes it; null on this machine. */
      readonly node: string | null;
    }
  | {
      readonly event: "run-progress";
      readonly study: string;
      readonly run: string;
      /** Work done of this run, 0..1. */
      readonly fraction: number;
      /** Expected work done of everything that the command has to compute, 0..1; never falls. */
      readonly total: number;
    }
  | {
      readonly event: "run-finished";
      readonly study: string;
      readonly run: string;
      readonly kind: RunKind;
      readonly status: string;
      /** Test accuracy at the end of the run; null for regression and diverged runs. */
      readonly accuracy: number | null;
      readonly loss: number | null;
      readonly seconds: number;
      /** The study that computed it, when this one only shares it; null for its own. */
      readonly sharedFrom: string | null;
      readonly total: number;
    }
  | {
      readonly event: "finished";
      readonly study: string;
      readonly folder: string;
      readonly files: readonly string[];
    }
  | {
      readonly event: "failed";
      readonly study: string;
      readonly folder: string;
      readonly kind: PruneLabError["kind"];
      readonly message: string;
      readonly hint: string | null;
    };

export type OnStudyEvent = (event: StudyEvent) => void;
