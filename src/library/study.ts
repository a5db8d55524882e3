import { availableParallelism } from "node:os";
import path from "node:path";
import { openPicturePool } from "../charts/rendering/picture-pool.ts";
import { computeOnCluster } from "../cluster/driver.ts";
import { resolvedConfigYaml } from "../config/resolved.ts";
import type { CachedDataset } from "../datasets/dataset-cache.ts";
import type { EngineDescription } from "../engines/engine.ts";
import type { StudyOptions } from "../experiment/options.ts";
import { type PreparedStudy, prepareStudy, StudyResources } from "../experiment/prepare.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { parameterCount } from "../network/parameters.ts";
import { RUNS_FOLDER } from "../recording/results-folder.ts";
import { explainWriteError } from "../recording/write-error.ts";
import type { CheckpointChoice } from "../results/checkpoints.ts";
import {
  finishStudy,
  keptArtifacts,
  type OpenStudy,
  openStudy,
  type StudyOutcome,
} from "../results/study-folder.ts";
import { workerWarnings } from "../results/warnings.ts";
import { againOf } from "../scheduling/again.ts";
import { computeRuns } from "../scheduling/compute.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { runsOfShard, type Shard } from "../scheduling/shard.ts";
import { findStored, type Share, type StoredRuns, type StudyWork } from "../scheduling/share.ts";
import { RunStore } from "../scheduling/store.ts";
import { ThreadExecutor } from "../scheduling/threads/executor.ts";
import { type ClusterTarget, clusterRequest } from "./cluster-request.ts";
import { addsSeeds, refuseSharded, withMoreSeeds } from "./more-seeds.ts";

export interface StudyRequest {
  readonly options: StudyOptions;
  /** The folder of this study's results. */
  readonly folder: string;
  /** Where the dataset may lie, in place of the usual folders. */
  readonly dataDir: string | undefined;
  readonly checkpoints: CheckpointChoice;
  /** Draw charts and the report. */
  readonly charts: boolean;
  /** Start over: remove what an earlier sweep left in the folder. */
  readonly fresh: boolean;
}

/** How studies are run, one or several. */
export interface RunOptions {
  /** Worker threads; undefined for one a core. */
  readonly workers: number | undefined;
  /** Compute only this part of the runs, and write no tables; `mergeStudy` joins the parts. */
  readonly shard: Shard | undefined;
  /** When a study fails, go on with the others. */
  readonly keepGoing: boolean;
  readonly onEvent: OnStudyEvent;
  /** Computes on a cluster, in place of the threads of this process. */
  readonly cluster?: ClusterTarget | undefined;
  /** Aborting leaves the studies unfinished that are not done; their finished runs are kept. */
  readonly signal: AbortSignal;
}

/** `unfinished`: interrupted, or stopped because another study failed; running it again continues. */
export type StudyEnd =
  | { readonly state: "done"; readonly outcome: StudyOutcome }
  | { readonly state: "failed" | "unfinished"; readonly error: unknown };

/** A study that runs alone. */
export type SingleStudyRequest = StudyRequest &
  Omit<RunOptions, "keepGoing" | "shard"> & { readonly shard?: Shard | undefined };

/** Runs one study. Throws a PruneLabError: `input`, `failure`, or `interrupted` when the signal was aborted. */
export async function runStudy(request: SingleStudyRequest): Promise<StudyOutcome> {
  const [end] = await runStudies([request], { shard: undefined, ...request, keepGoing: false });
  if (end?.state !== "done") throw end?.error;
  return end.outcome;
}

/**
 * The whole experiment: prepares each study, opens its results folder, computes the runs that are not stored yet,
 * writes tables, charts and checkpoints. Running it again continues where it stopped; every file but timings.csv
 * comes out the same, however often it was interrupted, on any number of workers, and whichever studies ran
 * beside it. Returns how each study ended, in order. Unless with `keepGoing`, nothing is computed when one of
 * them cannot begin, and all are stopped when one fails.
 */
export async function runStudies(
  requests: readonly StudyRequest[],
  options: RunOptions,
): Promise<readonly StudyEnd[]> {
  const { shard, onEvent, cluster } = options;
  const ends = new Endings(options);
  const prepared: Prepared[] = [];
  const opened: Opened[] = [];
  const { workers } = options;
  const resources = new StudyResources({ workers, elsewhere: cluster?.engine });
  const executor = new ThreadExecutor(workers, (checksum) => resources.datasets.load(checksum));
  const picturePool = openPicturePool(workers ?? availableParallelism());
  try {
    // 1. What is to be done: data, network, engine, and the graph of runs. Threads start while data is read.
    const onEngine = (engine: EngineDescription) => {
      if (cluster === undefined) executor.prepare(engine);
    };
    await ends.each(
      requests.map((request) => ({ request })),
      async ({ request }) => {
        refuseSharded(request.options, shard);
        const notify = (message: string) =>
          onEvent({ event: "notice", study: request.options.name, message });
        prepared.push({ request, study: await prepareStudy({ ...request, notify, onEngine }, resources) });
      },
    );
    const studies = prepared.map(({ study }) => study);
    const shares = shard === undefined ? studies.map(({ plan }) => plan.runs) : runsOfShard(studies, shard);

    // 2. Where it goes: the folders, locked, with the runs that are finished already.
    await ends.each(prepared, async ({ request, study }, i) => {
      const configText = resolvedConfigYaml(study.options);
      const notify = (message: string) => onEvent({ event: "notice", study: request.options.name, message });
      const { signal } = options;
      const open = await openStudy({
        ...request,
        study,
        configText,
        runs: shares[i] ?? [],
        shard,
        notify,
        signal,
      });
      // Data are needed as long as seeds may be added: until the end.
      const data = addsSeeds(open) ? { ...study.data, release: () => {} } : study.data;
      opened.push({ request, open, data });
    });
    if (!ends.goesOn()) return ends.of(requests);

    // 3. The runs of all studies: dense networks, then what hangs on them. First what is to be known of the engines.
    for (const { open } of opened) {
      const {
        options: { name: study },
        engine,
      } = open.study;
      const notify = resources.once((message) => onEvent({ event: "notice", study, message }));
      for (const message of workerWarnings(engine, options.workers)) notify(message);
    }
    // Cores fall idle soon: what draws gets ready.
    const onLastStarted = () => {
      if (shard === undefined && requests.some(({ charts }) => charts)) picturePool.prepare();
    };

    // 4. What they say: tables, charts, checkpoints, of each study as soon as its runs are there; or, of one that adds
    // seeds until its intervals are narrow, that more runs are needed.
    const finish = async (each: Opened, runs: Promise<StoredRuns>): Promise<Opened | undefined> => {
      let more: Opened | undefined;
      try {
        const stored = await runs;
        const open = await withMoreSeeds(each.open, stored, onEvent);
        more = open && { ...each, open };
        if (more === undefined)
          ends.done(each.request, await finishStudy(each.open, stored, onEvent, picturePool));
      } catch (error) {
        ends.fail(each.request, error);
      } finally {
        if (more === undefined) await each.open.folder.release();
      }
      return more;
    };
    for (
      let going: readonly Opened[] = opened;
      going.length > 0 && (options.signal.aborted || ends.goesOn());
    ) {
      const works = going.map(({ open, data }) => workOf(open, data, onEvent));
      const computing =
        cluster === undefined
          ? await computeRuns(works, {
              ...options,
              workers,
              executor,
              onLastStarted,
              keepsExecutor: going.some(({ open }) => addsSeeds(open)),
            })
          : going.map(({ request, open }, i) =>
              computeOnCluster(
                clusterRequest(cluster, request, { open, work: works[i] as StudyWork, ...options }),
              ),
            );
      const ended = going.map((each, i) => finish(each, computing[i] as (typeof computing)[number]));
      going = (await Promise.all(ended)).filter((each) => each !== undefined);
    }
    return ends.of(requests);
  } finally {
    for (const { study } of prepared) study.data.release();
    for (const { open } of opened) await open.folder.release();
    picturePool.close();
    await executor.close();
  }
}

/** What a folder holds of a study already, and what of it has to be computed again; writes nothing. */
export async function storedOf(study: PreparedStudy, request: Pick<StudyRequest, "folder" | "checkpoints">) {
  const share = await shareOf(study, request);
  return { stored: share.stored.size, again: againOf(share) };
}

/** The same, as the share of a study whose folder is not opened; writes nothing. */
export async function shareOf(
  study: PreparedStudy,
  { folder, checkpoints }: Pick<StudyRequest, "folder" | "checkpoints">,
): Promise<Share> {
  const { options, settings, engine, data } = study;
  const work: StudyWork = {
    study: options.name,
    runs: study.plan.runs,
    store: new RunStore(path.join(folder, RUNS_FOLDER), settings.network),
    settings,
    data,
    engine,
    keeps: keptArtifacts(study, checkpoints),
    announce: () => {},
  };
  const [share] = (await findStored([work], { onlyLook: true })) as [Share];
  return share;
}

/** A study whose runs are planned. */
interface Prepared {
  readonly request: StudyRequest;
  readonly study: PreparedStudy;
}

/** A study whose folder is open. */
interface Opened {
  readonly request: StudyRequest;
  readonly open: OpenStudy;
  readonly data: CachedDataset;
}

export function workOf(open: OpenStudy, data: CachedDataset, onEvent: OnStudyEvent): StudyWork {
  const { study, store, runs } = open;
  const { options, settings, engine } = study;
  return {
    study: options.name,
    runs,
    store,
    settings,
    data,
    engine,
    keeps: keptArtifacts(study, open.checkpoints),
    announce: (counts) =>
      onEvent({
        event: "planned",
        study: options.name,
        folder: open.folder.path,
        dataset: study.dataset.name,
        model: options.model.name,
        parameters: parameterCount(settings.network),
        engine: engine.name,
        device: engine.device,
        ...counts,
      }),
  };
}

/** How studies have ended so far. */
class Endings {
  readonly #ends = new Map<StudyRequest, StudyEnd>();
  readonly #options: RunOptions;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** Whether there is anything left to do: a study that failed stops the others, unless they are to go on. */
  goesOn(): boolean {
    const { signal, keepGoing } = this.#options;
    const failed = [...this.#ends.values()].some(({ state }) => state !== "done");
    return !signal.aborted && (keepGoing || !failed);
  }

  /** Does `work` for one study after the other, as long as it goes on; an error ends its study. */
  async each<Item extends { readonly request: StudyRequest }>(
    items: readonly Item[],
    work: (item: Item, index: number) => Promise<void>,
  ): Promise<void> {
    for (const [index, item] of items.entries()) {
      if (!this.goesOn()) return;
      await work(item, index).catch((error: unknown) => this.fail(item.request, error));
    }
  }

  done(request: StudyRequest, outcome: StudyOutcome): void {
    this.#ends.set(request, { state: "done", outcome });
  }

  fail(request: StudyRequest, thrown: unknown): void {
    const error = explainWriteError(thrown, request.folder);
    const kind = error instanceof PruneLabError ? error.kind : "failure";
    this.#ends.set(request, { state: kind === "interrupted" ? "unfinished" : "failed", error });
    this.#options.onEvent({
      event: "failed",
      study: request.options.name,
      folder: request.folder,
      kind,
      message: error instanceof Error ? error.message : String(error),
      hint: error instanceof PruneLabError ? (error.hint ?? null) : null,
    });
  }

  of(requests: readonly StudyRequest[]): readonly StudyEnd[] {
    return requests.map(
      (request) => this.#ends.get(request) ?? { state: "unfinished", error: this.#notStarted() },
    );
  }

  #notStarted(): PruneLabError {
    return new PruneLabError(
      "interrupted",
      this.#options.signal.aborted
        ? "Interrupted before the first run."
        : "Not started, because another study cannot begin.",
    );
  }
}
