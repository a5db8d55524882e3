import { chmod, lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { createFolder } from "../../foundations/create-folder.ts";
import { inputError, systemErrorCode } from "../../foundations/errors.ts";
import { sha256 } from "../../foundations/hash.ts";
import { cacheFolder, temporaryCacheFolder } from "../../foundations/paths.ts";
import { whoElseCanChange } from "../../foundations/trust.ts";

/** A folder for compiled kernels that nobody else can write to. */
export interface LibraryFolder {
  readonly folder: string;
  /** Why it is not in the cache folder; undefined when it is. */
  readonly notice: string | undefined;
}

/**
 * Makes the folder of a build: in the cache folder or, where that cannot be used or others can change it, in one of this
 * user's own among the temporary files. To load a library is to run it, so neither is used unless it is private. Throws
 * a PruneLabError of kind `input` with both reasons when none can be.
 */
export async function libraryFolder(build: string): Promise<LibraryFolder> {
  const places = [cacheFolder(), temporaryCacheFolder()].map((base) => path.join(base, "kernels", build));
  const problems: string[] = [];
  for (const folder of places) {
    const problem = await makePrivate(folder);
    if (problem === undefined) {
      const notice =
        problems.length === 0
          ? undefined
          : `The compiled kernels are kept in ${folder}, not in the cache folder: ${problems.join(" ")}`;
      return { folder, notice };
    }
    problems.push(`${problem}.`);
  }
  throw inputError(`There is no safe place for compiled kernels: ${problems.join(" ")}`, {
    hint: "Name a folder that only you can write to with PRUNE_LAB_CACHE.",
  });
}

/** Makes a folder that only its owner comes to. Gives what is in the way of that, or undefined. */
async function makePrivate(folder: string): Promise<string | undefined> {
  try {
    await createFolder(folder, 0o700);
    const problem = whoElseCanChange(folder);
    // What an earlier version made may be open to be read.
    if (problem === undefined) await chmod(folder, 0o700);
    return problem;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    return `${folder} cannot be made or written to (${code})`;
  }
}

/** The record that stands beside a library: the hash of its content, written by who compiled it. */
export function recordOf(library: string): string {
  return `${library}.sha256`;
}

/**
 * Whether a library is whole and what its record says, and both are files of this user's. A damaged one can end the
 * process that loads it.
 */
export async function isIntact(library: string): Promise<boolean> {
  const user = process.getuid?.();
  try {
    for (const file of [library, recordOf(library)]) {
      const entry = await lstat(file);
      if (!entry.isFile() || (user !== undefined && entry.uid !== user)) return false;
    }
    const content = await readFile(library);
    return (await readFile(recordOf(library), "utf8")) === sha256(content) && endsWhereElfEnds(content);
  } catch {
    return false;
  }
}

/**
 * False for a 64-bit ELF file without its end, where linkers put the table of sections. The loader of Linux maps the
 * missing pages all the same, and the process ends when it comes there.
 */
function endsWhereElfEnds(content: Buffer): boolean {
  const elf64LittleEndian = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  if (!content.subarray(0, 6).equals(elf64LittleEndian)) return true;
  if (content.length < 64) return false;
  const tableAt = Number(content.readBigUInt64LE(40));
  const tableBytes = content.readUInt16LE(58) * content.readUInt16LE(60);
  return content.length >= tableAt + tableBytes;
}
