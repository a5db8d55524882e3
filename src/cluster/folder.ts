import { randomBytes } from "node:crypto";
import { chmod, open, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { EngineDescription } from "../engines/engine.ts";
import type { StudyOptions } from "../experiment/options.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import { replaceFile } from "../foundations/atomic-file.ts";
import { createFolder } from "../foundations/create-folder.ts";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { contentHash } from "../foundations/hash.ts";
import type { PluginReference } from "../foundations/plugins.ts";
import { CLUSTER_FOLDER } from "../recording/results-folder.ts";
import type { CheckpointChoice } from "../results/checkpoints.ts";
import type { StudyEvent } from "../scheduling/events.ts";

/**
 * What driver and tasks tell each other: the folder `.cluster` in the results folder, gone when everything is done.
 *
 *     state.json             the name of the sweep's jobs, and which of them are submitted
 *     <token>/study-<hash>.json  what is computed, and on what: the same for many arrays
 *     <token>/arrays/3.json  the runs of each task of array 3
 *     <token>/task.sh        what Slurm runs
 *     <token>/events/3.17.jsonl  what task 17 of array 3 tells; it alone writes it
 *     <token>/logs/3.17.log  what it printed
 */
/** What a task must find on its node, and what it computes. */
export interface StudyFile {
  readonly version: string;
  readonly node: string;
  readonly engine: EngineDescription;
  readonly checkpoints: CheckpointChoice;
  readonly datasetChecksum: string;
  /** With data, model and engine pinned. */
  readonly options: StudyOptions;
  readonly dataDir: string | undefined;
  readonly plugins: readonly PluginReference[];
}

export interface ArrayFile {
  readonly study: string;
  /** By the number of the element: ids of the runs that it computes, parents first. */
  readonly tasks: Readonly<Record<string, readonly string[]>>;
  /** By run: what is stored beside its result, if anything. */
  readonly keep: Readonly<Record<string, readonly Artifact[]>>;
}

/** Asks a node what an engine is there. */
export interface ProbeFile {
  readonly probe: string;
}

/** What a task tells of its runs. */
export type TaskProgress = Extract<StudyEvent, { event: "run-started" | "run-progress" | "run-finished" }>;

/** A line of a task's events. */
export type TaskEvent =
  | (TaskProgress & { readonly node: string })
  /** What an engine is on the node. */
  | { readonly event: "engine"; readonly node: string; readonly engine: EngineDescription }
  /** The node does not fit: nothing was computed. */
  | { readonly event: "misfit"; readonly node: string; readonly message: string }
  /** What the task took, its start included. */
  | {
      readonly event: "task-ended";
      readonly node: string;
      readonly seconds: number;
      readonly cpuSeconds: number;
    }
  | {
      readonly event: "task-failed";
      readonly node: string;
      readonly message: string;
      readonly hint?: string | undefined;
    };

const stateSchema = z.object({
  token: z.string().regex(/^prune-lab-[0-9a-f]{12}$/),
  /** Which scheduler has them. */
  scheduler: z.string().default("slurm"),
  study: z.string(),
  /** What a node is asked, or was, by a job of its own: a hash of the question; null where none was. */
  probe: z.string().nullable().default(null),
  /** In the order of their numbers; `job` is null from before sbatch is called until it has answered. */
  arrays: z.array(z.object({ array: z.int().nonnegative(), job: z.string().nullable() })),
});

export type ClusterState = z.output<typeof stateSchema>;

export class ClusterFolder {
  readonly results: string;
  readonly #root: string;

  constructor(results: string) {
    this.results = path.resolve(results);
    this.#root = path.join(this.results, CLUSTER_FOLDER);
  }

  /** What is in the queue, or was; undefined where nothing was submitted. */
  async readState(): Promise<ClusterState | undefined> {
    const file = path.join(this.#root, "state.json");
    try {
      return stateSchema.parse(JSON.parse(await readFile(file, "utf8")));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT" || systemErrorCode(error) === "ENOTDIR") return undefined;
      if (systemErrorCode(error) !== undefined) throw error;
      throw inputError(`${file} is damaged, so it is not known which jobs belong to this sweep.`, {
        hint: "Take jobs whose name begins with prune-lab- away (squeue --me, scancel), and remove the folder that it lies in.",
        cause: error,
      });
    }
  }

  newState(scheduler: string): ClusterState {
    return {
      token: `prune-lab-${randomBytes(6).toString("hex")}`,
      scheduler,
      study: "",
      probe: null,
      arrays: [],
    };
  }

  async writeState(state: ClusterState): Promise<void> {
    await replaceFile(path.join(this.#root, "state.json"), JSON.stringify(state));
  }

  async create({ token }: ClusterState, script: string | undefined): Promise<void> {
    for (const inner of ["arrays", "events", "logs"]) await createFolder(this.#path(token, inner));
    if (script === undefined) return;
    await replaceFile(this.script(token), script);
    await chmod(this.script(token), 0o755);
  }

  script(token: string): string {
    return this.#path(token, "task.sh");
  }

  logs(token: string): string {
    return this.#path(token, "logs");
  }

  events(token: string): string {
    return this.#path(token, "events");
  }

  /** Returns the name that it got: the same study has the same one. */
  async writeStudy({ token }: ClusterState, study: StudyFile): Promise<string> {
    const name = `study-${contentHash(study).slice(0, 12)}.json`;
    await replaceFile(this.#path(token, name), JSON.stringify(study));
    return name;
  }

  readStudy(token: string, name: string): Promise<StudyFile> {
    return readJson(this.#path(token, name));
  }

  async writeArray(token: string, array: number, content: ArrayFile | ProbeFile): Promise<void> {
    await replaceFile(this.#path(token, "arrays", `${array}.json`), JSON.stringify(content));
  }

  /** `Content`: what was written under that number. */
  readArray<Content extends ArrayFile | ProbeFile = ArrayFile>(
    token: string,
    array: number,
  ): Promise<Content> {
    return readJson(this.#path(token, "arrays", `${array}.json`));
  }

  eventsFile(token: string, task: string): string {
    return this.#path(token, "events", `${task}.jsonl`);
  }

  /** What a task told is not there any more: another one is to tell it. */
  async forgetEvents(token: string, task: string): Promise<void> {
    await rm(this.eventsFile(token, task), { force: true });
  }

  /** The last line that a task printed, any or `wanted`, to tell what went wrong; undefined without any. */
  async lastWords(token: string, wanted?: string): Promise<string | undefined> {
    const folder = this.logs(token);
    const names = wanted === undefined ? await readdir(folder).catch(() => []) : [`${wanted}.log`];
    for (const name of names.sort().reverse()) {
      const text = await readFile(path.join(folder, name), "utf8").catch(() => "");
      const last = text.trim().split("\n").at(-1);
      if (last) return `${path.join(folder, name)}: ${last}`;
    }
    return undefined;
  }

  /** A driver that follows the tasks sees that they are not wanted any more. */
  async forget(): Promise<void> {
    await rm(path.join(this.#root, "state.json"), { force: true });
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  #path(token: string, ...parts: string[]): string {
    return path.join(this.#root, token, ...parts);
  }
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, "utf8")) as T;
}

/** What is added to a file of events, read once. */
export class EventTail {
  readonly #file: string;
  #offset = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** The whole lines that were added. */
  async read(): Promise<TaskEvent[]> {
    let handle: Awaited<ReturnType<typeof open>>;
    try {
      // Opened anew each time: a network file system then looks at the file itself.
      handle = await open(this.#file, "r");
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw error;
    }
    try {
      const { size } = await handle.stat();
      if (size <= this.#offset) return [];
      const buffer = Buffer.alloc(size - this.#offset);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#offset);
      const whole = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      this.#offset += whole;
      return buffer
        .subarray(0, whole)
        .toString("utf8")
        .split("\n")
        .flatMap((line) => parsedLine(line));
    } finally {
      await handle.close();
    }
  }
}

/** A line that a kill cut off is no event. */
function parsedLine(line: string): TaskEvent[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as TaskEvent];
  } catch {
    return [];
  }
}
