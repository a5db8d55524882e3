import type { Redis } from "ioredis";
import { inputError } from "../../foundations/errors.ts";
import { TryLater } from "../scheduler.ts";
import { PASSWORD_VARIABLE, type RedisAddress } from "./address.ts";
import type { RedisPackages } from "./packages.ts";

/** What all keys begin with. */
export const PREFIX = "prune-lab";

/** By token: the sweeps that have tasks, as JSON of a `SweepEntry`. A sweep that is not there is not wanted any more. */
export const SWEEPS = `${PREFIX}:sweeps`;

/** By id: the workers, as JSON of a `WorkerEntry`. */
export const WORKERS = `${PREFIX}:workers`;

export interface SweepEntry {
  /** Its results folder, as its driver names it. */
  readonly folder: string;
}

export interface WorkerEntry {
  readonly node: string;
  readonly threads: number;
  /** By Redis' clock: seconds at which it was alive. */
  readonly seen: number;
  /** By token: why it takes no tasks of a sweep. */
  readonly misfits: Readonly<Record<string, string>>;
}

/** What a job of a sweep's queue is. */
export interface TaskJob {
  /** The job that is waited for. */
  readonly after?: string | undefined;
}

/** A worker tells this often that it is there; after several times as long without it, it is gone. */
export const HEARTBEAT_SECONDS = 3;
const GONE_SECONDS = 5 * HEARTBEAT_SECONDS;

const ANSWER_SECONDS = 10;

export function redisOptions(address: RedisAddress) {
  const { host, port, database, isEncrypted, user, password } = address;
  return {
    host,
    port,
    db: database,
    connectTimeout: ANSWER_SECONDS * 1000,
    lazyConnect: true,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(isEncrypted ? { tls: {} } : {}),
  };
}

/**
 * Does something with a connection of its own, as a command of a scheduler does. Throws a TryLater where the server does not
 * answer, and a PruneLabError of kind `input` where it refuses.
 */
export async function withRedis<T>(
  { ioredis }: RedisPackages,
  address: RedisAddress,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new ioredis.Redis({
    ...redisOptions(address),
    commandTimeout: ANSWER_SECONDS * 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The promises tell less than this does.
  let heard: Error | undefined;
  redis.on("error", (error: Error) => {
    heard ??= error;
  });
  try {
    await redis.connect();
    return await work(redis);
  } catch (error) {
    throw explained(heard ?? error, address);
  } finally {
    redis.disconnect();
  }
}

/** Says what is wrong with a server that tasks cannot go through: none, one that refuses, one that may drop what it has. */
export async function checkServer(packages: RedisPackages, address: RedisAddress): Promise<void> {
  let facts: string;
  try {
    facts = await withRedis(packages, address, (redis) => redis.info());
  } catch (error) {
    if (!(error instanceof TryLater)) throw error;
    throw inputError(`Redis at ${address.shown} does not answer: ${error.message}`, {
      hint: "Start one (redis-server), name its host and port, and let this machine through its bind and its firewall.",
      cause: error,
    });
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(facts)?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    throw inputError(
      `Redis at ${address.shown} drops keys when its memory is full (maxmemory-policy ${policy}): tasks could vanish.`,
      { hint: "Run: redis-cli config set maxmemory-policy noeviction, and put it into redis.conf." },
    );
  }
}

/** The workers that are alive. */
export async function livingWorkers(redis: Redis): Promise<WorkerEntry[]> {
  const now = await secondsOf(redis);
  const living: WorkerEntry[] = [];
  for (const [id, text] of Object.entries(await redis.hgetall(WORKERS))) {
    const entry = JSON.parse(text) as WorkerEntry;
    if (now - entry.seen < GONE_SECONDS) living.push(entry);
    // One that was only slow says again that it is there.
    else await redis.hdel(WORKERS, id);
  }
  return living;
}

/** The server's clock: those of machines differ. */
export async function secondsOf(redis: Redis): Promise<number> {
  return Number((await redis.time())[0]);
}

function explained(error: unknown, { shown }: RedisAddress): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  if (/^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password|ERR DB index)/.test(message)) {
    const said = message.startsWith("NOAUTH") ? "it wants a password." : message;
    return inputError(`Redis at ${shown} refuses: ${said}`, {
      hint: `The user and the database are part of the address; the password is taken from ${PASSWORD_VARIABLE}.`,
      cause: error,
    });
  }
  // What the system says of the connection, and what passes: a server that starts, or has no memory left.
  if (
    "code" in error ||
    /^(LOADING|BUSY|OOM|READONLY|MISCONF|TRYAGAIN|CLUSTERDOWN)|timed out|closed|ended/i.test(message)
  ) {
    return new TryLater("silent", message);
  }
  return error;
}
