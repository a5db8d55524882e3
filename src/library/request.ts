import path from "node:path";
import { loadConfig, resolveConfig } from "../config/load.ts";
import type { Config, ConfigInput } from "../config/schema.ts";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { engineOf, readManifest } from "../recording/manifest.ts";
import type { CheckpointChoice } from "../results/checkpoints.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import type { Shard } from "../scheduling/shard.ts";
import type { RunOptions, StudyRequest } from "./study.ts";

/** What the flags of `sweep` and `batch` have in common. */
export interface CommonOptions {
  /** Overrides, as `--set` takes them: `train.epochs=3`. */
  readonly set?: readonly string[];
  /** What computes, in place of the config's own choice. */
  readonly engine?: string;
  /** Where the dataset's files lie. */
  readonly dataDir?: string;
  /** The most runs at a time (default: one a core, or a lane of TensorFlow on a GPU). */
  readonly workers?: number;
  /** Weights to write as safetensors files (default: baselines). */
  readonly checkpoints?: CheckpointChoice;
  /** Whether to draw charts and the report (default: true); `report` draws them later. */
  readonly charts?: boolean;
  /** Start over: remove what an earlier sweep left in the folder. */
  readonly fresh?: boolean;
  /** Compute one part of the runs only, as `2/3`; see merge. */
  readonly shard?: string;
  /** Aborting interrupts; finished runs are kept. */
  readonly signal?: AbortSignal;
  /** Hears what docs/events.md lists. */
  readonly onEvent?: OnStudyEvent;
}

/** Reads a config by path or name, or takes it as data. */
export async function readConfig(
  config: string | ConfigInput,
  { set = [], engine }: CommonOptions,
): Promise<Config> {
  if (typeof config !== "string") return resolveConfig(config, { set, engine });
  return (await loadConfig(config, { set, engine })).config;
}

export async function studyRequest(
  config: Config,
  folder: string,
  options: CommonOptions,
): Promise<StudyRequest> {
  const { dataDir, checkpoints = "baselines", charts = true, fresh = false } = options;
  const continued = fresh ? config : await onEngineOf(folder, config);
  return { options: continued, folder, dataDir, checkpoints, charts, fresh };
}

/** With the engine that computed what the folder holds, where the config leaves it open: a folder has the numbers of one. */
export async function onEngineOf(folder: string, config: Config): Promise<Config> {
  if (config.engine !== "auto") return config;
  // What is wrong with it is told when the folder is opened.
  const manifest = await readManifest(folder).catch(() => undefined);
  const engine = manifest && engineOf(manifest);
  return engine === undefined ? config : { ...config, engine };
}

export function runOptions(options: CommonOptions): Omit<RunOptions, "keepGoing"> {
  const { workers } = options;
  if (workers !== undefined && !(Number.isInteger(workers) && workers > 0)) {
    throw inputError(`workers: ${workers} is not a whole number from 1.`);
  }
  return {
    workers,
    shard: options.shard === undefined ? undefined : parseShard(options.shard),
    onEvent: options.onEvent ?? (() => {}),
    signal: options.signal ?? new AbortController().signal,
  };
}

/** Reads `2/3`: the second of three parts. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index <= shard.count)) {
    throw inputError(
      `shard: ${quote(text)} is not of the form i/n, such as 1/3 for the first of three parts.`,
    );
  }
  return shard;
}

/** The folder of a sweep's results. */
export function folderOf(
  { name }: Pick<Config, "name">,
  options: CommonOptions & { readonly out?: string },
): string {
  return options.out ?? path.join(outputRoot(runOptions(options).shard), name);
}

/** results, or for a shard results/shard-2-of-3: parts must not share a folder. */
export function outputRoot(shard: Shard | undefined): string {
  return shard === undefined ? "results" : path.join("results", `shard-${shard.index}-of-${shard.count}`);
}
