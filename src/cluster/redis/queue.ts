import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueElement, Scheduler } from "../scheduler.ts";
import type { RedisAddress } from "./address.ts";
import {
  livingWorkers,
  PREFIX,
  SWEEPS,
  type SweepEntry,
  type TaskJob,
  type WorkerEntry,
  withRedis,
} from "./connection.ts";
import { loadRedisPackages, type RedisPackages } from "./packages.ts";

/** Jobs that are given to Redis in one go. */
const MOST_ELEMENTS = 10_000;

/** How often a task whose worker was lost is given to another one; then the driver says that something is wrong. */
export const MOST_LOST = 3;

/**
 * Tasks through BullMQ: a queue a sweep, a job a task. Each call has a connection of its own, as each command of Slurm has;
 * that of a job for its baseline is seen to by who takes it (worker.ts). Jobs that have ended are gone.
 */
export function redisScheduler(address: RedisAddress, folder: string): Scheduler {
  return {
    title: "Redis",
    address: address.shown,

    async mostElements() {
      return MOST_ELEMENTS;
    },

    submit(_settings, { token, array, indices, afterJob }) {
      return withQueue(address, token, async ({ redis, queue }) => {
        const entry: SweepEntry = { folder };
        await redis.hset(SWEEPS, token, JSON.stringify(entry));
        await queue.addBulk(
          indices.map((index) => ({
            name: "task",
            data: afterJob === undefined ? {} : { after: `${afterJob}-${index}` },
            opts: { jobId: `${array}-${index}`, removeOnComplete: true, removeOnFail: true },
          })),
        );
        return String(array);
      });
    },

    queue(token) {
      return withQueue(address, token, async ({ redis, queue }) => {
        const [isWanted, ids] = await Promise.all([
          redis.hexists(SWEEPS, token),
          // One script of Redis: a task that goes from one state to another meanwhile is in one of them.
          queue.getRanges(["active", "waiting", "delayed", "prioritized"], 0, -1),
        ]);
        const locks = redis.pipeline();
        for (const id of ids) locks.exists(queue.toKey(`${id}:lock`));
        const isHeld = ((await locks.exec()) ?? []).map(([, answer]) => answer === 1);
        return ids.flatMap((id, i) => elementOf(id, isHeld[i] ?? false, isWanted === 1));
      });
    },

    cancel(token) {
      return withQueue(address, token, async ({ redis, queue }) => {
        await redis.hdel(SWEEPS, token);
        await queue.drain(true);
      });
    },

    // Nothing in such a queue is lost or held, and a worker that does not fit leaves a sweep alone by itself.
    async remove() {},
    excludes: false,
    async exclude() {},

    remarks(token) {
      return withRedisAt(address, async (_packages, redis) =>
        remarksOf(await livingWorkers(redis), token, address),
      );
    },

    forget(token) {
      return withQueue(address, token, async ({ redis, queue }) => {
        await redis.hdel(SWEEPS, token);
        await queue.obliterate({ force: true });
      });
    },
  };
}

/** A task as the driver knows it: held by a worker, or waiting; one of a sweep that is not wanted waits for nothing. */
function elementOf(id: string, isHeld: boolean, isWanted: boolean): QueueElement[] {
  const [, job, index] = /^(\d+)-(\d+)$/.exec(id) ?? [];
  if (job === undefined || !(isHeld || isWanted)) return [];
  return [{ job, index: Number(index), state: isHeld ? "RUNNING" : "PENDING", reason: "", node: "" }];
}

function remarksOf(workers: readonly WorkerEntry[], token: string, { shown }: RedisAddress): string[] {
  const misfits = workers.flatMap(({ node, misfits }) => {
    const message = misfits[token];
    return message === undefined ? [] : [`${node} does not fit and is left out: ${message}`];
  });
  if (misfits.length < workers.length) return misfits;
  return [
    ...misfits,
    `No worker takes tasks now. On each machine: prune-lab worker ${shown} --results FOLDER, with the folder that results are in.`,
  ];
}

async function withRedisAt<T>(
  address: RedisAddress,
  work: (packages: RedisPackages, redis: Redis) => Promise<T>,
): Promise<T> {
  const packages = await loadRedisPackages();
  return withRedis(packages, address, (redis) => work(packages, redis));
}

function withQueue<T>(
  address: RedisAddress,
  token: string,
  work: (at: { readonly redis: Redis; readonly queue: Queue<TaskJob> }) => Promise<T>,
): Promise<T> {
  return withRedisAt(address, async ({ bullmq }, redis) => {
    const queue = new bullmq.Queue<TaskJob>(token, {
      connection: redis,
      prefix: PREFIX,
      skipVersionCheck: true,
    });
    // What goes wrong is thrown by the call.
    queue.on("error", () => {});
    try {
      return await work({ redis, queue });
    } finally {
      await queue.close();
    }
  });
}
