import { readFile } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { contentHash, sha256 } from "../foundations/hash.ts";
import { MANIFEST_FILE, type Manifest, type ManifestTables } from "./manifest.ts";

/** The manifest's entry on tables with these contents, which follow from these runs. */
export function tablesEntry(
  runs: Manifest["runs"],
  contents: readonly (readonly [name: string, content: string | Uint8Array])[],
): ManifestTables {
  return {
    plan: contentHash(runs),
    runs: Object.keys(runs).length,
    sha256: Object.fromEntries(contents.map(([name, content]) => [name, sha256(content)])),
  };
}

/**
 * What keeps the tables of a folder from being those of its plan: a sweep with more methods, sparsities or seeds was
 * stopped. Undefined where they are.
 */
export function unfinishedExtension(folder: string, { runs, tables }: Manifest): string | undefined {
  if (tables === undefined || tables.plan === contentHash(runs)) return undefined;
  return (
    `The tables of ${folder} are older than its plan: they hold what a sweep of ${tables.runs} runs found, and a ` +
    `sweep of ${Object.keys(runs).length} runs was begun and not finished`
  );
}

/**
 * Compares the tables of a folder with the checksums in its manifest. Throws a PruneLabError of kind `input` that
 * names the first that differs; a table that is missing is left to whoever needs it.
 */
export async function verifyTables(folder: string, manifest: Manifest): Promise<void> {
  for (const [name, expected] of Object.entries(manifest.tables?.sha256 ?? {})) {
    const file = path.join(folder, name);
    const content = await readFile(file).catch((error: unknown) => {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw inputError(`${file} cannot be read (${systemErrorCode(error) ?? error}).`, { cause: error });
    });
    if (content === undefined || sha256(content) === expected) continue;
    throw inputError(
      `${file} is not what the sweep wrote: it was changed, or a sweep was stopped while it wrote. Its checksum is not the one in ${MANIFEST_FILE}.`,
      { hint: "Run the same sweep again: it writes the tables anew and computes nothing that is stored." },
    );
  }
}
