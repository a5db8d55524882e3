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

/** A study that cannot be run, and why. */
export interface RefusedStudy {
  readonly study: string;
  readonly error: unknown;
}

export interface StudyForecasts {
  readonly sweeps: readonly StudyForecast[];
  /** Those that were left out; none unless `keepGoing`. */
  readonly refused: readonly RefusedStudy[];
}

/**
 * What runStudies would do with these requests, in their order: which runs are stored, which are computed once for
 * several studies, and what is left. Loads the data and tries the engines; computes and writes nothing. Throws as
 * prepareStudy does, unless `keepGoing`: then the studies for which it does are left out.
 */
export async function planStudies(
  requests: readonly StudyRequest[],
  { workers, shard, onEvent, keepGoing }: Pick<RunOptions, "workers" | "shard" | "onEvent" | "keepGoing">,
): Promise<StudyForecasts> {
  const resources = new StudyResources({ workers });
  const studies: { readonly request: StudyRequest; readonly prepared: PreparedStudy }[] = [];
  const refused: RefusedStudy[] = [];
  try {
    for (const request of requests) {
      const study = request.options.name;
      const notify = (message: string) => onEvent({ event: "notice", study, message });
      try {
        refuseSharded(request.options, shard);
        studies.push({ request, prepared: await prepareStudy({ ...request, notify }, resources) });
      } catch (error) {
        if (!keepGoing) throw error;
        refused.push({ study, error });
      }
    }
    const all = studies.map(({ prepared }) => prepared);
    const shares = shard === undefined ? all.map(({ plan }) => plan.runs) : runsOfShard(all, shard);
    const works = studies.map(({ request, prepared }, i) => workOf(request, prepared, shares[i] ?? []));
    const found = await findStored(works, { onlyLook: true });
    const jobs = [...planJobs(found).values()];
    const total = jobs.reduce((sum, { cost }) => sum + cost, 0);
    const forecasts = found.map(async (share, i): Promise<StudyForecast> => {
      const { request, prepared } = studies[i] as (typeof studies)[number];
      const { data: _data, ...outline } = prepared;
      const { folder } = request;
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
    return { sweeps: await Promise.all(forecasts), refused };
  } finally {
    for (const { prepared } of studies) prepared.data.release();
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
