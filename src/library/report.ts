import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { withPictures } from "../charts/rendering/picture-pool.ts";
import { inputError } from "../foundations/errors.ts";
import { groupBy } from "../foundations/group-by.ts";
import { readDetails } from "../recording/details-reader.ts";
import type { Manifest } from "../recording/manifest.ts";
import { type OutputKind, outputFile } from "../recording/output-file.ts";
import { openResultsFolder } from "../recording/results-folder.ts";
import { type RecordedResults, readResults } from "../recording/results-reader.ts";
import { tooLongToDraw } from "../results/drawing-memory.ts";
import { TIMINGS_FILE } from "../results/outputs.ts";
import { CHARTS_FOLDER, DrawnCharts } from "../results/report/drawn-charts.ts";
import { drawOverlay, drawStudy, REPORT_FILE } from "../results/report/files.ts";
import { type PlacedStudy, withDistinctNames } from "../results/report/names.ts";
import type { OverlaidStudy } from "../results/report/overlay.ts";

export interface ReportOptions {
  /**
   * The page to write, a new file or an earlier report; or what takes the page. Needed for several results and for
   * tables; else report.html and the charts go into the folder.
   */
  readonly out?: string | ((page: string | Uint8Array) => void) | undefined;
}

const HINT = "Name the page to write with --out FILE.html.";

const PAGE: OutputKind = {
  writer: "--out",
  name: "a report of prune-lab",
  recognize: (beginning) => beginning.includes('<meta name="generator" content="prune-lab '),
  ofFolders: true,
};

/**
 * Draws the report of recorded results: folders of sweeps, or results tables (.csv). One folder gets its charts and
 * report.html anew, the same bytes that the sweep wrote; several results are laid over each other on one page.
 * Returns the path of the page, `-` where a function takes it.
 *
 * Throws a PruneLabError of kind `input` for results that cannot be read, without `out` where it is needed,
 * and for an `out` that is something else already.
 */
export async function report(results: readonly string[], { out }: ReportOptions = {}): Promise<string> {
  const [first = "", ...others] = results;
  if (results.length === 0) throw inputError("There are no results to report on.");
  const page = out === undefined ? undefined : await pageFile(out, results);
  const studies = await readStudies(results);
  const [only] = studies;
  if (page === undefined) {
    if (others.length > 0) {
      throw inputError("A report on several results needs a place.", { hint: HINT });
    }
    if (only?.manifest === undefined) {
      throw inputError(`${first} is a table without a folder for its report.`, { hint: HINT });
    }
    return redraw(first, only, only.manifest);
  }
  await page.write(await drawOverlay(studies));
  return page.path;
}

async function pageFile(out: NonNullable<ReportOptions["out"]>, inputs: readonly string[]) {
  return typeof out === "string"
    ? outputFile(out, PAGE, { inputs })
    : outputFile("-", PAGE, { inputs, standardOutput: out });
}

/** Reads them in turn; those of one name are called by where they lie, or by their data. */
export async function readStudies(results: readonly string[]): Promise<OverlaidStudy[]> {
  if (results.length === 0) throw inputError("There are no results to report on.");
  const placed: PlacedStudy[] = [];
  const files = new Map<string, string>();
  for (const given of results) {
    await refuseTooLong(given);
    const recorded = await readResults(given);
    const file = await realpath(recorded.file);
    const before = files.get(file);
    if (before !== undefined) {
      throw inputError(
        before === given ? `${given} is named twice.` : `${before} and ${given} are the same results.`,
      );
    }
    files.set(file, given);
    placed.push(...(await studiesOf(recorded)).map((study) => ({ study, place: given })));
  }
  return withDistinctNames(placed);
}

/** One study of a folder; of a table that stands alone, one for each (study, dataset, number of test examples) in it. */
async function studiesOf({
  path: given,
  rows,
  metrics,
  unexplained,
  folder,
}: RecordedResults): Promise<OverlaidStudy[]> {
  const details = folder === undefined ? undefined : await readDetails(given, folder.manifest?.files);
  const tests = groupBy(rows, (row) =>
    folder === undefined ? JSON.stringify([row.study, row.dataset, row.test_examples]) : "",
  );
  return [...tests.values()].map((of) => ({
    name: of[0]?.study || path.basename(given),
    rows: of,
    metrics,
    unexplained,
    history: folder?.history ?? [],
    layers: details?.layers ?? [],
    snapshots: details?.snapshots,
    evaluation: details?.evaluation,
    manifest: folder?.manifest,
    configText: details?.configText,
    published: details?.published,
  }));
}

/** Throws a PruneLabError of kind `input` for a folder whose tables do not fit into memory, before one of them is read. */
async function refuseTooLong(given: string): Promise<void> {
  // Of what is no folder, or not there, whoever reads it tells.
  const names = await readdir(given).catch(() => []);
  const drawn = names.filter((name) => name.endsWith(".csv") && name !== TIMINGS_FILE);
  let tableBytes = 0;
  for (const name of drawn) tableBytes += (await stat(path.join(given, name))).size;
  const tooLong = tooLongToDraw({ tableBytes });
  if (tooLong === undefined) return;
  throw inputError(`${given}: ${tooLong.message}.`, {
    hint: `Run it with more: ${tooLong.option} prune-lab report ...`,
  });
}

function dataOf({ rows, layers, history, snapshots, evaluation, metrics, published }: OverlaidStudy) {
  return { results: rows, layers, history, snapshots, evaluation, metrics, published };
}

/** Writes charts and report into the study's folder, and takes out the charts that it no longer has. */
async function redraw(folder: string, study: OverlaidStudy, manifest: Manifest): Promise<string> {
  const drawn = await DrawnCharts.in(folder, manifest);
  const { files, unchanged, charts } = await withPictures((pictures) =>
    drawStudy(study, dataOf(study), { ...pictures, drawn }),
  );
  const open = await openResultsFolder(folder, {
    settings: manifest.settings,
    fresh: false,
    bytesNeeded: 2 * files.reduce((sum, [, content]) => sum + content.length, 0),
  });
  const names = files.map(([name]) => name);
  const others = manifest.files.filter(
    (name) => !name.startsWith(`${CHARTS_FOLDER}/`) && name !== REPORT_FILE,
  );
  const renewed = { ...manifest, files: [...others, ...names], charts };
  try {
    await open.writeManifest(renewed, "start");
    for (const [name, content] of files) if (!unchanged.has(name)) await open.write(name, content);
    await open.writeManifest(renewed, "final");
  } finally {
    await open.release();
  }
  return path.join(folder, REPORT_FILE);
}
