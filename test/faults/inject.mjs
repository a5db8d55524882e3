/**
 * Loaded before the program (NODE_OPTIONS=--import): counts what it does to the files below a folder, in all threads, and
 * at a chosen step kills the process or lets the system refuse. Environment:
 *
 *   FAULT_ROOT   the folder; steps elsewhere do not count
 *   FAULT_COUNT  a file that grows by a byte a step; it names the step for all threads
 *   FAULT_STEPS  `changes` (everything that changes files) or `reads`
 *   FAULT_AT     the step, from 1; none: only count
 *   FAULT_DO     `kill`: before the step; `torn`: half way through it; else the code that the system refuses with
 *   FAULT_LASTS  `1`: refuses from that step on
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import path from "node:path";

const { FAULT_ROOT, FAULT_COUNT, FAULT_STEPS, FAULT_AT, FAULT_DO, FAULT_LASTS } = process.env;
const root = `${FAULT_ROOT}${path.sep}`;
const original = { ...fs, promises: { ...fs.promises } };
const counter = fs.openSync(FAULT_COUNT, "a+");

const isOurs = (file) => typeof file === "string" && path.resolve(file).startsWith(root);

/** Codes that Node has no name for. */
const UNNAMED = ["EDQUOT"];

function refusal(code, call, file) {
  const errno = -os.constants.errno[code];
  const name = UNNAMED.includes(code) ? `Unknown system error ${errno}` : code;
  const error = new Error(`${name}: ${call}${file === undefined ? "" : ` '${file}'`}`);
  return Object.assign(error, { errno, code: name, syscall: call }, file === undefined ? {} : { path: file });
}

function die() {
  process.kill(process.pid, "SIGKILL");
  // Another thread may be the one that the signal ends.
  for (;;);
}

/** Counts a step; kills or throws if it is the one. `half` does half of it. */
async function step(kind, call, file, half) {
  if (kind !== FAULT_STEPS) return;
  original.writeSync(counter, ".");
  const now = original.fstatSync(counter).size;
  const at = Number(FAULT_AT ?? 0);
  if (at === 0 || now < at || (now > at && FAULT_LASTS !== "1")) return;
  if (FAULT_DO === "kill") die();
  if (FAULT_DO === "torn") {
    await half?.();
    die();
  }
  throw refusal(FAULT_DO, call, file);
}

const half = (content) => content.slice(0, Math.floor(content.length / 2));

/** A removal that is cut off: some of a folder is gone. */
async function removeHalf(target) {
  let names;
  try {
    names = await original.promises.readdir(target);
  } catch {
    return;
  }
  for (const name of names.slice(0, Math.ceil(names.length / 2))) {
    await original.promises.rm(path.join(target, name), { recursive: true, force: true });
  }
}

for (const call of ["mkdir", "rename", "rmdir", "rm", "unlink", "link", "copyFile", "writeFile", "utimes"]) {
  fs.promises[call] = async (file, ...rest) => {
    if (isOurs(file) || isOurs(rest[0])) {
      const torn = {
        rm: () => removeHalf(file),
        writeFile: () => original.promises.writeFile(file, half(rest[0])),
        copyFile: async () =>
          original.promises.writeFile(rest[0], half(await original.promises.readFile(file))),
      };
      await step("changes", call, file, torn[call]);
    }
    return original.promises[call](file, ...rest);
  };
}
for (const call of ["readFile", "readdir", "stat", "access", "statfs"]) {
  fs.promises[call] = async (file, ...rest) => {
    if (isOurs(file)) await step("reads", call === "readFile" ? "open" : call, file);
    return original.promises[call](file, ...rest);
  };
}

const opened = new WeakSet();
fs.promises.open = async (file, flags, ...rest) => {
  const writes = flags !== undefined && flags !== "r";
  if (isOurs(file)) await step(writes ? "changes" : "reads", "open", file);
  const handle = await original.promises.open(file, flags, ...rest);
  if (isOurs(file)) opened.add(handle);
  return handle;
};

const probe = await original.promises.open(FAULT_COUNT);
const prototype = Object.getPrototypeOf(probe);
await probe.close();
const handle = { write: prototype.write, writeFile: prototype.writeFile, sync: prototype.sync };
for (const call of ["write", "writeFile", "sync"]) {
  prototype[call] = async function (...given) {
    if (opened.has(this)) {
      const torn = call === "sync" ? undefined : () => handle.write.call(this, half(given[0]));
      await step("changes", call === "sync" ? "fsync" : "write", undefined, torn);
    }
    return handle[call].apply(this, given);
  };
}

syncBuiltinESMExports();
