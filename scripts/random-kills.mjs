// Kills a sweep at random moments, starts it again until it is done, and compares the folder with an undisturbed sweep's: over and over,
// until so many processes were killed. Choices are of the seed; what a kill meets is the machine's.
// Runs the built code: npm run kills -- [--kills 100] [--seed 1] [--on local|slurm|redis]
// slurm: the commands of the site where sinfo answers, else those of test/support/fake-slurm.mjs. redis: a redis-server of the PATH.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sha256 } from "../dist/foundations/hash.js";
import { randomStream } from "../dist/foundations/random.js";
import { findLines, parsePackLine } from "../dist/scheduling/packs/pack-line.js";

const USAGE = "usage: npm run kills -- [--kills 100] [--seed 1] [--on local|slurm|redis]";
const CONFIG = `
name: kills
dataset: { name: mnist, source: bundled, validation: 8500 }
model: { name: mlp, hidden: [16] }
train: { epochs: 2 }
prune:
  methods:
    - l1-unstructured
    - { name: tickets, criterion: magnitude, allocation: global, schedule: { name: iterative, levels: [0.5] }, recovery: rewind }
    - { name: rounded, criterion: magnitude, allocation: global, quantization: { bits: 4 } }
  sparsities: [0.75, 0.9]
  finetune: { epochs: 2 }
seeds: [0, 1]
engine: kernels-wasm
`;
/** A sweep that takes longer than this, kills apart, does not end. */
const PATIENCE_SECONDS = 600;

const { values } = parseArgs({
  options: { kills: { type: "string" }, seed: { type: "string" }, on: { type: "string" } },
});
const kills = Number(values.kills ?? 100);
const seed = Number(values.seed ?? 1);
const on = values.on ?? "local";
if (!(kills > 0) || !Number.isSafeInteger(seed) || !["local", "slurm", "redis"].includes(on)) {
  console.error(USAGE);
  process.exit(2);
}
const stream = randomStream(seed, "random kills", on);
const chance = () => stream.uniform();

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const lab = path.join(root, "bin", "prune-lab.js");
const scratch = mkdtempSync(path.join(tmpdir(), "prune-lab-kills-"));
const log = path.join(scratch, "log.txt");
const output = openSync(log, "a");
const inScratch = (...parts) => path.join(scratch, ...parts);
writeFileSync(inScratch("kills.yaml"), CONFIG);
writeFileSync(
  inScratch("cluster.yaml"),
  "slurm: { time: 5m, cpus: 1, memory: 500M, task: 3s, rounds: 100 }\nredis: { task: 3s, cpus: 1, rounds: 100 }\n",
);

const sites = { local: localSite, slurm: slurmSite, redis: redisSite };
let failed = false;
const site = await sites[on]();
const endAll = () => {
  for (const pid of processesWith()) kill(pid);
};
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    endAll();
    process.exit(130);
  });
}
try {
  await main();
} catch (error) {
  failed = true;
  console.error(`FAILED: ${error.message}\nEverything is left in ${scratch}`);
} finally {
  endAll();
}
if (!failed) rmSync(scratch, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;

async function main() {
  console.log(`${kills} kills with the seed ${seed}, ${site.title}`);
  const began = performance.now();
  const whole = sweep("local", []);
  await exitOf(whole, "the undisturbed sweep");
  const wanted = filesOf("local");
  const usual = (performance.now() - began) / 1000;
  const count = { sweeps: 0, starts: 0, kills: 0, again: 0, byVictim: new Map() };
  while (count.kills < kills) {
    const folder = `sweep-${count.sweeps + 1}`;
    await killedSweep(folder, usual, count);
    compare(wanted, filesOf(folder), folder);
    await site.checkEmpty();
    count.sweeps++;
    rmSync(inScratch(folder), { recursive: true });
    if (count.sweeps % 10 === 0) console.log(summaryOf(count));
  }
  console.log(
    `${summaryOf(count)} Every folder is that of an undisturbed sweep, byte for byte, and nothing is left in a queue.`,
  );
  if (count.again > 0) throw new Error(`${count.again} runs were computed again although they were stored.`);
}

/** One sweep with its kills, until it is done. */
async function killedSweep(folder, usual, count) {
  const stored = new Map();
  const until = Date.now() + PATIENCE_SECONDS * 1000;
  for (let isDone = false; !isDone; ) {
    const driver = sweep(folder, site.flags);
    count.starts++;
    const end = exitOf(driver, `${folder}, start ${count.starts}`);
    end.catch(() => {});
    for (let ended = false; !ended; ) {
      const moment = sleep(1000 * site.killedWithin * usual * chance(), "moment", { ref: false });
      if (count.kills >= kills || (await Promise.race([end, moment])) !== "moment") {
        await Promise.race([end, late(until, folder)]);
        isDone = ended = true;
        break;
      }
      const victim = (await site.victim(folder, chance())) ?? { what: "driver", pid: driver.pid };
      if (driver.exitCode !== null || !kill(victim.pid)) continue;
      count.kills++;
      count.byVictim.set(victim.what, (count.byVictim.get(victim.what) ?? 0) + 1);
      ended = victim.what === "driver";
      if (ended) await end.catch(() => {});
      else await site.replace(victim);
      count.again += learnStored(stored, folder);
    }
  }
  count.again += learnStored(stored, folder);
}

function summaryOf(count) {
  const { sweeps, starts, again, byVictim } = count;
  const victims = [...byVictim].map(([what, times]) => `${times} of a ${what}`).join(", ");
  return `${count.kills} kills (${victims}) in ${sweeps} sweeps, ${starts} starts. Stored runs that were computed again: ${again}.`;
}

function sweep(folder, flags) {
  const args = ["sweep", "--config", "kills.yaml", "--out", inScratch(folder), "--no-charts", ...flags];
  return spawn(process.execPath, [lab, ...args], {
    cwd: scratch,
    env: site.env,
    stdio: ["ignore", output, output],
  });
}

async function late(until, folder) {
  await sleep(until - Date.now(), undefined, { ref: false });
  throw new Error(`${folder} does not end.`);
}

/** Rejects for an ending that is neither success nor a kill. */
async function exitOf(child, what) {
  const [code, signal] = await once(child, "exit");
  if (code === 0) return "done";
  if (signal === "SIGKILL") throw new Error(`${what} was killed`);
  throw new Error(
    `${what} ends with ${code ?? signal}; the end of ${log}:\n${readFileSync(log, "utf8").slice(-2000)}`,
  );
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/**
 * What a folder holds, by name: the sums of its files, but of those with times only that they are there. Packs are called after
 * the processes that wrote them.
 */
function filesOf(folder) {
  const found = new Map();
  for (const entry of readdirSync(inScratch(folder), { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (file.endsWith(".pack")) continue;
    const isTimed = /timings?\.(csv|json)$/.test(entry.name) || entry.isDirectory();
    const name = path.relative(inScratch(folder), file);
    found.set(name, isTimed ? "" : sha256(readFileSync(file)));
  }
  for (const [id, [run]] of storedIn(folder)) found.set(`run ${id}`, JSON.stringify(run.result ?? null));
  return found;
}

function compare(wanted, found, folder) {
  for (const [name, sum] of wanted) {
    if (!found.has(name)) throw new Error(`${folder} has no ${name}`);
    if (found.get(name) !== sum) throw new Error(`${name} of ${folder} is not that of an undisturbed sweep`);
  }
  for (const name of found.keys()) if (!wanted.has(name)) throw new Error(`${folder} has ${name} left over`);
}

/** By run: what the packs and folders of a store hold of it, each with its times. */
function storedIn(folder) {
  const runs = inScratch(folder, "runs");
  const found = new Map();
  const add = (id, run) => found.set(id, [...(found.get(id) ?? []), run]);
  for (const name of listed(path.join(runs, "packs"))) {
    const bytes = readFileSync(path.join(runs, "packs", name));
    for (const { kind, id, offset, length } of findLines(bytes).lines) {
      const value = parsePackLine(bytes.subarray(offset, offset + length));
      if (kind === "run1" && value !== undefined) add(id, value);
    }
  }
  for (const id of listed(runs)) {
    if (id === "packs") continue;
    try {
      add(id, JSON.parse(readFileSync(path.join(runs, id, "timing.json"), "utf8")));
    } catch {
      // A draft, or gone meanwhile.
    }
  }
  return found;
}

function listed(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Takes in what is stored now. Returns how many runs are there with other times than before: they were computed again. */
function learnStored(known, folder) {
  let again = 0;
  for (const [id, runs] of storedIn(folder)) {
    for (const { timing } of runs) {
      const times = known.get(id) ?? new Set();
      known.set(id, times);
      if (times.size > 0 && !times.has(timing.seconds)) again++;
      times.add(timing.seconds);
    }
  }
  return again;
}

/** Processes of this script, redis-server and workers too, whose command line has these words. */
function processesWith(...words) {
  return listed("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return line.some((word) => word.includes(scratch)) && words.every((word) => line.includes(word))
        ? [Number(pid)]
        : [];
    } catch {
      return [];
    }
  });
}

async function awaitNone(what, look) {
  for (let i = 0; i < 300; i++) {
    if ((await look()).length === 0) return;
    await sleep(100);
  }
  throw new Error(`${what}: ${(await look()).join(", ")}`);
}

/** `killedWithin`: a kill comes within so much of the time of an undisturbed local sweep, so that most sweeps are killed several times. */
function localSite() {
  return {
    title: "on this machine",
    killedWithin: 1,
    flags: [],
    env: process.env,
    victim: () => undefined,
    checkEmpty: () => {},
  };
}

/** A task, as often as the driver. */
function taskOr(other) {
  return (folder, toss) => {
    const tasks = processesWith("work", inScratch(folder));
    if (toss >= 0.5 && tasks.length > 0)
      return { what: "task", pid: tasks[Math.floor(chance() * tasks.length)] };
    return other(toss);
  };
}

function slurmSite() {
  const isReal = spawnSync("sinfo", ["-h"]).status === 0;
  const env = isReal ? process.env : fakeSlurm();
  return {
    title: isReal ? "on this site's Slurm" : "on the stand-in for Slurm's commands",
    killedWithin: 1,
    flags: ["--on", "slurm"],
    env,
    victim: taskOr(() => undefined),
    replace: () => {},
    checkEmpty: () =>
      isReal
        ? awaitNone("left in the queue", () =>
            spawnSync("squeue", ["-h", "--me", "-t", "PD,R,CG,CF,S"], { encoding: "utf8" })
              .stdout.split("\n")
              .filter(Boolean),
          )
        : awaitNone("processes of tasks", () => processesWith()),
  };
}

function fakeSlurm() {
  const fake = path.join(root, "test", "support", "fake-slurm.mjs");
  mkdirSync(inScratch("bin"));
  mkdirSync(inScratch("slurm"));
  for (const name of ["sbatch", "squeue", "scancel", "scontrol"]) {
    const file = inScratch("bin", name);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${fake}" ${name} "$@"\n`);
    chmodSync(file, 0o755);
  }
  return {
    ...process.env,
    PATH: `${inScratch("bin")}:${process.env.PATH}`,
    FAKE_SLURM: inScratch("slurm"),
    FAKE_SLURM_MODE: "",
  };
}

async function redisSite() {
  const port = await freePort();
  const address = `redis://127.0.0.1:${port}`;
  const server = spawn(
    "redis-server",
    ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no", "--dir", scratch],
    { stdio: "ignore" },
  );
  await Promise.race([once(server, "spawn"), once(server, "error").then(([error]) => Promise.reject(error))]);
  const ask = (...args) =>
    spawnSync("redis-cli", ["-p", String(port), ...args], { encoding: "utf8" }).stdout.trim();
  for (let i = 0; ask("ping") !== "PONG"; i++) {
    if (i === 100) throw new Error("redis-server does not answer.");
    await sleep(100);
  }
  const workers = new Map();
  const begin = () => {
    const child = spawn(process.execPath, [lab, "worker", address, "--results", scratch, "--workers", "1"], {
      stdio: ["ignore", output, output],
    });
    workers.set(child.pid, child);
  };
  for (let i = 0; i < 2; i++) begin();
  return {
    title: "through Redis, with two workers",
    killedWithin: 2,
    flags: ["--on", address],
    env: process.env,
    victim: taskOr((toss) => {
      const pids = [...workers.keys()];
      return toss < 0.25 ? { what: "worker", pid: pids[Math.floor(chance() * pids.length)] } : undefined;
    }),
    replace: ({ what, pid }) => {
      if (what !== "worker") return;
      workers.delete(pid);
      begin();
    },
    checkEmpty: () =>
      awaitNone("keys in Redis", () =>
        ask("keys", "*")
          .split("\n")
          .filter((key) => key !== "" && key !== "prune-lab:workers"),
      ),
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
