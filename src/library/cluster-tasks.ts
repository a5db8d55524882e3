import path from "node:path";
import { ClusterFolder, type ClusterState } from "../cluster/folder.ts";
import { probeName } from "../cluster/probe-submission.ts";
import { parseRedisAddress } from "../cluster/redis/address.ts";
import { redisScheduler } from "../cluster/redis/queue.ts";
import { isActive, type QueueElement, type Scheduler, TryLater } from "../cluster/scheduler.ts";
import { slurm } from "../cluster/slurm/slurm.ts";
import { ENDING_SECONDS, stillThere, untilGone } from "../cluster/take-away.ts";
import { type TaskEnd, workOnTask } from "../cluster/work.ts";
import { prepareStudy, StudyResources } from "../experiment/prepare.ts";
import { failure, inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { readManifest } from "../recording/manifest.ts";
import { shareOf } from "./study.ts";

/** How far a sweep on a cluster is. */
export interface ClusterStatus {
  readonly study: string;
  readonly folder: string;
  /** The name of its jobs, and where they are. */
  readonly token: string;
  readonly scheduler: string;
  /** What is to be known of those that take its tasks. */
  readonly remarks: readonly string[];
  /** Runs in the plan, and those that are stored. */
  readonly runs: number;
  readonly stored: number;
  /** Its tasks in the queue. */
  readonly queue: readonly QueueElement[];
}

/** How far the sweep in a folder is; undefined where none of its tasks was submitted, or all has ended. */
export async function clusterStatus(folder: string): Promise<ClusterStatus | undefined> {
  await refuseNoResults(folder);
  const files = new ClusterFolder(folder);
  const state = await files.readState();
  // Before a node has told what the engine is there, nothing is planned.
  if (state === undefined || state.study === "") return undefined;
  const { options, dataDir, engine, checkpoints } = await files.readStudy(state.token, state.study);
  const resources = new StudyResources({ elsewhere: engine });
  const study = await prepareStudy({ options, dataDir, notify: () => {} }, resources);
  study.data.release();
  const { stored } = await shareOf(study, { folder, checkpoints });
  const scheduler = schedulerOf(state, folder);
  const queue = (await answered(scheduler, scheduler.queue(state.token))).filter(isActive);
  return {
    study: options.name,
    folder,
    token: state.token,
    scheduler: state.scheduler,
    remarks: queue.length === 0 ? [] : await answered(scheduler, scheduler.remarks(state.token)),
    runs: study.plan.runs.length,
    stored: stored.size,
    queue,
  };
}

/**
 * Takes the tasks of the sweep in a folder out of the queue, and waits until they have ended; a driver that follows them
 * ends too. Returns how many there were; undefined where none was submitted.
 */
export async function cancelTasks(folder: string): Promise<number | undefined> {
  const files = new ClusterFolder(folder);
  const state = await files.readState();
  if (state === undefined) return undefined;
  const scheduler = schedulerOf(state, folder);
  const { token, probe } = state;
  const counted = [];
  for (const name of probe === null ? [token] : [token, probeName(token)]) {
    const queue = await answered(scheduler, scheduler.queue(name));
    counted.push({ name, tasks: queue.filter(isActive).length });
  }
  await files.forget();
  const cancel = async (name: string) => {
    try {
      await answered(scheduler, scheduler.cancel(name));
    } catch (error) {
      // The same command is to find them later.
      await files.writeState(state);
      throw error;
    }
    return answered(scheduler, untilGone(scheduler, name, ENDING_SECONDS));
  };
  for (const { name, tasks } of counted) {
    const left = tasks === 0 ? 0 : await cancel(name);
    if (left > 0) {
      throw failure(`${stillThere(left, ENDING_SECONDS)}.`, {
        hint:
          scheduler === slurm
            ? `See: squeue --name=${name}`
            : "Their workers may be away: what they have is not given to another one.",
      });
    }
    await answered(scheduler, scheduler.forget(name));
  }
  await files.remove();
  return counted.reduce((sum, { tasks }) => sum + tasks, 0);
}

/** Cancels as `cancelTasks` does, in a folder that must have results, or a task that asks a node before any. */
export async function cancelSweep(folder: string): Promise<number | undefined> {
  if ((await new ClusterFolder(folder).readState()) === undefined) await refuseNoResults(folder);
  return cancelTasks(folder);
}

/** Computes one task of the sweep in a folder, on the node where it runs. */
export async function work(
  folder: string,
  task: string,
  how: { readonly threads: number | undefined; readonly stop: AbortSignal; readonly wind: AbortSignal },
): Promise<TaskEnd> {
  if (!/^\d+\.\d+$/.test(task)) throw inputError(`${quote(task)} is no task.`);
  const files = new ClusterFolder(folder);
  const state = await files.readState();
  if (state === undefined) throw inputError(`${folder} has no tasks.`);
  return workOnTask({ folder: files, token: state.token, task, ...how });
}

/** What a scheduler answers. Throws a PruneLabError of kind `failure` where it does not. */
async function answered<T>({ title }: Scheduler, asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof TryLater)) throw error;
    throw failure(`${title} does not answer (${error.message}).`, {
      hint: "Tasks in the queue go on. Run the same command again later.",
    });
  }
}

/** The scheduler that has a sweep's tasks. */
function schedulerOf({ scheduler }: ClusterState, folder: string): Scheduler {
  return scheduler === slurm.address
    ? slurm
    : redisScheduler(parseRedisAddress(scheduler), path.resolve(folder));
}

async function refuseNoResults(folder: string): Promise<void> {
  if ((await readManifest(folder)) === undefined) {
    throw inputError(`${folder} is not a results folder of prune-lab (it has no manifest.json).`);
  }
}
