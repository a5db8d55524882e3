import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import envPaths from "env-paths";
import * as z from "zod";
import { checked } from "../config/load.ts";
import { parseConfigSource, type SourceKind } from "../config/source.ts";
import { inputError, systemErrorCode } from "../foundations/errors.ts";

/** Where a sweep is computed, and never what: it is part of no hash, and stands in no file of results. */
export const CLUSTER_FILE = "cluster.yaml";

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

const duration = z
  .string({ error: "a time is needed, such as 90s, 30m, 1h or 2d" })
  .regex(/^[1-9]\d{0,5}[smhd]$/, { error: "a time is needed, such as 90s, 30m, 1h or 2d" });

/** Seconds of a text such as `30m`. */
export function secondsOf(text: string): number {
  return Number(text.slice(0, -1)) * UNIT_SECONDS[text.at(-1) as keyof typeof UNIT_SECONDS];
}

const name = z.string().min(1).nullable().default(null);

/** What is settled of tasks wherever they go. */
const taskFields = {
  task: duration
    .default("10m")
    .describe("How long a task is expected to take: runs are put together until they come to this."),
  rounds: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe(
      "How often tasks are submitted without any new result, the first time included, before the sweep gives up.",
    ),
  keepLogs: z
    .boolean()
    .default(false)
    .describe(
      "Keep the folder `.cluster` of the results, with what each task wrote, when everything is done.",
    ),
};

const slurmSchema = z.strictObject({
  partition: name.describe("`--partition`: which nodes; null for the site's default."),
  account: name.describe("`--account`: who pays; null for your default."),
  time: duration.default("1h").describe("`--time`: the longest that a task may take."),
  cpus: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe("`--cpus-per-task`: processor cores of a task, and runs that it computes at a time."),
  memory: z
    .string()
    .regex(/^[1-9]\d{0,6}[KMGT]?$/, { error: "a size is needed, such as 4G or 800M" })
    .default("4G")
    .describe("`--mem`: memory of a task."),
  atOnce: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe("Tasks of one array that run at a time, at most."),
  queued: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe(
      "Tasks in the queue, at most: many sites limit them. They come in arrays of a quarter of that, the others as these end.",
    ),
  constraint: name.describe(
    "`--constraint`: one kind of node. Needed by engines whose numbers depend on the processor.",
  ),
  setup: z
    .array(z.string())
    .default([])
    .describe("Lines of shell that a task runs first, such as `module load nodejs/22`."),
  sbatch: z.array(z.string().min(1)).default([]).describe("Further flags of sbatch, word for word."),
  ...taskFields,
});

const redisSchema = z.strictObject({
  cpus: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe("Processor cores that a worker is taken to have: a task is work for all of them."),
  ...taskFields,
});

export const clusterSchema = z.strictObject({
  slurm: slurmSchema.prefault({}).describe("For `--on slurm`."),
  redis: redisSchema.prefault({}).describe("For `--on redis://HOST`."),
});

export type SlurmSettings = Readonly<z.output<typeof slurmSchema>>;

/** What the driver asks of settings, where there are workers in place of Slurm: all tasks are given to them at once. */
export function workerSettings(redis: z.output<typeof redisSchema>, workers: number): SlurmSettings {
  return {
    ...slurmSchema.parse({}),
    ...redis,
    atOnce: Math.max(1, workers),
    queued: Number.POSITIVE_INFINITY,
    // Nothing ends a worker's task: as long as can be written.
    time: "999999d",
  };
}

const CLUSTER: SourceKind = {
  noun: "a cluster file",
  hint: "It says where tasks go: slurm: { partition: cpu, time: 1h }. Without one, the site's defaults are taken.",
};

export interface ClusterSettings {
  readonly slurm: SlurmSettings;
  readonly redis: z.output<typeof redisSchema>;
  /** The file that says so; undefined where there is none, and everything is as by default. */
  readonly file: string | undefined;
}

/**
 * Reads where tasks go: the file given, or cluster.yaml beside the config, or that of the user's own configuration
 * folder, such as ~/.config/prune-lab. Throws a PruneLabError of kind `input` that lists what is wrong, with its lines.
 */
export async function readClusterSettings(
  given: string | undefined,
  configFolder: string | undefined,
): Promise<ClusterSettings> {
  const places = [
    ...(configFolder === undefined ? [] : [path.join(configFolder, CLUSTER_FILE)]),
    path.join(envPaths("prune-lab", { suffix: "" }).config, CLUSTER_FILE),
  ];
  const file = given ?? places.find((place) => existsSync(place));
  if (file === undefined) return { ...clusterSchema.parse({}), file };
  const source = parseConfigSource(await readText(file), file, CLUSTER);
  const settings = checked(clusterSchema, source.value, source);
  const { time, task } = settings.slurm;
  if (secondsOf(task) >= secondsOf(time)) {
    throw inputError(
      `${file}: slurm.task is ${task} and slurm.time ${time}: a task needs more time than it is expected to take.`,
      { hint: "Give it several times as much, such as task: 10m with time: 1h." },
    );
  }
  return { ...settings, file };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw inputError(`${file}: cannot be read (${systemErrorCode(error) ?? error}).`, { cause: error });
  }
}
