import type { PreparedStudy } from "../experiment/prepare.ts";
import type { Run } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import { parameterCount } from "../network/parameters.ts";
import { readManifest } from "../recording/manifest.ts";
import { FIND_FILE, type ResultsFolder, RUNS_FOLDER } from "../recording/results-folder.ts";
import { manifestOf } from "../results/describe.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { PACKS_FOLDER } from "../scheduling/packs/pack-writer.ts";
import type { StudyWork } from "../scheduling/share.ts";
import { RunStore } from "../scheduling/store.ts";

/** A study that is searched, and its open folder. */
export interface Searched {
  readonly study: PreparedStudy;
  readonly folder: ResultsFolder;
}

/** The runs of these that are not stored. */
export async function missingRuns(ids: readonly string[], { folder, study }: Searched): Promise<string[]> {
  const store = new RunStore(folder.runs, study.settings.network);
  const missing = new Set(ids);
  for await (const [id] of store.readAll(ids)) missing.delete(id);
  return [...missing];
}

/** Keeps what runs take from others, beside what a sweep keeps. */
export function keepsPassedOn(runs: readonly Run[], kept: StudyWork["keeps"]): StudyWork["keeps"] {
  const asked = new Map<string, Artifact[]>();
  for (const { run, artifacts } of runs.flatMap(({ parents }) => parents)) {
    asked.set(run, [...(asked.get(run) ?? []), ...artifacts]);
  }
  return (run) => [...new Set([...kept(run), ...(asked.get(run.id) ?? [])])];
}

/** Lists the runs that are to be computed, so that `--fresh` finds them; the rest of a sweep's manifest stays as it is. */
export async function listFiles({ folder, study }: Searched, runs: readonly string[]): Promise<void> {
  const manifest = (await readManifest(folder.path)) ?? manifestOf(study, [], undefined);
  const files = [
    ...manifest.files,
    FIND_FILE,
    `${RUNS_FOLDER}/${PACKS_FOLDER}`,
    ...runs.map((id) => `${RUNS_FOLDER}/${id}`),
  ];
  await folder.writeManifest({ ...manifest, files }, "start");
}

/** The computation of some of its runs. */
export function workOf(
  { study, folder, runs, keeps }: Searched & Pick<StudyWork, "runs" | "keeps">,
  onEvent: OnStudyEvent,
): StudyWork {
  const { options, settings, engine, dataset } = study;
  return {
    study: options.name,
    runs,
    store: new RunStore(folder.runs, settings.network),
    settings,
    // Needed until the last look.
    data: { ...study.data, release: () => {} },
    engine,
    keeps,
    // The last computation of all computes nothing.
    announce: (counts) => {
      if (counts.stored === counts.runs) return;
      onEvent({
        event: "planned",
        study: options.name,
        folder: folder.path,
        dataset: dataset.name,
        model: options.model.name,
        parameters: parameterCount(settings.network),
        engine: engine.name,
        device: engine.device,
        ...counts,
      });
    },
  };
}
