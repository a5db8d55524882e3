import type { Rasterize } from "../charts/rendering/rasterize.ts";
import type { StudyOptions } from "../experiment/options.ts";
import { lastOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { keepsWeights } from "../experiment/runs/index.ts";
import { asRecorded, formatCsv } from "../recording/csv.ts";
import type { ResultsFolder } from "../recording/results-folder.ts";
import type { SummaryRow } from "../recording/rows.ts";
import { SNAPSHOTS_FILE } from "../recording/snapshots.ts";
import type { RunStore } from "../scheduling/store.ts";
import { manifestOf } from "./describe.ts";
import { drawStudy } from "./report/files.ts";
import type { Tables } from "./tabulate.ts";

/** Which weights become safetensors files. */
export type CheckpointChoice = "all" | "baselines" | "none";

export const TIMINGS_FILE = "timings.csv";

/** Writes the tables into the folder. Returns names and contents. */
export async function writeTables(
  folder: ResultsFolder,
  options: StudyOptions,
  tables: Tables,
  summary: readonly SummaryRow[],
): Promise<readonly (readonly [name: string, content: string])[]> {
  const texts: readonly (readonly [string, string])[] = [
    [options.output.results, formatCsv("results", tables.results)],
    ["summary.csv", formatCsv("summary", summary)],
    ["layers.csv", formatCsv("layers", tables.layers)],
    ["history.csv", formatCsv("history", tables.history)],
    [TIMINGS_FILE, formatCsv("timings", tables.timings)],
    [SNAPSHOTS_FILE, `${JSON.stringify(tables.snapshots, null, 1)}\n`],
  ];
  for (const [name, text] of texts) await folder.write(name, text);
  return texts;
}

/** Each of these writes files into the folder and returns their names. */

export async function writeCharts(
  folder: ResultsFolder,
  study: StudyOutline,
  configText: string,
  tables: Tables,
  toPng: Rasterize | undefined,
): Promise<string[]> {
  const data = {
    // As the tables hold them: `prune-lab report` then draws the same bytes.
    results: asRecorded("results", tables.results),
    layers: asRecorded("layers", tables.layers),
    history: asRecorded("history", tables.history),
    snapshots: tables.snapshots,
  };
  const { name } = study.options;
  const manifest = manifestOf(study, [], undefined);
  const drawn = await drawStudy({ name, rows: data.results, manifest, configText }, data, toPng);
  for (const [file, content] of drawn) await folder.write(file, content);
  return drawn.map(([file]) => file);
}

/** Writes one safetensors file a baseline, and with `all` one a cell of the grid. */
export async function writeCheckpoints(
  folder: ResultsFolder,
  { plan }: StudyOutline,
  store: RunStore,
  choice: CheckpointChoice,
): Promise<string[]> {
  if (choice === "none") return [];
  const baselines = plan.runs.filter(keepsWeights).map(({ id, label }) => ({ id, label }));
  const points = choice === "all" ? plan.cells.map((cell) => ({ id: lastOf(cell), label: cell.label })) : [];
  const files: string[] = [];
  for (const { id, label } of [...baselines, ...points]) {
    const file = `checkpoints/${label}.safetensors`;
    await folder.write(file, await store.readCheckpoint(id));
    files.push(file);
  }
  return files;
}
