import { readFile } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { parseCsv } from "./csv-reader.ts";
import type { LayerRow } from "./rows.ts";
import { SNAPSHOTS_FILE, type Snapshots } from "./snapshots.ts";

/** What a results folder holds beside its results and history. */
export interface RecordedDetails {
  readonly layers: readonly LayerRow[];
  readonly snapshots: Snapshots;
  readonly configText: string;
}

/** Reads them. Throws a PruneLabError of kind `input` that names the file when one is missing or damaged. */
export async function readDetails(folder: string): Promise<RecordedDetails> {
  const layersFile = path.join(folder, "layers.csv");
  const [layers, snapshots, configText] = await Promise.all([
    readText(layersFile),
    readText(path.join(folder, SNAPSHOTS_FILE)),
    readText(path.join(folder, "config.yaml")),
  ]);
  return {
    layers: parseCsv("layers", layers, layersFile).map(({ row }) => row),
    snapshots: parseSnapshots(snapshots, path.join(folder, SNAPSHOTS_FILE)),
    configText,
  };
}

function parseSnapshots(text: string, file: string): Snapshots {
  try {
    const snapshots = JSON.parse(text) as Partial<Snapshots>;
    if (snapshots.format === 1 && Array.isArray(snapshots.before) && Array.isArray(snapshots.points)) {
      return snapshots as Snapshots;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw inputError(`${file} is not a record of weights that this version of prune-lab can read.`, {
    hint: "Run the sweep again: it writes the file anew.",
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = systemErrorCode(error);
    throw inputError(
      code === "ENOENT"
        ? `${file} does not exist: the folder is incomplete or from an older version.`
        : `${file} cannot be read (${code ?? error}).`,
      { hint: "Run the sweep again: it completes the folder.", cause: error },
    );
  }
}
