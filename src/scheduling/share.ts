import type { CachedDataset } from "../datasets/dataset-cache.ts";
import type { Run } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import type { RunSettings } from "../experiment/settings.ts";
import { explainWriteError } from "../recording/write-error.ts";
import type { EngineToRun } from "./executor.ts";
import type { RunStore } from "./store.ts";
import { type Held, RunsInStore, type StoredRuns } from "./stored-runs.ts";

export type { StoredRuns } from "./stored-runs.ts";

/** One study's part in a computation. */
export interface StudyWork {
  readonly study: string;
  /** The runs that must be stored in the end, parents first. */
  readonly runs: readonly Run[];
  readonly store: RunStore;
  readonly settings: RunSettings;
  readonly data: CachedDataset;
  readonly engine: EngineToRun;
  /** What must be stored of a run in the end, beside its result. */
  readonly keeps: (run: Run) => readonly Artifact[];
  /** Told once, when it is known what is stored already. */
  readonly announce: (counts: { runs: number; stored: number; workers: number }) => void;
}

/** How far a study is: which of its runs are stored, with what they have to pass on. */
export class Share {
  readonly work: StudyWork;
  readonly #runs: ReadonlyMap<string, Run>;
  /** By run: how many of those that hang on it are not stored, by what they take from it. */
  readonly #awaited = new Map<string, Map<Artifact, number>>();
  readonly #stored: RunsInStore;
  /** Runs of its own folder that are stored without what they now have to pass on, and so are computed again. */
  readonly again: { readonly run: Run; readonly held: Held }[] = [];
  /** Why it cannot be finished. */
  error: unknown;

  constructor(work: StudyWork) {
    this.work = work;
    this.#stored = new RunsInStore(work.store);
    this.#runs = new Map(work.runs.map((run) => [run.id, run]));
    for (const run of work.runs) this.#countAwaited(run, 1);
  }

  get stored(): StoredRuns {
    return this.#stored;
  }

  get isComplete(): boolean {
    return this.#stored.size === this.work.runs.length;
  }

  /** A run that several methods share is named after the first, so an equal run may have another name in a study. */
  labelOf({ id, label }: Run): string {
    return this.#runs.get(id)?.label ?? label;
  }

  /** Whether runs hang on it that are not stored. */
  isAwaited({ id }: Run): boolean {
    return this.#awaited.has(id);
  }

  /** What must be there of a run: what is kept of it in the end, and what runs need that are not stored. */
  needs(run: Run): Artifact[] {
    return [...new Set([...this.work.keeps(run), ...(this.#awaited.get(run.id)?.keys() ?? [])])];
  }

  /** The run is in the study's store. */
  add(run: Run, held: Held): void {
    if (!this.#stored.has(run.id)) this.#countAwaited(run, -1);
    this.#stored.add(run.id, held);
  }

  #countAwaited({ parents }: Run, change: 1 | -1): void {
    for (const { run, artifacts } of parents) {
      const counts = this.#awaited.get(run) ?? new Map<Artifact, number>();
      for (const artifact of artifacts) {
        const count = (counts.get(artifact) ?? 0) + change;
        if (count === 0) counts.delete(artifact);
        else counts.set(artifact, count);
      }
      if (counts.size === 0) this.#awaited.delete(run);
      else this.#awaited.set(run, counts);
    }
  }

  /** Lets go of what runs passed on to this one alone. A file that cannot be removed is no harm. */
  async dropBehind({ parents }: Run): Promise<void> {
    for (const { run } of parents) await this.#trim(run);
  }

  /** Lets go of whatever is stored beside what is kept: what an interruption or another choice left. */
  async trim(): Promise<void> {
    for (const { id } of this.work.runs) await this.#trim(id);
  }

  async #trim(id: string): Promise<void> {
    const run = this.#runs.get(id);
    const held = this.#stored.get(id);
    if (run === undefined || held === undefined || held.artifacts.length === 0) return;
    const needed = this.needs(run);
    if (held.artifacts.every((artifact) => needed.includes(artifact))) return;
    const artifacts = held.artifacts.filter((artifact) => needed.includes(artifact));
    await this.work.store.drop(id, artifacts).catch(() => {});
    this.#stored.add(id, { timing: held.timing, artifacts });
  }

  fail(thrown: unknown): void {
    this.error ??= explainWriteError(thrown, this.work.store.folder);
  }
}

type HeldRuns = ReadonlyMap<string, Held>;

/**
 * Finds what each study has already, and what it can take over from the others' folders; it does so, and tidies up behind
 * killed processes, unless told only to look: then nothing is written. A study whose folder cannot be read has failed.
 */
export async function findStored(
  works: readonly StudyWork[],
  { onlyLook = false }: { readonly onlyLook?: boolean } = {},
): Promise<Share[]> {
  const shares = works.map((work) => new Share(work));
  const found = new Map<Share, HeldRuns>();
  for (const share of shares) {
    found.set(share, await readAll(share.work, onlyLook).catch((error: unknown) => failed(share, error)));
  }
  for (const share of shares) {
    const others = [share, ...shares.filter((other) => other !== share)];
    await takeStored(share, others, { found, onlyLook }).catch((error: unknown) => share.fail(error));
  }
  return shares;
}

/** Takes the runs that `owners` have stored, its own first. */
async function takeStored(
  share: Share,
  owners: readonly Share[],
  { found, onlyLook }: { readonly found: ReadonlyMap<Share, HeldRuns>; readonly onlyLook: boolean },
): Promise<void> {
  // Children first: what they still need of a parent, the parent must have.
  for (const run of [...share.work.runs].reverse()) {
    const needed = share.needs(run);
    const owner = owners.find((each) => hasAll(found.get(each)?.get(run.id), needed));
    const held = owner && found.get(owner)?.get(run.id);
    if (owner === undefined || held === undefined) {
      const lacking = found.get(share)?.get(run.id);
      if (lacking !== undefined) share.again.push({ run, held: lacking });
      continue;
    }
    if (owner === share) share.add(run, held);
    else {
      if (!onlyLook) await share.work.store.adopt(owner.work.store, run.id, needed);
      share.add(run, { timing: held.timing, artifacts: needed });
    }
  }
}

export function hasAll(run: Pick<Held, "artifacts"> | undefined, artifacts: readonly Artifact[]): boolean {
  return run !== undefined && artifacts.every((artifact) => run.artifacts.includes(artifact));
}

async function readAll({ runs, store }: StudyWork, onlyLook: boolean): Promise<HeldRuns> {
  const stored = new Map<string, Held>();
  for await (const [id, found] of store.readAll(runs.map(({ id }) => id))) {
    if (!onlyLook) await store.tidy(id, found);
    stored.set(id, { timing: found.timing, artifacts: found.artifacts });
  }
  return stored;
}

function failed(share: Share, error: unknown): HeldRuns {
  share.fail(error);
  return new Map();
}
