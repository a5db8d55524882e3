import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { loadConfig } from "../config/load.ts";
import { inputError } from "../foundations/errors.ts";
import { nameProblem } from "../foundations/names.ts";
import { excerpt, quote } from "../foundations/quote.ts";
import { readError, systemErrorText } from "../foundations/system-errors.ts";
import { readManifest } from "../recording/manifest.ts";
import type { StudyOutcome } from "../results/study-folder.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { writeBatchReport, writeSummary } from "./batch.ts";
import { BATCH_SUMMARY_FILE, batchRows } from "./batch-summary.ts";
import { mergeStudy, type Part } from "./merge-study.ts";

export interface MergeOptions {
  /** Whether to draw charts and reports (default: true); `report` draws them later. */
  readonly charts?: boolean;
  readonly onEvent?: OnStudyEvent;
}

/**
 * Joins the parts that `--shard` made, in any order: folders of one sweep, or folders of a batch, which hold a
 * folder for each sweep. `out` then is as if it had been computed in one go, byte for byte but for timings.csv.
 * Returns the outcome of each sweep.
 *
 * Throws a PruneLabError of kind `input` when parts differ in their settings, when runs are missing (it lists
 * them), or when a part is in use.
 */
export async function merge(
  out: string,
  parts: readonly string[],
  { charts = true, onEvent = () => {} }: MergeOptions = {},
): Promise<readonly StudyOutcome[]> {
  const kinds = new Map<string, "sweep" | "batch">();
  for (const part of parts) kinds.set(part, await kindOf(part));
  const [first, ...others] = kinds.keys();
  if (first === undefined) throw inputError("There are no parts to merge.");
  const kind = kinds.get(first);
  const odd = others.find((part) => kinds.get(part) !== kind);
  if (odd !== undefined) {
    throw inputError(`${first} holds a ${kind}, and ${odd} a ${kinds.get(odd)}: they cannot be merged.`);
  }
  const all = [first, ...others] as const;
  if (kind === "sweep") return [await mergeFolders(all, out, { charts, onEvent })];

  const outcomes: StudyOutcome[] = [];
  for (const study of await studiesOf(all)) {
    const [from, ...rest] = all.map((part) => path.join(part, study));
    if (from === undefined) continue;
    outcomes.push(await mergeFolders([from, ...rest], path.join(out, study), { charts, onEvent }));
  }
  const rows = outcomes.flatMap((outcome) =>
    batchRows({ study: outcome.study, end: { state: "done", outcome } }),
  );
  await writeSummary(out, rows);
  await writeBatchReport(out, charts ? outcomes.map(({ folder }) => folder) : []);
  return outcomes;
}

async function mergeFolders(
  [first, ...others]: readonly [string, ...string[]],
  folder: string,
  options: Required<MergeOptions>,
): Promise<StudyOutcome> {
  const parts: [Part, ...Part[]] = [await readPart(first)];
  for (const other of others) parts.push(await readPart(other));
  return mergeStudy({ parts, folder, ...options });
}

async function readPart(folder: string): Promise<Part> {
  const file = path.resolve(folder, "config.yaml");
  let configText: string;
  try {
    configText = await readFile(file, "utf8");
  } catch (error) {
    throw inputError(
      `${folder} is no finished part of a sweep: its config.yaml cannot be read: ${systemErrorText(error)}.`,
      { hint: "Run the sweep of this part again to finish it.", cause: error },
    );
  }
  const { config } = await loadConfig(file, { set: [] });
  return { folder, options: config, configText };
}

async function kindOf(part: string): Promise<"sweep" | "batch"> {
  if ((await readManifest(part)) !== undefined) return "sweep";
  if ((await listFolder(part)).includes(BATCH_SUMMARY_FILE)) return "batch";
  throw inputError(
    `${part} is no results folder of prune-lab: it has neither manifest.json nor ${BATCH_SUMMARY_FILE}.`,
  );
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw readError(error, folder);
  }
}

/** The sweeps of a batch in its order; all parts must have the same. */
async function studiesOf(parts: readonly string[]): Promise<readonly string[]> {
  const [first, ...others] = await Promise.all(
    parts.map(async (part) => ({ part, studies: await readStudies(part) })),
  );
  if (first === undefined) return [];
  const different = others.find(({ studies }) => studies.join("\n") !== first.studies.join("\n"));
  if (different !== undefined) {
    throw inputError(
      `${different.part} is not of the same batch as ${first.part}: its sweeps are ` +
        `${different.studies.join(", ")}, and there ${first.studies.join(", ")}.`,
    );
  }
  return first.studies;
}

async function readStudies(part: string): Promise<string[]> {
  const file = path.join(part, BATCH_SUMMARY_FILE);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw readError(error, file);
  });
  const rows = parseSummary(text, file);
  const studies = [...new Set(rows.map(({ study = "" }) => study))];
  // Each names a folder below `out`, and must not lead elsewhere.
  const wrong = studies.find((study) => nameProblem(study) !== undefined);
  if (wrong === undefined) return studies;
  throw inputError(
    `${file} names a sweep ${quote(wrong)}, which no sweep can be named: ${nameProblem(wrong)}.`,
  );
}

function parseSummary(text: string, file: string): readonly { readonly study?: string }[] {
  try {
    return parse(text, { columns: true });
  } catch (error) {
    throw inputError(
      `${file} is no table: ${excerpt(error instanceof Error ? error.message : String(error))}.`,
      {
        cause: error,
      },
    );
  }
}
