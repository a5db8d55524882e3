import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { inputError, systemErrorCode } from "./errors.ts";

/** Name of the lock file in a folder. */
export const LOCK_FILE = ".prune-lab.lock";

/** Between two looks at a removal that another process is about. */
const WAIT_MILLISECONDS = 5;

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same number; null where the system does not say. */
  readonly processStart: string | null;
  readonly since: string;
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process. Throws a PruneLabError of kind `input` that names the holder, with `advice` as
 * its hint, when another living process has it; the lock of a dead one is taken over at once.
 */
export async function lockFolder(folder: string, advice = "Wait for it to end."): Promise<FolderLock> {
  const file = path.join(folder, LOCK_FILE);
  return acquire(file, async (holder) => {
    throw heldBy(folder, holder, advice);
  });
}

/**
 * Takes a lock file for this process; `whenHeld` is called when a living process has it, and may wait and return.
 *
 * A dead holder's file is removed under a lock of its own, named after that holder, and only if it is still the
 * same: of many that find it at once, one removes it, and nobody removes the file of whoever comes next.
 */
async function acquire(file: string, whenHeld: (holder: Holder) => Promise<void>): Promise<FolderLock> {
  const mine: Holder = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    since: new Date().toISOString(),
  };
  // A lock appears whole (written beside, then linked), so that nobody reads half of one.
  const draft = `${file}.${mine.token}.draft`;
  await writeFile(draft, `${JSON.stringify(mine)}\n`, { flag: "wx" });
  try {
    while (!(await tryLink(draft, file))) {
      const holder = await readHolder(file);
      if (holder === "gone") continue;
      if (holder !== "damaged" && isAlive(holder)) {
        await whenHeld(holder);
        continue;
      }
      const removal = await acquire(`${file}.${tokenOf(holder)}`, () => setTimeout(WAIT_MILLISECONDS));
      try {
        if (tokenOf(await readHolder(file)) === tokenOf(holder)) await rm(file);
      } finally {
        await removal.release();
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      if (tokenOf(await readHolder(file)) === mine.token) await rm(file, { force: true });
    },
  };
}

function tokenOf(holder: Holder | "gone" | "damaged"): string {
  return typeof holder === "object" ? holder.token : holder;
}

/** What the process that holds a folder says of itself: `process 123 on host, since ...`; undefined when none holds the folder. */
export async function folderHolder(folder: string): Promise<string | undefined> {
  const holder = await readHolder(path.join(folder, LOCK_FILE));
  return typeof holder === "object" && isAlive(holder) ? holderText(holder) : undefined;
}

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<Holder | "gone" | "damaged"> {
  try {
    const holder = JSON.parse(await readFile(file, "utf8")) as Partial<Holder>;
    return typeof holder.token === "string" && typeof holder.pid === "number"
      ? (holder as Holder)
      : "damaged";
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "gone";
    if (error instanceof SyntaxError) return "damaged";
    throw error;
  }
}

function isAlive(holder: Holder): boolean {
  // Another machine's processes cannot be seen from here: its lock is believed.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return systemErrorCode(error) !== "ESRCH";
  }
  const start = processStart(holder.pid);
  return start === null || holder.processStart === null || start === holder.processStart;
}

/** Linux: the start time of a process in clock ticks since boot, and the boot it belongs to. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${ticks}`;
  } catch {
    return null;
  }
}

function holderText({ pid, host, since }: Holder): string {
  return `process ${pid} on ${host}, since ${since}`;
}

function heldBy(folder: string, holder: Holder, advice: string) {
  return inputError(`${folder} is in use by ${holderText(holder)}: two processes cannot write one folder.`, {
    hint:
      holder.host === hostname()
        ? advice
        : `If that process is gone, remove ${path.join(folder, LOCK_FILE)}.`,
  });
}
