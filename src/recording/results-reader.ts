import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { folderHolder } from "../foundations/folder-lock.ts";
import { readError } from "../foundations/system-errors.ts";
import { type FormulaMetric, formulaMetrics } from "../metrics/formula/metric.ts";
import type { FormulaOptions } from "../metrics/formula/options.ts";
import { parseCsv, parseTable, type ReadRow } from "./csv-reader.ts";
import { MANIFEST_FILE, type Manifest, readManifest } from "./manifest.ts";
import { type Origin, originOfFolder, readOrigin, recordedConfig } from "./origin.ts";
import { recordedFormulas } from "./recorded-formulas.ts";
import type { HistoryRow, ResultRow } from "./rows.ts";
import { unfinishedExtension, verifyTables } from "./table-checksums.ts";

/** The results of a finished sweep, as they are recorded. */
export interface RecordedResults {
  /** As it was given: a results folder or a CSV file. */
  readonly path: string;
  /** The table itself. */
  readonly file: string;
  /** The bytes of the table. */
  readonly content: Uint8Array;
  readonly rows: readonly ResultRow[];
  /** Metrics of the user's own, whose columns the rows have. */
  readonly metrics: readonly FormulaMetric[];
  /** Those whose columns the rows have while nothing says what they are: a bare table does not. */
  readonly unexplained: readonly string[];
  /** What it was made with; undefined for a table that stands alone, and for folders of other versions. */
  readonly origin: Origin | undefined;
  /** Undefined for a CSV. */
  readonly folder:
    | {
        readonly manifest: Manifest;
        readonly history: readonly HistoryRow[];
        /** Why the tables are not those of the plan; undefined when they are. */
        readonly unfinished: string | undefined;
      }
    | undefined;
}

/**
 * Reads a results folder, or a results table that stands alone. Throws a PruneLabError of kind `input` that names
 * file and line for anything that is missing, malformed, there twice or not what the sweep wrote, and for the folder
 * of a running sweep.
 */
export async function readResults(given: string): Promise<RecordedResults> {
  if (!(await isFolder(given))) return readBareTable(given);

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
  const configText = await readConfigText(given);
  const table = readTable(file, await contentOf(file), recordedFormulas(recordedConfig(configText), given));
  const history = await readHistory(given);
  await verifyTables(given, manifest);
  const origin = originOfFolder(manifest, configText);
  return {
    ...table,
    path: given,
    origin,
    folder: { manifest, history, unfinished: unfinishedExtension(given, manifest) },
  };
}

/** A table by its own path: beside it may lie what it was made with, or the manifest of the folder that it is of. */
async function readBareTable(given: string): Promise<RecordedResults> {
  const content = await contentOf(given);
  const origin = await readOrigin(given, content);
  const table = readTable(given, content, recordedFormulas(origin?.config, given));
  const folder = path.dirname(given);
  const manifest = await readManifest(folder).catch(() => undefined);
  const listed = manifest?.tables?.sha256[path.basename(given)] !== undefined;
  if (manifest !== undefined && listed) await verifyTables(folder, manifest);
  return { ...table, path: given, origin, folder: undefined };
}

async function readConfigText(folder: string): Promise<string | undefined> {
  try {
    return await readFile(path.join(folder, "config.yaml"), "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw readError(error, path.join(folder, "config.yaml"));
  }
}

async function isFolder(given: string): Promise<boolean> {
  try {
    return (await stat(given)).isDirectory();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") throw inputError(`${given} does not exist.`, { cause: error });
    throw readError(error, given);
  }
}

function readTable(file: string, content: Buffer, formulas: readonly FormulaOptions[]) {
  const names = formulas.map(({ name }) => name);
  const { rows, ownMetrics } = parseTable("results", content.toString("utf8"), file, names);
  refuseDuplicates(rows, file);
  refuseMissingLoss(rows, file);
  return {
    file,
    content,
    rows: rows.map(({ row }) => row),
    metrics: formulaMetrics(formulas),
    unexplained: ownMetrics.filter((name) => !names.includes(name)),
  };
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
    throw readError(error, file);
  }
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
