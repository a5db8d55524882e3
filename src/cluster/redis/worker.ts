import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { openSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { packageRoot } from "../../foundations/paths.ts";
import { ClusterFolder, EventTail } from "../folder.ts";
import { nodeName } from "../work.ts";
import type { RedisAddress } from "./address.ts";
import {
  checkServer,
  HEARTBEAT_SECONDS,
  PREFIX,
  redisOptions,
  SWEEPS,
  type SweepEntry,
  secondsOf,
  type TaskJob,
  WORKERS,
  type WorkerEntry,
} from "./connection.ts";
import { loadRedisPackages, type RedisPackages } from "./packages.ts";
import { MOST_LOST } from "./queue.ts";

export interface WorkerRequest {
  readonly address: RedisAddress;
  /** The shared folder: a results folder, or one that results folders are in. */
  readonly results: string;
  /** Threads of a task. */
  readonly threads: number;
  /** Ends it: the task that is being computed goes back into the queue. */
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
}

/**
 * How long a task stays with a worker that is not heard of. Tasks are computed in processes of their own, so that nothing
 * keeps this one from telling in time.
 */
const LOCK_SECONDS = 10;
const STALLED_SECONDS = 4;

const IDLE_SECONDS = 0.5;

/** How long the server may take to answer a worker that ends. */
const LAST_SECONDS = 3;

/** A task that waits for its baseline is looked at again after a quarter of the time that it has waited, within these. */
const SHORTEST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 30;

/** The exit code of a task whose node does not fit. */
const MISFIT_CODE = 4;

type TaskWorker = Worker<TaskJob>;
type Task = Job<TaskJob>;

/**
 * Takes tasks of all sweeps that have some, one at a time, until the signal is aborted. Throws a PruneLabError of kind
 * `input` when Redis cannot be used at the start; later, it waits until it can.
 */
export async function serveTasks(request: WorkerRequest): Promise<void> {
  const packages = await loadRedisPackages();
  await checkServer(packages, request.address);
  const server = new TaskServer(packages, request);
  try {
    await server.serve();
  } finally {
    await server.close();
  }
}

class TaskServer {
  readonly #packages: RedisPackages;
  readonly #request: WorkerRequest;
  readonly #redis: Redis;
  readonly #id = randomBytes(6).toString("hex");
  readonly #workers = new Map<string, TaskWorker>();
  readonly #misfits = new Map<string, string>();
  readonly #heartbeat: NodeJS.Timeout;
  #isSilent = false;

  constructor(packages: RedisPackages, request: WorkerRequest) {
    this.#packages = packages;
    this.#request = request;
    // Whatever is asked while the server is away waits until it is back.
    this.#redis = new packages.ioredis.Redis({
      ...redisOptions(request.address),
      maxRetriesPerRequest: null,
    });
    this.#redis.on("error", () => this.#tellSilence());
    this.#redis.on("ready", () => {
      this.#isSilent = false;
    });
    this.#heartbeat = setInterval(() => void this.#beat().catch(() => {}), HEARTBEAT_SECONDS * 1000);
  }

  async serve(): Promise<void> {
    const { address, results, threads, signal, tell } = this.#request;
    await this.#beat();
    tell(
      `${nodeName()} takes tasks from ${address.shown}, for results in ${results}, with ${threads} threads.`,
    );
    while (!signal.aborted) {
      const sweeps = await this.#untilAborted(this.#redis.hgetall(SWEEPS));
      await this.#leaveAllBut(Object.keys(sweeps ?? {}));
      let hasWorked = false;
      for (const [token, text] of Object.entries(sweeps ?? {})) {
        hasWorked = await this.#workOn(token, JSON.parse(text) as SweepEntry);
        // What has begun first is finished first.
        if (hasWorked || signal.aborted) break;
      }
      if (!hasWorked) await sleep(IDLE_SECONDS * 1000, undefined, { signal }).catch(() => {});
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    if (this.#redis.status === "ready") {
      await this.#leaveAllBut([]).catch(() => {});
      await this.#redis.hdel(WORKERS, this.#id).catch(() => {});
    }
    this.#redis.disconnect();
  }

  /** Takes a task of a sweep, if there is one that can begin. */
  async #workOn(token: string, { folder: named }: SweepEntry): Promise<boolean> {
    if (this.#misfits.has(token)) return false;
    const folder = await this.#folderOf(token, named);
    if (folder === undefined) {
      await this.#leave(token, named, `it does not see ${named} in ${this.#request.results}.`);
      return false;
    }
    const worker = await this.#workerOf(token);
    for (;;) {
      if (this.#request.signal.aborted) return false;
      const lock = randomBytes(8).toString("hex");
      const job = await this.#untilAborted(worker.getNextJob(lock, { block: false }));
      if (job === undefined) return false;
      if (await this.#cannotBegin(worker, job, lock)) continue;
      await this.#compute(job, lock, token, folder);
      return true;
    }
  }

  /** Gives back a task whose baseline is being trained, and ends one that has cost too many workers. */
  async #cannotBegin(worker: TaskWorker, job: Task, lock: string): Promise<boolean> {
    if (job.deferredFailure) {
      await job.moveToFailed(new Error(job.deferredFailure), lock);
      return true;
    }
    const { after } = job.data;
    // Jobs that have ended are gone. One that ended without its baseline leaves it to this one, with the same numbers.
    if (after === undefined || (await this.#packages.bullmq.Job.fromId(worker, after)) === undefined)
      return false;
    const waited = (Date.now() - job.timestamp) / 1000;
    const wait = Math.min(LONGEST_WAIT_SECONDS, Math.max(SHORTEST_WAIT_SECONDS, waited / 4));
    await job.moveToDelayed(Date.now() + wait * 1000, lock);
    return true;
  }

  /** Computes a task in a process of its own: the program that a node of a cluster runs. */
  async #compute(job: Task, lock: string, token: string, folder: ClusterFolder): Promise<void> {
    const { threads, signal, tell } = this.#request;
    const task = String(job.id).replace("-", ".");
    const name = `${path.basename(folder.results)} ${task}`;
    const heard = new EventTail(folder.eventsFile(token, task));
    await heard.read();
    const log = openSync(path.join(folder.logs(token), `${task}.log`), "a");
    tell(`${name}: begun`);
    const began = performance.now();
    const program = path.join(packageRoot, "bin", "prune-lab.js");
    const child = spawn(
      process.execPath,
      [program, "work", folder.results, "--task", task, "--threads", String(threads)],
      // The channel ends with this process, however that ends, and the task with it.
      { stdio: ["ignore", log, log, "ipc"] },
    );
    const stop = () => child.kill("SIGTERM");
    let isOurs = true;
    signal.addEventListener("abort", stop, { once: true });
    const renewal = setInterval(
      () => {
        // Where the server does not answer, nobody else gets the task either: it goes on.
        this.#isStillOurs(job, lock, token).then(
          (still) => {
            isOurs = still;
            if (!still) stop();
          },
          () => {},
        );
      },
      (LOCK_SECONDS * 1000) / 5,
    );
    const end = await new Promise<number | string>((resolve) => {
      child.once("exit", (code, by) => resolve(code ?? by ?? "nothing"));
      child.once("error", (error) => resolve(error.message));
    });
    clearInterval(renewal);
    signal.removeEventListener("abort", stop);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    try {
      if (end === 0) {
        await job.moveToCompleted(null, lock, false);
        tell(`${name}: done (${seconds} s)`);
      } else if (end === MISFIT_CODE) {
        await job.moveToWait(lock);
        const event = (await heard.read()).findLast((each) => each.event === "misfit");
        await this.#leave(token, folder.results, event?.event === "misfit" ? event.message : "see its log.");
      } else if (signal.aborted) {
        // Where the server is away, it comes back by itself when this worker is not heard of.
        await Promise.race([job.moveToWait(lock), sleep(LAST_SECONDS * 1000)]);
        tell(`${name}: back in the queue`);
      } else {
        await job.moveToFailed(
          new this.#packages.bullmq.UnrecoverableError(`ended with ${end}`),
          lock,
          false,
        );
        const log = path.join(folder.logs(token), `${task}.log`);
        tell(`${name}: ${isOurs ? `ended with ${end} (${seconds} s); see ${log}` : "cancelled"}`);
      }
    } catch {
      // Cancelled in the end, or lost to another worker while the server was away.
      tell(`${name}: not wanted any more`);
    }
  }

  async #isStillOurs(job: Task, lock: string, token: string): Promise<boolean> {
    const [isWanted, isHeld] = await Promise.all([
      this.#redis.hexists(SWEEPS, token),
      job.extendLock(lock, LOCK_SECONDS * 1000),
    ]);
    return isWanted === 1 && isHeld === 1;
  }

  /** Takes no tasks of a sweep, and says why. */
  async #leave(token: string, folder: string, message: string): Promise<void> {
    this.#misfits.set(token, message);
    this.#request.tell(`${nodeName()} does not fit ${folder}, and takes none of its tasks: ${message}`);
    await this.#beat();
  }

  /** The results folder of a sweep, as it lies here: by the end of its path that is found in this worker's folder. */
  async #folderOf(token: string, named: string): Promise<ClusterFolder | undefined> {
    const parts = named.split(/[\\/]/).filter((part) => part !== "" && part !== "." && part !== "..");
    for (let taken = 0; taken <= parts.length; taken++) {
      const place = path.join(this.#request.results, ...parts.slice(parts.length - taken));
      const folder = new ClusterFolder(place);
      // Its token says that it is the one that is meant.
      const state = await folder.readState().catch(() => undefined);
      if (state?.token === token) return folder;
    }
    return undefined;
  }

  async #workerOf(token: string): Promise<TaskWorker> {
    const known = this.#workers.get(token);
    if (known !== undefined) return known;
    const worker: TaskWorker = new this.#packages.bullmq.Worker<TaskJob>(token, null, {
      connection: this.#redis,
      prefix: PREFIX,
      autorun: false,
      lockDuration: LOCK_SECONDS * 1000,
      stalledInterval: STALLED_SECONDS * 1000,
      maxStalledCount: MOST_LOST,
      skipVersionCheck: true,
    });
    worker.on("error", () => {});
    this.#workers.set(token, worker);
    // Gives tasks of lost workers back to the queue.
    await worker.startStalledCheckTimer();
    return worker;
  }

  async #leaveAllBut(tokens: readonly string[]): Promise<void> {
    for (const [token, worker] of this.#workers) {
      if (tokens.includes(token)) continue;
      this.#workers.delete(token);
      await worker.close(true);
      // What looks for lost tasks notes this for a queue that is gone, too.
      await this.#redis.hdel(worker.toKey("meta"), "opts.maxLenEvents");
    }
    for (const token of this.#misfits.keys()) if (!tokens.includes(token)) this.#misfits.delete(token);
  }

  /** Says that it is there. */
  async #beat(): Promise<void> {
    const entry: WorkerEntry = {
      node: nodeName(),
      threads: this.#request.threads,
      seen: await secondsOf(this.#redis),
      misfits: Object.fromEntries(this.#misfits),
    };
    await this.#redis.hset(WORKERS, this.#id, JSON.stringify(entry));
  }

  /** Undefined when the signal was aborted before: the server may be away. */
  async #untilAborted<T>(promise: Promise<T>): Promise<T | undefined> {
    const { signal } = this.#request;
    return new Promise((resolve, reject) => {
      const stop = () => resolve(undefined);
      signal.addEventListener("abort", stop, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
      if (signal.aborted) stop();
    });
  }

  #tellSilence(): void {
    if (this.#isSilent) return;
    this.#isSilent = true;
    this.#request.tell(`Redis at ${this.#request.address.shown} does not answer; trying again.`);
  }
}
