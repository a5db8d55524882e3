import path from "node:path";
import { inputError } from "../foundations/errors.ts";
import { readDetails } from "../recording/details-reader.ts";
import type { Manifest } from "../recording/manifest.ts";
import { type OutputKind, outputFile } from "../recording/output-file.ts";
import { openResultsFolder } from "../recording/results-folder.ts";
import { readResults } from "../recording/results-reader.ts";
import { CHARTS_FOLDER, drawOverlay, drawStudy, REPORT_FILE } from "../results/report/files.ts";
import { type OverlaidStudy, overlay } from "../results/report/overlay.ts";

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
  const [first, ...others] = results;
  if (first === undefined) throw inputError("There are no results to report on.");
  const page = out === undefined ? undefined : await pageFile(out, results);
  const studies: OverlaidStudy[] = [];
  for (const given of results) studies.push(await readStudy(given));
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
  const named = withDistinctNames(studies, results);
  await page.write(await drawOverlay(named, overlay(named)));
  return page.path;
}

async function pageFile(out: NonNullable<ReportOptions["out"]>, inputs: readonly string[]) {
  return typeof out === "string"
    ? outputFile(out, PAGE, { inputs })
    : outputFile("-", PAGE, { inputs, standardOutput: out });
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
