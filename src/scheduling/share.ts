import type { CachedDataset } from "../datasets/dataset-cache.ts";
import type { Run } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import type { RunSettings } from "../experiment/settings.ts";
import { explainWriteError } from "../recording/write-error.ts";
import type { EngineToRun } from "./executor.ts";
import type { RunStore, StoredRun } from "./store.ts";

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

export type StoredRuns = ReadonlyMap<string, StoredRun>;

/** How far a study is: which of its runs are stored, with what they have to pass on. */
export class Share {
  readonly work: StudyWork;
  readonly #runs: ReadonlyMap<string, Run>;
  /** By run: those that hang on it. */
  readonly #children = new Map<string, Run[]>();
  readonly #stored = new Map<string, StoredRun>();
  /** Why it cannot be finished. */
  error: unknown;

  constructor(work: StudyWork) {
    this.work = work;
    this.#runs = new Map(work.runs.map((run) => [run.id, run]));
    for (const run of work.runs) {
      for (const { run: parent } of run.parents) {
        this.#children.set(parent, [...(this.#children.get(parent) ?? []), run]);
      }
    }
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
    return (this.#children.get(id) ?? []).some((child) => !this.#stored.has(child.id));
  }

  /** What must be there of a run: what is kept of it in the end, and what runs need that are not stored. */
  needs(run: Run): Artifact[] {
    const children = (this.#children.get(run.id) ?? []).filter(({ id }) => !this.#stored.has(id));
    const asked = children.flatMap(({ parents }) =>
      parents.filter((parent) => parent.run === run.id).flatMap(({ artifacts }) => artifacts),
    );
    return [...new Set([...this.work.keeps(run), ...asked])];
  }

  /** The run is in the study's store. */
  add(run: Run, stored: StoredRun): void {
    this.#stored.set(run.id, stored);
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
    if (run === undefined || held === undefined) return;
    const needed = this.needs(run);
    if (held.artifacts.every((artifact) => needed.includes(artifact))) return;
    const artifacts = held.artifacts.filter((artifact) => needed.includes(artifact));
    await this.work.store.drop(id, artifacts).catch(() => {});
    this.#stored.set(id, { ...held, artifacts });
  }

  fail(thrown: unknown): void {
    this.error ??= explainWriteError(thrown, this.work.store.folder);
  }
}

/**
 * Finds what each study has already, and what it can take over from the others' folders; it does so, unless told only to
 * look. A study whose folder cannot be read has failed.
 */
export async function findStored(
  works: readonly StudyWork[],
  { onlyLook = false }: { readonly onlyLook?: boolean } = {},
): Promise<Share[]> {
  const shares = works.map((work) => new Share(work));
  const found = new Map<Share, StoredRuns>();
  for (const share of shares) {
    found.set(share, await readAll(share.work).catch((error: unknown) => failed(share, error)));
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
  { found, onlyLook }: { readonly found: ReadonlyMap<Share, StoredRuns>; readonly onlyLook: boolean },
): Promise<void> {
  // Children first: what they still need of a parent, the parent must have.
  for (const run of [...share.work.runs].reverse()) {
    const needed = share.needs(run);
    const owner = owners.find((each) => hasAll(found.get(each)?.get(run.id), needed));
    const held = owner && found.get(owner)?.get(run.id);
    if (owner === undefined || held === undefined) continue;
    if (owner === share) share.add(run, held);
    else {
      if (!onlyLook) await share.work.store.adopt(owner.work.store, run.id, needed);
      share.add(run, { ...held, artifacts: needed });
    }
  }
}

export function hasAll(run: StoredRun | undefined, artifacts: readonly Artifact[]): boolean {
  return run !== undefined && artifacts.every((artifact) => run.artifacts.includes(artifact));
}

async function readAll({ runs, store }: StudyWork): Promise<StoredRuns> {
  const stored = new Map<string, StoredRun>();
  for (const { id } of runs) {
    const found = await store.read(id);
    if (found !== undefined) stored.set(id, found);
  }
  return stored;
}

function failed(share: Share, error: unknown): StoredRuns {
  share.fail(error);
  return new Map();
}
