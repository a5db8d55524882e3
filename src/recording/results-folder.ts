import { readdir, rm, rmdir, statfs } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { createFolder } from "../foundations/create-folder.ts";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { LOCK_FILE, lockFolder } from "../foundations/folder-lock.ts";
import { differences, MANIFEST_FILE, type Manifest, readManifest } from "./manifest.ts";
import { explainWriteError } from "./write-error.ts";

export const RUNS_FOLDER = "runs";

export interface OpenOptions {
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
  write(name: string, content: string | Uint8Array): Promise<void>;
  /**
   * Writes the manifest. The one at the start keeps listing what is there already; the final one removes the
   * files that an earlier grid left and this one does not have. Finished runs stay either way.
   */
  writeManifest(manifest: Manifest, stage: "start" | "final"): Promise<void>;
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
      if (options.fresh) await removeListed(folder);
      else await refuseOtherSettings(folder, options.settings);
      await removeUnfinished(folder);
      return {
        path: folder,
        runs: path.join(folder, RUNS_FOLDER),
        write: async (name, content) => {
          await writeFileAtomic(path.join(folder, name), content).catch((error) => {
            throw explainWriteError(error, folder);
          });
        },
        writeManifest: (manifest, stage) => replaceManifest(folder, manifest, stage),
        release: lock.release,
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
  return (await namesIn(folder)).filter((name) => !name.startsWith(LOCK_FILE) && !isTemporary(name));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** What an atomic write that was killed leaves behind. */
function isTemporary(name: string): boolean {
  return name.startsWith(".") && name.endsWith(".tmp");
}

async function removeUnfinished(folder: string): Promise<void> {
  for (const inner of ["", RUNS_FOLDER, "charts", "checkpoints"]) {
    for (const name of (await namesIn(path.join(folder, inner))).filter(isTemporary)) {
      await rm(path.join(folder, inner, name), { recursive: true, force: true });
    }
  }
}

async function refuseForeign(folder: string, fresh: boolean): Promise<void> {
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
  let existing = path.resolve(folder);
  for (;;) {
    try {
      const { bavail, bsize, blocks } = await statfs(existing);
      const free = bavail * bsize;
      // What is no disk, such as /proc, has no blocks: whether it can be written shows.
      if (blocks === 0 || free >= bytesNeeded) return;
      throw inputError(
        `The disk that holds ${folder} is full: the sweep needs about ${mebibytes(bytesNeeded)}, ${mebibytes(free)} are free.`,
        { hint: "Free some space, or choose another disk with --out." },
      );
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
      existing = path.dirname(existing);
    }
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

async function refuseOtherSettings(folder: string, settings: unknown): Promise<void> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return;
  const lines = differences(manifest.settings, JSON.parse(JSON.stringify(settings)));
  if (lines.length === 0) return;
  throw inputError(
    `${folder} holds a sweep with other settings:\n${lines.map((line) => `  ${line}`).join("\n")}\n` +
      "A folder may be continued with more or fewer methods, sparsities or seeds, and nothing else.",
    { hint: "Choose another folder with --out, or start over with --fresh." },
  );
}

/** Removes what the manifest lists, and the folders that are empty then. */
async function removeListed(folder: string): Promise<void> {
  const manifest = await readManifest(folder);
  await removeFiles(folder, manifest?.files ?? []);
}

async function removeFiles(folder: string, files: readonly string[]): Promise<void> {
  for (const name of files) {
    const target = path.resolve(folder, name);
    // A manifest is a file like any other, and may be edited: nothing outside the folder is ever removed.
    if (!target.startsWith(path.resolve(folder) + path.sep)) continue;
    await rm(target, { recursive: true, force: true });
    await removeIfEmpty(path.dirname(target), folder);
  }
}

async function removeIfEmpty(inner: string, folder: string): Promise<void> {
  if (path.resolve(inner) === path.resolve(folder)) return;
  try {
    await rmdir(inner);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOENT") throw error;
  }
}

async function replaceManifest(folder: string, manifest: Manifest, stage: "start" | "final"): Promise<void> {
  try {
    const previous = (await readManifest(folder))?.files ?? [];
    const runs = (await entries(path.join(folder, RUNS_FOLDER))).map((name) => `${RUNS_FOLDER}/${name}`);
    const files = new Set([...manifest.files, ...runs, ...(stage === "start" ? previous : [])]);
    if (stage === "final") {
      const stale = previous.filter((name) => !files.has(name) && !name.startsWith(`${RUNS_FOLDER}/`));
      await removeFiles(folder, stale);
    }
    const content = `${JSON.stringify({ ...manifest, files: [...files].sort() }, null, 2)}\n`;
    await writeFileAtomic(path.join(folder, MANIFEST_FILE), content);
  } catch (error) {
    throw explainWriteError(error, folder);
  }
}
