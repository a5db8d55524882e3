import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { sha256 } from "../../src/foundations/hash.ts";
import { parsePackLine } from "../../src/scheduling/packs/pack-line.ts";

/**
 * The SHA-256 of every file of a results folder but those with times in them, by name; of a pack, which has its process's
 * name, that of each result.
 */
export async function filesOf(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of names) {
    if (!entry.isFile() || entry.name.startsWith("timing")) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (!name.endsWith(".pack")) files.set(name, sha256(await readFile(file)));
    else
      for (const [id, result] of packedIn(await readFile(file, "utf8")))
        files.set(path.join("runs", "packs", id), result);
  }
  return files;
}

function packedIn(pack: string): [string, string][] {
  return pack.split("\n").flatMap((line): [string, string][] => {
    const [kind, id = ""] = line.split(" ", 2);
    const parsed = parsePackLine(Buffer.from(line)) as { readonly result: unknown } | undefined;
    return kind === "run1" && parsed !== undefined ? [[id, sha256(JSON.stringify(parsed.result))]] : [];
  });
}
