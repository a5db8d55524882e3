import path from "node:path";
import { ClusterFolder } from "../cluster/folder.ts";
import { engineOnNode, isToAsk } from "../cluster/probe.ts";
import { isRedisAddress, parseRedisAddress, type RedisAddress } from "../cluster/redis/address.ts";
import { checkServer, livingWorkers, withRedis } from "../cluster/redis/connection.ts";
import { loadRedisPackages } from "../cluster/redis/packages.ts";
import { redisScheduler } from "../cluster/redis/queue.ts";
import { readClusterSettings, workerSettings } from "../cluster/settings.ts";
import { slurm } from "../cluster/slurm/slurm.ts";
import { findConfig } from "../config/lookup.ts";
import type { ConfigInput } from "../config/schema.ts";
import { WASM_SPEED } from "../engines/kernels/wasm-speed.ts";
import { inputError } from "../foundations/errors.ts";
import { refuseForeign, refuseOtherEngine } from "../recording/results-folder.ts";
import { type ClusterTarget, scriptOf } from "./cluster-request.ts";
import { folderOf, readConfig, runOptions } from "./request.ts";
import type { SweepOptions } from "./sweep.ts";

/** Engines that give the same bytes on every machine. */
const PORTABLE = ["kernels-wasm", "reference"];

/** A cluster, and the engine that computes there. */
export interface NamedTarget extends ClusterTarget {
  /** What is settled in place of the options. */
  readonly chosen: { readonly engine: string };
  /** A node is to be asked first what the engine is there. */
  readonly asksFirst?: boolean;
}

/**
 * Reads where tasks go, and settles what computes there: kernels-wasm unless an engine is named. Throws a PruneLabError of
 * kind `input` for what cannot be computed on several machines.
 */
export async function clusterTarget(
  config: string | ConfigInput,
  options: SweepOptions,
  { asksNode = true }: { readonly asksNode?: boolean } = {},
): Promise<NamedTarget> {
  const { shard, onEvent, signal } = runOptions(options);
  if (shard !== undefined) {
    throw inputError("--shard computes a part of the runs here, and --on puts all of them in a queue.", {
      hint: "Leave one of them out.",
    });
  }
  const { engine, name } = await readConfig(config, options);
  const file = typeof config === "string" && config !== "-" ? findConfig(config, process.cwd()) : undefined;
  const settings = await readClusterSettings(options.cluster, file && path.dirname(file));
  const results = folderOf({ name }, options);
  const target =
    options.on === "slurm"
      ? { settings: settings.slurm, scheduler: slurm, runsScripts: true }
      : await redisTarget(addressOf(options.on ?? ""), results, settings.redis, asksNode);
  if (engine === "auto" || engine === "kernels") {
    onEvent({
      event: "notice",
      study: name,
      message: `kernels-wasm computes: the same bytes on every node, at ${WASM_SPEED} of the speed of kernels-native (docs/cluster.md).`,
    });
    return { ...target, chosen: { engine: "kernels-wasm" } };
  }
  const chosen = { engine };
  // What another engine is on this machine, it has to be on each worker: the others are left out.
  if (PORTABLE.includes(engine) || !target.runsScripts) return { ...target, chosen };
  if (settings.slurm.constraint === null) {
    throw inputError(
      `The numbers of ${engine} depend on the processor and the compiler, and nodes of a cluster may differ.`,
      {
        hint:
          "Name one kind of node in cluster.yaml, such as constraint: skylake, or compute with --engine kernels-wasm, " +
          "which gives the same bytes on every node.",
      },
    );
  }
  const folder = new ClusterFolder(results);
  const asked = { ...target, engine, folder };
  if (!asksNode) return { ...target, chosen, asksFirst: await isToAsk(asked) };
  const { fresh = false } = options;
  await refuseForeign(folder.results, fresh);
  // A task may wait for long in the queue: it is not asked what cannot be continued.
  if (!fresh) await refuseOtherEngine(folder.results, engine);
  return {
    ...target,
    chosen,
    engine: await engineOnNode({
      ...asked,
      workingFolder: process.cwd(),
      script: (token) => scriptOf(settings.slurm, folder, token),
      signal,
      notify: (message) => onEvent({ event: "notice", study: name, message }),
    }),
  };
}

/** What was named may hold a password, and is not repeated. */
function addressOf(on: string): RedisAddress {
  if (isRedisAddress(on)) return parseRedisAddress(on);
  throw inputError("--on names no scheduler.", {
    hint: "Write --on slurm, or --on redis://HOST:6379 for machines that run prune-lab worker.",
  });
}

/** Workers that take tasks from Redis; asks the server, unless only a plan is wanted. */
async function redisTarget(
  address: RedisAddress,
  results: string,
  settings: Parameters<typeof workerSettings>[0],
  asks: boolean,
): Promise<ClusterTarget> {
  const scheduler = redisScheduler(address, path.resolve(results));
  if (!asks) return { settings: workerSettings(settings, 1), scheduler, runsScripts: false };
  const packages = await loadRedisPackages();
  await checkServer(packages, address);
  const workers = await withRedis(packages, address, livingWorkers);
  return { settings: workerSettings(settings, workers.length), scheduler, runsScripts: false };
}
