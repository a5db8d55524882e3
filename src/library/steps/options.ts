import type { ConfigInput } from "../../config/schema.ts";
import type { OnStudyEvent } from "../../scheduling/events.ts";

/** What every step on a network may be told. */
export interface StepOptions {
  /** Overrides of the config, as `--set` takes them: `prune.finetune.epochs=3`. */
  readonly set?: readonly string[];
  /** What computes, in place of the config's own choice. */
  readonly engine?: string;
  /** Where the dataset's files lie. */
  readonly dataDir?: string;
  /** Hears notices, and of trainings their progress; docs/events.md lists both. */
  readonly onEvent?: OnStudyEvent;
}

/** What a step may be told that takes a checkpoint. */
export interface CheckpointOptions extends StepOptions {
  /** The config that says what the checkpoint does not: a path, a name, or the config as data. */
  readonly config?: string | ConfigInput;
  /** The name of the data, in place of that of the checkpoint. */
  readonly dataset?: string;
}

/** Where a step writes its checkpoint. */
export interface OutputOptions {
  /** The file to write. */
  readonly out: string;
  /** Replace the file if it exists. */
  readonly force?: boolean;
}
