import { appendFile } from "node:fs/promises";
import { availableParallelism, hostname } from "node:os";
import path from "node:path";
import { openEngine } from "../engines/registry.ts";
import { loadRunPlugins } from "../experiment/plugins/plugins.ts";
import { type PreparedStudy, prepareStudy, StudyResources } from "../experiment/prepare.ts";
import type { Run } from "../experiment/runs/index.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { packageVersion } from "../foundations/paths.ts";
import { RUNS_FOLDER } from "../recording/results-folder.ts";
import { computeRuns } from "../scheduling/compute.ts";
import type { StudyEvent } from "../scheduling/events.ts";
import type { Compute, EngineToRun, Executor, ProgressMessage } from "../scheduling/executor.ts";
import { RunStore } from "../scheduling/store.ts";
import { ThreadExecutor } from "../scheduling/threads/executor.ts";
import type { ArrayFile, ClusterFolder, ProbeFile, StudyFile, TaskEvent } from "./folder.ts";
import { withAncestors } from "./plan.ts";

/** How a task ended: `misfit` where nothing was computed, because this node is not what the plan was made for. */
export type TaskEnd = "done" | "misfit" | "failed" | "interrupted";

export interface TaskRequest {
  readonly folder: ClusterFolder;
  readonly token: string;
  /** `3.17`: element 17 of array 3. */
  readonly task: string;
  /** Threads that compute; undefined for as many cores as the scheduler, or the machine, has. */
  readonly threads: number | undefined;
  /** Ends the task at once; what is finished is kept. */
  readonly stop: AbortSignal;
  /** No run begins any more; those that are being computed are finished. */
  readonly wind: AbortSignal;
}

/** Progress of a run is told this often, at most. */
const PROGRESS_SECONDS = 1;

/** The machine that this is, as the scheduler calls it. */
export function nodeName(): string {
  return process.env.SLURMD_NODENAME ?? hostname();
}

/**
 * What a node runs: computes the runs of a task that are not stored yet, by the same threads as a sweep on one machine, and
 * tells of them in a file that the driver reads. Compares this node with what the plan was made for first: version of
 * prune-lab and Node, engine, data.
 */
export async function workOnTask(request: TaskRequest): Promise<TaskEnd> {
  const { folder, token, task } = request;
  const events = new EventWriter(folder.eventsFile(token, task));
  const [array = "", element = ""] = task.split(".");
  const file = await folder.readArray<ArrayFile | ProbeFile>(token, Number(array));
  try {
    if ("probe" in file) return await tellEngine(file, events);
    const study = await folder.readStudy(token, file.study);
    const versions = misfitOf([
      ["prune-lab", packageVersion(), study.version],
      ["Node", process.version, study.node],
    ]);
    if (versions !== undefined) return events.misfit(versions);
    return await computeTask(file, file.tasks[element] ?? [], study, request, events);
  } finally {
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1e6;
    events.write({ event: "task-ended", node: nodeName(), seconds: process.uptime(), cpuSeconds });
    await events.written;
  }
}

/** Tells what an engine is here; opens it as a sweep does, which may compile it. */
async function tellEngine({ probe }: ProbeFile, events: EventWriter): Promise<TaskEnd> {
  try {
    const engine = await openEngine(probe, () => {});
    await engine.dispose();
    events.write({ event: "engine", node: nodeName(), engine: engine.description });
    return "done";
  } catch (error) {
    if (!(error instanceof PruneLabError)) throw error;
    return events.misfit(error.message);
  }
}

async function computeTask(
  file: ArrayFile,
  ids: readonly string[],
  study: StudyFile,
  { folder, stop, wind, threads: given }: TaskRequest,
  events: EventWriter,
): Promise<TaskEnd> {
  const resources = new StudyResources();
  const workers = given ?? (Number(process.env.SLURM_CPUS_PER_TASK) || availableParallelism());
  const threads = new ThreadExecutor(workers, (checksum) => resources.datasets.load(checksum));
  try {
    let prepared: PreparedStudy;
    try {
      await loadRunPlugins(study.plugins);
      const { options, dataDir } = study;
      prepared = await prepareStudy({ options, dataDir, notify: () => {} }, resources);
    } catch (error) {
      if (!(error instanceof PruneLabError)) throw error;
      return events.misfit(error.message.split("\n", 1)[0] ?? "");
    }
    const found = misfitOf([
      ["the engine", prepared.engine.identity, study.engine.identity],
      ["the checksum of the data", prepared.dataset.checksum, study.datasetChecksum],
    ]);
    if (found !== undefined) return events.misfit(found);
    const byId = new Map(prepared.plan.runs.map((run) => [run.id, run]));
    if (ids.some((id) => !byId.has(id))) return events.misfit("it plans other runs from the same settings.");
    const needed = withAncestors(ids, byId);
    const { options, settings, engine, data, plan } = prepared;
    const [computing] = await computeRuns(
      [
        {
          study: options.name,
          runs: plan.runs.filter(({ id }) => needed.has(id)),
          store: new RunStore(path.join(folder.results, RUNS_FOLDER), settings.network),
          settings,
          data,
          engine,
          keeps: ({ id }: Run) => file.keep[id] ?? [],
          announce: () => {},
        },
      ],
      {
        workers,
        executor: new WindingExecutor(threads, wind),
        // What was begun when another run failed, or when time was nearly over, is finished.
        keepGoing: true,
        signal: stop,
        onEvent: (event) => events.progress(event),
        onLastStarted: () => {},
      },
    );
    await computing;
    return "done";
  } catch (error) {
    if (stop.aborted || wind.aborted) return "interrupted";
    if (!(error instanceof PruneLabError)) throw error;
    const { message, hint } = error;
    events.write({
      event: "task-failed",
      node: nodeName(),
      message,
      ...(hint === undefined ? {} : { hint }),
    });
    return "failed";
  } finally {
    await threads.close();
  }
}

/** What differs, in words; undefined where nothing does. */
function misfitOf(
  compared: readonly (readonly [what: string, found: string, wanted: string])[],
): string | undefined {
  const differing = compared.find(([, found, wanted]) => found !== wanted);
  if (differing === undefined) return undefined;
  const [what, found, wanted] = differing;
  return `${what} is ${found} there, and the plan was made with ${wanted}.`;
}

/** What a task tells: it alone writes the file. */
class EventWriter {
  readonly #file: string;
  readonly #toldAt = new Map<string, number>();
  /** Everything that was told so far is in the file. */
  written: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  write(event: TaskEvent): void {
    const line = `${JSON.stringify(event)}\n`;
    // Lines follow one another. A file that cannot be written costs the driver a look at the store.
    this.written = this.written.then(() => appendFile(this.#file, line)).catch(() => {});
  }

  progress(event: StudyEvent): void {
    if (event.event === "run-progress") {
      const now = performance.now();
      if (now - (this.#toldAt.get(event.run) ?? Number.NEGATIVE_INFINITY) < PROGRESS_SECONDS * 1000) return;
      this.#toldAt.set(event.run, now);
    } else if (event.event !== "run-started" && event.event !== "run-finished") return;
    this.write({ ...event, node: nodeName() });
  }

  misfit(message: string): TaskEnd {
    this.write({ event: "misfit", node: nodeName(), message });
    return "misfit";
  }
}

/** A run that was not begun, because the task's time is nearly over. */
class TimeIsOver extends Error {}

/** Gives no run its turn any more once it is told to wind up. */
class WindingExecutor implements Executor {
  readonly #executor: Executor;
  readonly #wind: AbortSignal;

  constructor(executor: Executor, wind: AbortSignal) {
    this.#executor = executor;
    this.#wind = wind;
  }

  prepare(engine: EngineToRun): void {
    this.#executor.prepare(engine);
  }

  inTurn<T>(
    engine: EngineToRun,
    rank: readonly number[],
    work: (compute: Compute) => Promise<T>,
  ): Promise<T> {
    return this.#executor.inTurn(engine, rank, async (compute) => {
      if (this.#wind.aborted) throw new TimeIsOver();
      return work(compute);
    });
  }

  set onProgress(hear: (message: ProgressMessage) => void) {
    this.#executor.onProgress = hear;
  }

  close(): Promise<void> {
    return this.#executor.close();
  }
}
