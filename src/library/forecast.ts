import path from "node:path";
import {
  type PreparedStudy,
  prepareStudy,
  type StudyOutline,
  StudyResources,
} from "../experiment/prepare.ts";
import { differences, readManifest } from "../recording/manifest.ts";
import { RUNS_FOLDER } from "../recording/results-folder.ts";
import { settingsOf } from "../results/describe.ts";
import { keptArtifacts } from "../results/study-folder.ts";
import { planJobs } from "../scheduling/jobs.ts";
import { runsOfShard } from "../scheduling/shard.ts";
import { findStored, type StudyWork } from "../scheduling/share.ts";
import { RunStore } from "../scheduling/store.ts";
import { refuseSharded } from "./more-seeds.ts";
import type { RunOptions, StudyRequest } from "./study.ts";

/** What one of several studies would do. */
export interface StudyForecast {
  readonly outline: StudyOutline;
  readonly folder: string;
  /** Runs that its folder has to hold in the end. */
  readonly runs: number;
  /** Of these: stored in this or another study's folder; equal to a run of an earlier study; to be computed. */
  readonly stored: number;
  readonly shared: number;
  readonly missing: number;
  /** Optimizer steps of the runs to be computed. */
  readonly steps: number;
  /** Their part of the expected cost of all studies, 0 to 1; 0 for each where nothing is to be computed. */
  readonly costShare: number;
  /** The settings in which the folder's sweep differs, which is why it cannot be continued; none as a rule. */
  readonly conflicts: readonly string[];
}

/**
 * What runStudies would do with these requests, in their order: which runs are stored, which are computed once for
 * several studies, and what is left. Loads the data and tries the engines; computes and writes nothing. Throws as
 * prepareStudy does.
 */
export async function planStudies(
  requests: readonly StudyRequest[],
  { shard, onEvent }: Pick<RunOptions, "shard" | "onEvent">,
): Promise<readonly StudyForecast[]> {
  const resources = new StudyResources();
  const prepared: PreparedStudy[] = [];
  try {
    for (const request of requests) {
      refuseSharded(request.options, shard);
      const notify = (message: string) => onEvent({ event: "notice", study: request.options.name, message });
      prepared.push(await prepareStudy({ ...request, notify }, resources));
    }
    const shares = shard === undefined ? prepared.map(({ plan }) => plan.runs) : runsOfShard(prepared, shard);
    const works = requests.map((request, i) =>
      workOf(request, prepared[i] as PreparedStudy, shares[i] ?? []),
    );
    const found = await findStored(works, { onlyLook: true });
    const jobs = [...planJobs(found).values()];
    const total = jobs.reduce((sum, { cost }) => sum + cost, 0);
    const forecasts = found.map(async (share, i): Promise<StudyForecast> => {
      const { data: _data, ...outline } = prepared[i] as PreparedStudy;
      const folder = (requests[i] as StudyRequest).folder;
      const own = jobs.filter(({ shares: [first] }) => first === share);
      const { runs } = share.work;
      return {
        outline,
        folder,
        runs: runs.length,
        stored: share.stored.size,
        shared: runs.length - share.stored.size - own.length,
        missing: own.length,
        steps: own.reduce((sum, { steps }) => sum + steps, 0),
        costShare: total === 0 ? 0 : own.reduce((sum, { cost }) => sum + cost, 0) / total,
        conflicts: await conflictsWith(folder, outline),
      };
    });
    return await Promise.all(forecasts);
  } finally {
    for (const { data } of prepared) data.release();
  }
}

function workOf(request: StudyRequest, study: PreparedStudy, runs: StudyWork["runs"]): StudyWork {
  const { options, settings, engine, data } = study;
  return {
    study: options.name,
    runs,
    store: new RunStore(path.join(request.folder, RUNS_FOLDER), settings.network),
    settings,
    data,
    engine,
    keeps: keptArtifacts(study, request.checkpoints),
    announce: () => {},
  };
}

async function conflictsWith(folder: string, outline: StudyOutline): Promise<string[]> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return [];
  return differences(manifest.settings, JSON.parse(JSON.stringify(settingsOf(outline))));
}
