import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { folderHolder } from "../foundations/folder-lock.ts";
import { parseCsv, type ReadRow } from "./csv-reader.ts";
import { MANIFEST_FILE, type Manifest, readManifest } from "./manifest.ts";
import type { HistoryRow, ResultRow } from "./rows.ts";

/** The results of a finished sweep, as they are recorded. */
export interface RecordedResults {
  /** As it was given: a results folder or a CSV file. */
  readonly path: string;
  /** The table itself. */
  readonly file: string;
  /** The bytes of the table. */
  readonly content: Uint8Array;
  readonly rows: readonly ResultRow[];
  /** Undefined for a bare CSV. */
  readonly folder: { readonly manifest: Manifest; readonly history: readonly HistoryRow[] } | undefined;
}

/**
 * Reads a results folder, or a results table that stands alone. Throws a PruneLabError of kind `input` that names
 * file and line for anything that is missing, malformed or there twice, and for the folder of a running sweep.
 */
export async function readResults(given: string): Promise<RecordedResults> {
  if (!(await isFolder(given))) return { ...(await readTable(given)), path: given, folder: undefined };

  const holder = await folderHolder(given);
  if (holder !== undefined) {
    throw inputError(`${given} is being written by a sweep (${holder}).`, { hint: "Wait for it to end." });
  }
  const manifest = await readManifest(given);
  if (manifest === undefined) {
    throw inputError(`${given} is not a results folder of prune-lab: it has no ${MANIFEST_FILE}.`);
  }
  if (manifest.part !== undefined) {
    const { shard, of } = manifest.part;
    throw inputError(`${given} is part ${shard} of ${of} of a sweep: it has no tables of its own.`, {
      hint: `Join the parts first: prune-lab merge OUT ${given} THE-OTHER-PARTS...`,
    });
  }
  const file = path.join(given, resultsName(manifest));
  const table = await readTable(file);
  return { ...table, path: given, folder: { manifest, history: await readHistory(given) } };
}

async function isFolder(given: string): Promise<boolean> {
  try {
    return (await stat(given)).isDirectory();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") throw inputError(`${given} does not exist.`, { cause: error });
    throw unreadable(given, error);
  }
}

async function readTable(file: string) {
  const content = await contentOf(file);
  const read = parseCsv("results", content.toString("utf8"), file);
  refuseDuplicates(read, file);
  refuseMissingLoss(read, file);
  return { file, content, rows: read.map(({ row }) => row) };
}

async function readHistory(folder: string): Promise<HistoryRow[]> {
  const file = path.join(folder, "history.csv");
  return parseCsv("history", (await contentOf(file)).toString("utf8"), file).map(({ row }) => row);
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") {
      throw inputError(`${file} does not exist: the sweep has not finished.`, {
        hint: "Run the sweep again to continue it.",
        cause: error,
      });
    }
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown) {
  return inputError(`${file} cannot be read (${systemErrorCode(error) ?? error}).`, { cause: error });
}

/** The name of the table; the config's `output.results` decides. */
function resultsName({ settings }: Manifest): string {
  const { output } = settings as { readonly output?: { readonly results?: unknown } };
  return typeof output?.results === "string" ? output.results : "results.csv";
}

/** One (model, method, schedule, recovery, sparsity) of a results table. */
export type PointKey = Pick<ResultRow, "model" | "method" | "schedule" | "recovery" | "target_sparsity">;

/** Text that two rows share if they are of one point. */
export function pointKey({ model, method, schedule, recovery, target_sparsity }: PointKey): string {
  return JSON.stringify([model, method, schedule, recovery, target_sparsity]);
}

function refuseDuplicates(read: readonly ReadRow<ResultRow>[], file: string): void {
  const lines = new Map<string, number>();
  for (const { row, line } of read) {
    const key = `${pointKey(row)} ${row.seed}`;
    const first = lines.get(key);
    if (first !== undefined) {
      throw inputError(
        `${file}, line ${line}: ${row.method} at sparsity ${row.target_sparsity} with seed ${row.seed} (${row.model}, ${row.schedule}, ${row.recovery}) is there already, in line ${first}.`,
      );
    }
    lines.set(key, line);
  }
}

/** Only a diverged run has no measures: an empty loss anywhere else was lost on the way. */
function refuseMissingLoss(read: readonly ReadRow<ResultRow>[], file: string): void {
  const fault = read.find(({ row }) => row.status !== "diverged" && row.loss === null);
  if (fault === undefined) return;
  throw inputError(`${file}, line ${fault.line}: loss is empty, although status is ${fault.row.status}.`);
}
