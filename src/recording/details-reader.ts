import { readFile } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { readError } from "../foundations/system-errors.ts";
import { parseCsv } from "./csv-reader.ts";
import type { EvaluationRows, EvaluationTable } from "./evaluation.ts";
import { PUBLISHED_FILE, type PublishedPoint, parsePublished } from "./published-points.ts";
import type { LayerRow, TableRows } from "./rows.ts";
import { parseSnapshots, SNAPSHOTS_FILE, type Snapshots } from "./snapshots.ts";

/** What a results folder holds beside its results and history. */
export interface RecordedDetails {
  readonly layers: readonly LayerRow[];
  readonly snapshots: Snapshots;
  readonly configText: string;
  /** Figures of papers on the same network and data; none where the config names no paper. */
  readonly published: readonly PublishedPoint[];
  readonly evaluation: EvaluationRows;
}

/** Reads them, of the tables of `evaluate` those among the `files` that the manifest lists. Throws a PruneLabError of kind `input` that names the file when one is missing or damaged. */
export async function readDetails(folder: string, files: readonly string[] = []): Promise<RecordedDetails> {
  const layersFile = path.join(folder, "layers.csv");
  const evaluated = async <Name extends EvaluationTable>(name: Name): Promise<readonly TableRows[Name][]> => {
    if (!files.includes(`${name}.csv`)) return [];
    const file = path.join(folder, `${name}.csv`);
    return parseCsv(name, await readText(file), file).map(({ row }) => row);
  };
  const [layers, snapshots, configText, classes, calibration, corruptions, weights, sweetSpots, published] =
    await Promise.all([
      readText(layersFile),
      readText(path.join(folder, SNAPSHOTS_FILE)),
      readText(path.join(folder, "config.yaml")),
      evaluated("classes"),
      evaluated("calibration"),
      evaluated("corruptions"),
      evaluated("weights"),
      evaluated("sweet-spots"),
      readIfThere(path.join(folder, PUBLISHED_FILE)),
    ]);
  return {
    layers: parseCsv("layers", layers, layersFile).map(({ row }) => row),
    snapshots: parseSnapshots(snapshots, path.join(folder, SNAPSHOTS_FILE)),
    configText,
    evaluation: { classes, calibration, corruptions, weights, "sweet-spots": sweetSpots },
    published: published === undefined ? [] : parsePublished(published, path.join(folder, PUBLISHED_FILE)),
  };
}

async function readText(file: string): Promise<string> {
  const text = await readIfThere(file);
  if (text !== undefined) return text;
  throw inputError(`${file} does not exist: the folder is incomplete or from an older version.`, {
    hint: "Run the sweep again: it completes the folder.",
  });
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw readError(error, file);
  }
}
