import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { sha256 } from "../../src/foundations/hash.ts";

/** The SHA-256 of every file of a results folder but those with times in them, by name. */
export async function filesOf(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of names) {
    if (!entry.isFile() || entry.name.startsWith("timing")) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file), sha256(await readFile(file)));
  }
  return files;
}
