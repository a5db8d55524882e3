import { readdir, statfs } from "node:fs/promises";
import path from "node:path";
import { type FileContent, replaceFile } from "../foundations/atomic-file.ts";
import { createFolder, nearestExisting } from "../foundations/create-folder.ts";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { type FolderLock, LOCK_FILE, lockFolder } from "../foundations/folder-lock.ts";
import { isTemporary, removeLeftovers } from "../foundations/leftovers.ts";
import { readError } from "../foundations/system-errors.ts";
import { differences, engineOf, MANIFEST_FILE, type Manifest, readManifest } from "./manifest.ts";
import { type RemovalOptions, removeFiles } from "./remove-files.ts";
import { explainWriteError } from "./write-error.ts";

export const RUNS_FOLDER = "runs";

/** What the driver of a cluster and its tasks tell each other; gone when everything is done. */
export const CLUSTER_FOLDER = ".cluster";

/** What `prune-lab find` looked at: a sweep that continues the folder leaves it there. */
export const FIND_FILE = "find.csv";

export interface OpenOptions extends RemovalOptions {
  /** What may not change when the folder is continued. */
  readonly settings: unknown;
  /** Remove what an earlier sweep left, as its manifest lists it. */
  readonly fresh: boolean;
  /** Space that the sweep will need, roughly; less is refused before anything is written. */
  readonly bytesNeeded: number;
}

/** The folder of one sweep, locked for this process. All writes are atomic. */
export interface ResultsFolder {
  readonly path: string;
  readonly runs: string;
  /** Writes a file, named relative to the folder. */
  write(name: string, content: FileContent): Promise<void>;
  /**
   * Writes the manifest. The one at the start keeps telling what is there already; the final one removes the
   * files that an earlier grid left and this one does not have. Finished runs stay either way.
   */
  writeManifest(manifest: Manifest, stage: "start" | "final"): Promise<void>;
  /** Lets other processes have the folder; may be called twice. */
  release(): Promise<void>;
}

/**
 * Opens the folder of a sweep: creates it, or continues the same sweep. Throws a PruneLabError of kind `input`,
 * with nothing written, when it cannot be written, belongs to something else, holds a sweep with other settings,
 * or is in use.
 */
export async function openResultsFolder(folder: string, options: OpenOptions): Promise<ResultsFolder> {
  try {
    await refuseForeign(folder, options.fresh);
    await refuseFullDisk(folder, options.bytesNeeded);
    await createFolder(folder);
    const lock = await lockFolder(
      folder,
      "Wait for it to end, or give this sweep a folder of its own with --out.",
    );
    try {
      if (options.fresh) await removeListed(folder, options);
      else await refuseOtherSettings(folder, options.settings);
      await removeUnfinished(folder);
      let startsOver = options.fresh;
      let released: Promise<void> | undefined;
      const guarded = async (write: () => Promise<void>) => {
        lock.refuseIfLost();
        await write().catch((error: unknown) => {
          throw explainWriteError(error, folder);
        });
      };
      return {
        path: folder,
        runs: path.join(folder, RUNS_FOLDER),
        write: (name, content) => guarded(() => writeWithin(folder, name, content)),
        writeManifest: (manifest, stage) =>
          guarded(async () => {
            const there = startsOver ? undefined : await readManifest(folder);
            await replaceManifest(folder, manifest, stage, there);
            startsOver = false;
          }),
        release: () => {
          released ??= closeFolder(folder, lock);
          return released;
        },
      };
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    throw explainWriteError(error, folder);
  }
}

/** The entries of a folder that are not prune-lab's own bookkeeping; none for a folder that does not exist. */
async function entries(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter(
    (name) => !name.startsWith(LOCK_FILE) && name !== CLUSTER_FOLDER && !isTemporary(name),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    if (systemErrorCode(error) === "ENOTDIR") throw error;
    throw readError(error, folder);
  }
}

async function writeWithin(folder: string, name: string, content: FileContent): Promise<void> {
  const file = path.join(folder, name);
  await createFolder(path.dirname(file));
  await replaceFile(file, content);
}

/** What processes left that were killed. Other processes may be storing runs: theirs stay. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const inner of ["", "charts", "checkpoints"]) await removeLeftovers(path.join(folder, inner));
  await removeLeftovers(path.join(folder, RUNS_FOLDER), { mine: true });
}

async function closeFolder(folder: string, lock: FolderLock): Promise<void> {
  try {
    lock.refuseIfLost();
    // A thread that was stopped half way leaves what it was writing.
    await removeLeftovers(path.join(folder, RUNS_FOLDER), { mine: true });
  } catch {
    // Whoever opens the folder next removes it.
  }
  await lock.release();
}

/** Throws for a folder that holds something else than results; `fresh` as in OpenOptions. */
export async function refuseForeign(folder: string, fresh: boolean): Promise<void> {
  const names = await entries(folder);
  if (names.length === 0 || (await readManifest(folder)) !== undefined) return;
  throw inputError(
    fresh
      ? `--fresh: ${folder} is not a results folder of prune-lab (it has no ${MANIFEST_FILE}), so nothing is removed.`
      : `${folder} is not empty and not a results folder of prune-lab (it has no ${MANIFEST_FILE}).`,
    { hint: "Choose another folder with --out." },
  );
}

async function refuseFullDisk(folder: string, bytesNeeded: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(await nearestExisting(folder));
  const free = bavail * bsize;
  // What is no disk, such as /proc, has no blocks: whether it can be written shows.
  if (blocks === 0 || free >= bytesNeeded) return;
  throw inputError(
    `The disk that holds ${folder} is full: the sweep needs about ${mebibytes(bytesNeeded)}, ${mebibytes(free)} are free.`,
    { hint: "Free some space, or choose another disk with --out." },
  );
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

async function refuseOtherSettings(folder: string, settings: unknown): Promise<void> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return;
  refuseDifferent(folder, manifest, differences(manifest.settings, JSON.parse(JSON.stringify(settings))));
}

/** As openResultsFolder refuses a folder of other settings, as soon as no more is known of them than the engine's name. */
export async function refuseOtherEngine(folder: string, name: string): Promise<void> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return;
  const before = { engine: { name: engineOf(manifest) } };
  refuseDifferent(folder, manifest, differences(before, { engine: { name } }));
}

function refuseDifferent(folder: string, manifest: Manifest, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const isOtherEngine = lines.some((line) => line.startsWith("engine.name: "));
  const choose = isOtherEngine ? `Continue it with --engine ${engineOf(manifest)}, choose` : "Choose";
  throw inputError(
    `${folder} holds a sweep with other settings:\n${lines.map((line) => `  ${line}`).join("\n")}\n` +
      "A folder may be continued with more or fewer methods, sparsities or seeds, and nothing else.",
    { hint: `${choose} another folder with --out, or start over with --fresh.` },
  );
}

/**
 * Removes what the manifest lists. The manifest itself stays until the next one takes its place: a removal that was cut
 * off can be repeated.
 */
async function removeListed(folder: string, options: RemovalOptions): Promise<void> {
  const files = (await readManifest(folder))?.files ?? [];
  await removeFiles(
    folder,
    files.filter((name) => name !== MANIFEST_FILE),
    options,
  );
}

async function replaceManifest(
  folder: string,
  manifest: Manifest,
  stage: "start" | "final",
  there: Manifest | undefined,
): Promise<void> {
  const previous = there?.files ?? [];
  const runs = (await entries(path.join(folder, RUNS_FOLDER))).map((name) => `${RUNS_FOLDER}/${name}`);
  const kept = stage === "start" ? previous : previous.filter((name) => name === FIND_FILE);
  const files = new Set([...manifest.files, ...runs, ...kept]);
  if (stage === "final") {
    const stale = previous.filter((name) => !files.has(name) && !name.startsWith(`${RUNS_FOLDER}/`));
    await removeFiles(folder, stale);
  }
  // A part that is being made whole stays a part until it is: what is cut off can be repeated.
  const part = stage === "start" && there?.part !== undefined ? { part: there.part } : {};
  const tables = stage === "start" && there?.tables !== undefined ? { tables: there.tables } : {};
  const charts = stage === "start" && there?.charts !== undefined ? { charts: there.charts } : {};
  const content = `${JSON.stringify({ ...part, ...manifest, ...tables, ...charts, files: [...files].sort() }, null, 2)}\n`;
  await replaceFile(path.join(folder, MANIFEST_FILE), content);
}
