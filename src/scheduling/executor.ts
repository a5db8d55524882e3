import type { DatasetReference } from "../datasets/dataset-cache.ts";
import type { EngineDescription } from "../engines/engine.ts";
import type { Run } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import type { RunSettings } from "../experiment/settings.ts";

/** Everything that is needed to compute a run anywhere: plain data, hashes and paths, nothing of one process. */
export interface RunTask {
  readonly run: Run;
  /** What is stored beside the result. */
  readonly keep: readonly Artifact[];
  readonly settings: RunSettings;
  readonly dataset: DatasetReference;
  readonly engine: string;
  /** Where the run's parents are, and where it is stored. */
  readonly storeFolder: string;
}

export interface ProgressMessage {
  readonly run: string;
  /** Optimizer steps done. */
  readonly steps: number;
}

/** What an executor has to know of an engine. */
export type EngineToRun = Pick<EngineDescription, "name" | "maxWorkers">;

/** Computes a run and stores it. Rejects when it fails, or when the executor is closed. */
export type Compute = (task: RunTask) => Promise<void>;

/** Who computes runs: threads of this process, or jobs elsewhere. Results travel through the store alone. */
export interface Executor {
  /** Gets ready for an engine before there is work for it. */
  prepare(engine: EngineToRun): void;
  /**
   * Begins `work` as soon as there is room for one more run: of those that wait, the lowest rank first, compared
   * number by number. The room is free again when `work` has ended.
   */
  inTurn<T>(engine: EngineToRun, rank: readonly number[], work: (compute: Compute) => Promise<T>): Promise<T>;
  /** Hears of each run several times a second. */
  onProgress: (message: ProgressMessage) => void;
  /** Ends; runs in flight are lost. */
  close(): Promise<void>;
}
