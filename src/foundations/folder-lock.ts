import { randomUUID } from "node:crypto";
import { type FileHandle, link, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { discard } from "./atomic-file.ts";
import { failure, inputError, systemErrorCode } from "./errors.ts";
import { isTemporary, removeLeftovers, temporaryBeside } from "./leftovers.ts";
import { stateOf, thisProcess } from "./processes.ts";
import { readError } from "./system-errors.ts";

/** Name of the lock file in a folder. */
export const LOCK_FILE = ".prune-lab.lock";

/** Between two looks at what another process is about to do. */
const WAIT_MILLISECONDS = 5;
/** A holder that lives touches its lock so often. */
const HEARTBEAT_SECONDS = 10;
/** A holder that cannot be seen from here counts as ended when it has given no sign of life for so long. */
export const SILENT_SECONDS = 120;
/** A lock that is no holder's record and older than this is not being written any more. */
const WRITING_SECONDS = 2;
/** The longest wait for a process that removes a dead one's lock, a matter of milliseconds. */
const REMOVAL_SECONDS = 10;

const holderSchema = z.object({
  token: z.string(),
  pid: z.int(),
  host: z.string(),
  start: z.string(),
  place: z.string(),
  since: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

export interface FolderLock {
  /**
   * Throws a PruneLabError of kind `failure` when the lock is no longer this process's: it gave no sign of life for so
   * long that another took the folder.
   */
  refuseIfLost(): void;
  release(): Promise<void>;
}

/**
 * Takes a folder for this process. Throws a PruneLabError of kind `input` that names the holder, with `advice` as
 * its hint, when another living process has it; the lock of a dead one is taken over at once. A holder that cannot be
 * seen from here, of another machine or container, lives as long as it touches its lock: without a sign of life for
 * SILENT_SECONDS it is taken for dead.
 */
export async function lockFolder(folder: string, advice = "Wait for it to end."): Promise<FolderLock> {
  const file = path.join(folder, LOCK_FILE);
  const lock = await acquire(file, async (found) => {
    throw heldBy(folder, found, advice);
  });
  try {
    await clearBehind(folder);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return lock;
}

/** A lock file as it is found: whose it is, if it can be read, and the seconds since it was touched. */
interface Found {
  readonly holder: Holder | "damaged";
  readonly silentSeconds: number;
}

/**
 * Takes a lock file for this process; `whenHeld` is called when a living process has it, and may wait and return.
 *
 * A dead holder's file is removed under a lock of its own, named after that holder, and only if it is still the
 * same: of many that find it at once, one removes it, and nobody removes the file of whoever comes next.
 */
async function acquire(file: string, whenHeld: (found: Found) => Promise<void>): Promise<FolderLock> {
  const mine: Holder = {
    token: randomUUID(),
    host: hostname(),
    ...thisProcess(),
    since: new Date().toISOString(),
  };
  // A lock appears whole (written beside, then linked), so that nobody reads half of one.
  const draft = temporaryBeside(file);
  const handle = await writeHolder(draft, mine);
  try {
    // The file system's own clock: that of another machine, or of this one, may be wrong.
    const { mtimeMs } = await handle.stat();
    const written = performance.now();
    const now = () => mtimeMs + performance.now() - written;
    for (;;) {
      const taken = await take(draft, file, mine, handle);
      if (taken !== undefined) {
        if (taken !== handle) await handle.close();
        return held(file, mine, taken);
      }
      const found = await look(file, now);
      if (found === undefined) continue;
      // A link that was made, and whose answer the network lost: asked again, it is there already.
      if (tokenOf(found.holder) === mine.token) return held(file, mine, handle);
      if (isBeingWritten(found)) await setTimeout(WAIT_MILLISECONDS);
      else if (isAlive(found)) await whenHeld(found);
      else await removeDead(file, found);
    }
  } catch (error) {
    await handle.close();
    throw error;
  } finally {
    await discard(draft);
  }
}

async function writeHolder(file: string, holder: Holder): Promise<FileHandle> {
  const handle = await open(file, "wx");
  try {
    await touch(handle, holder);
    return handle;
  } catch (error) {
    await handle.close();
    await discard(file);
    throw error;
  }
}

/** Writes the same bytes again: the file system dates them by its own clock. */
async function touch(handle: FileHandle, holder: Holder): Promise<void> {
  await handle.write(`${JSON.stringify(holder)}\n`, 0);
  await handle.sync();
}

/** Puts the lock in its place, and gives the open file to keep touching; undefined when there is one already. */
async function take(
  draft: string,
  file: string,
  mine: Holder,
  handle: FileHandle,
): Promise<FileHandle | undefined> {
  try {
    await link(draft, file);
    return handle;
  } catch (error) {
    return systemErrorCode(error) === "EEXIST" ? undefined : takeWithoutLink(file, mine);
  }
}

/**
 * For file systems without hard links. Such a lock can be seen half written; readers give its writer time, and it counts
 * only if it is in its place when it is whole.
 */
async function takeWithoutLink(file: string, mine: Holder): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await writeHolder(file, mine);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return undefined;
    throw error;
  }
  if (tokenOf(await readHolder(file)) === mine.token) return handle;
  await handle.close();
  return undefined;
}

function held(file: string, mine: Holder, handle: FileHandle): FolderLock {
  let lost = false;
  const beat = async () => {
    lost ||= tokenOf(await readHolder(file)) !== mine.token;
    if (!lost) await touch(handle, mine);
  };
  // A disk that is full or does not answer for a while costs a beat, not the sweep.
  const timer = setInterval(() => void beat().catch(() => {}), HEARTBEAT_SECONDS * 1000).unref();
  let released: Promise<void> | undefined;
  const release = async () => {
    clearInterval(timer);
    await handle.close();
    if (tokenOf(await readHolder(file)) === mine.token) await rm(file, { force: true });
  };
  return {
    refuseIfLost: () => {
      if (!lost) return;
      throw failure(
        `${path.dirname(file)} was taken over by another process: this one gave no sign of life for ${SILENT_SECONDS} seconds.`,
        { hint: "Wait for the other to end, then run the same command to continue." },
      );
    },
    release: () => {
      released ??= release();
      return released;
    },
  };
}

async function removeDead(file: string, { holder }: Found): Promise<void> {
  const token = tokenOf(holder);
  const until = performance.now() + REMOVAL_SECONDS * 1000;
  const removal = await acquire(`${file}.${token}`, async (found) => {
    if (performance.now() > until) throw heldBy(path.dirname(file), found, "Wait for it to end.");
    await setTimeout(WAIT_MILLISECONDS);
  });
  try {
    if (tokenOf(await readHolder(file)) === token) await rm(file, { force: true });
  } finally {
    await removal.release();
  }
}

/** Removes what killed processes left of their locks: drafts, and locks of removals. */
async function clearBehind(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${LOCK_FILE}.`) || isTemporary(name)) continue;
    const file = path.join(folder, name);
    const found = await look(file, Date.now);
    if (found !== undefined && !isBeingWritten(found) && !isAlive(found)) await rm(file, { force: true });
  }
  await removeLeftovers(folder);
}

function tokenOf(holder: Holder | "gone" | "damaged"): string {
  return typeof holder === "object" ? holder.token : holder;
}

/** What the process that holds a folder says of itself: `process 123 on host, since ...`; undefined when none holds the folder. */
export async function folderHolder(folder: string): Promise<string | undefined> {
  const found = await look(path.join(folder, LOCK_FILE), Date.now);
  if (found === undefined || typeof found.holder === "string") return undefined;
  return isAlive(found) ? holderText(found.holder) : undefined;
}

/** A lock file as it is at `now`, in milliseconds since 1970; undefined when there is none. */
async function look(file: string, now: () => number): Promise<Found | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    const holder = await readHolder(file);
    return holder === "gone" ? undefined : { holder, silentSeconds: (now() - mtimeMs) / 1000 };
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw readError(error, path.dirname(file));
  }
}

async function readHolder(file: string): Promise<Holder | "gone" | "damaged"> {
  try {
    const parsed = holderSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
    return parsed.success ? parsed.data : "damaged";
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "gone";
    if (error instanceof SyntaxError) return "damaged";
    throw readError(error, file);
  }
}

function isBeingWritten({ holder, silentSeconds }: Found): boolean {
  return holder === "damaged" && silentSeconds < WRITING_SECONDS;
}

function isAlive({ holder, silentSeconds }: Found): boolean {
  if (holder === "damaged") return false;
  const state = stateOf(holder);
  return state === "running" || (state === "unseen" && silentSeconds < SILENT_SECONDS);
}

function holderText({ pid, host, since }: Holder): string {
  return `process ${pid} on ${host}, since ${since}`;
}

function heldBy(folder: string, { holder, silentSeconds }: Found, advice: string) {
  if (typeof holder === "string") return inputError(`${folder} is in use.`, { hint: advice });
  const seen = stateOf(holder) === "running";
  return inputError(`${folder} is in use by ${holderText(holder)}: two processes cannot write one folder.`, {
    hint: seen
      ? advice
      : `${advice} That process cannot be seen from here; its last sign of life is ${Math.max(0, Math.round(silentSeconds))} seconds old. If it has ended, the folder is free ${SILENT_SECONDS} seconds after that.`,
  });
}
