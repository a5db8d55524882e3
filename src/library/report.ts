import path from "node:path";
import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { inputError } from "../foundations/errors.ts";
import { readDetails } from "../recording/details-reader.ts";
import type { Manifest } from "../recording/manifest.ts";
import { openResultsFolder } from "../recording/results-folder.ts";
import { readResults } from "../recording/results-reader.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { CHARTS_FOLDER, drawOverlay, drawStudy, REPORT_FILE } from "../results/report/files.ts";
import { type OverlaidStudy, overlay } from "../results/report/overlay.ts";

export interface ReportOptions {
  /** The page to write. Needed for several results and for tables; else report.html and the charts go into the folder. */
  readonly out?: string | undefined;
}

const HINT = "Name the page to write with --out FILE.html.";

/**
 * Draws the report of recorded results: folders of sweeps, or results tables (.csv). One folder gets its charts and
 * report.html anew, the same bytes that the sweep wrote; several results are laid over each other on one page.
 * Returns the path of the page.
 *
 * Throws a PruneLabError of kind `input` for results that cannot be read, and without `out` where it is needed.
 */
export async function report(results: readonly string[], { out }: ReportOptions = {}): Promise<string> {
  const [first = "", ...others] = results;
  const studies = await readStudies(results);
  const [only] = studies;
  if (out === undefined) {
    if (others.length > 0) {
      throw inputError("A report on several results needs a place.", { hint: HINT });
    }
    if (only?.manifest === undefined) {
      throw inputError(`${first} is a table without a folder for its report.`, { hint: HINT });
    }
    return redraw(first, only, only.manifest);
  }
  const page = await drawOverlay(studies, overlay(studies));
  await writeFileAtomic(out, page).catch((error) => {
    throw explainWriteError(error, out);
  });
  return out;
}

/** Reads them in turn; those of one name are called by where they lie. */
export async function readStudies(results: readonly string[]): Promise<OverlaidStudy[]> {
  if (results.length === 0) throw inputError("There are no results to report on.");
  const studies: OverlaidStudy[] = [];
  for (const given of results) studies.push(await readStudy(given));
  return withDistinctNames(studies, results);
}

async function readStudy(given: string): Promise<OverlaidStudy> {
  const { rows, folder } = await readResults(given);
  const details = folder === undefined ? undefined : await readDetails(given);
  return {
    name: rows[0]?.study ?? path.basename(given),
    rows,
    history: folder?.history ?? [],
    layers: details?.layers ?? [],
    snapshots: details?.snapshots,
    manifest: folder?.manifest,
    configText: details?.configText,
  };
}

function dataOf({ rows, layers, history, snapshots }: OverlaidStudy) {
  return { results: rows, layers, history, snapshots };
}

/** Writes charts and report into the study's folder, and takes out the charts that it no longer has. */
async function redraw(folder: string, study: OverlaidStudy, manifest: Manifest): Promise<string> {
  const drawn = await drawStudy(study, dataOf(study));
  const open = await openResultsFolder(folder, {
    settings: manifest.settings,
    fresh: false,
    bytesNeeded: 2 * drawn.reduce((sum, [, content]) => sum + content.length, 0),
  });
  try {
    for (const [name, content] of drawn) await open.write(name, content);
    const others = manifest.files.filter(
      (name) => !name.startsWith(`${CHARTS_FOLDER}/`) && name !== REPORT_FILE,
    );
    await open.writeManifest({ ...manifest, files: [...others, ...drawn.map(([name]) => name)] }, "final");
  } finally {
    await open.release();
  }
  return path.join(folder, REPORT_FILE);
}

/** Studies of one name are told apart by where they lie. */
function withDistinctNames(studies: readonly OverlaidStudy[], results: readonly string[]): OverlaidStudy[] {
  const distinct = new Set(studies.map(({ name }) => name)).size === studies.length;
  if (distinct) return [...studies];
  const places = results.map((given) => path.normalize(given).replace(/[\\/]+$/, ""));
  const names = places.map((place) => path.basename(place, ".csv"));
  const short = new Set(names).size === names.length;
  return studies.map((study, i) => ({ ...study, name: (short ? names[i] : places[i]) ?? study.name }));
}
