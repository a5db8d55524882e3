import type { Run } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import type { Share, StudyWork } from "./jobs.ts";
import type { StoredRun } from "./store.ts";

export type StoredRuns = ReadonlyMap<string, StoredRun>;

/** Finds what each study has already, and what it can take over from the others' folders. */
export async function findStored(works: readonly StudyWork[]): Promise<Share[]> {
  const found: ReadonlyMap<string, StoredRun>[] = [];
  for (const work of works) found.push(await readAll(work));
  const shares: Share[] = [];
  for (const [i, work] of works.entries()) {
    const stored = new Map<string, StoredRun>();
    const needed = new NeededArtifacts(work);
    // Children first: what they still need of a parent, the parent must have.
    for (const run of [...work.runs].reverse()) {
      const artifacts = needed.of(run);
      const has = (runs: StoredRuns | undefined) => hasAll(runs?.get(run.id), artifacts);
      const owner = has(found[i]) ? i : found.findIndex(has);
      const held = found[owner]?.get(run.id);
      if (held === undefined) {
        needed.add(run);
        continue;
      }
      if (owner !== i) await work.store.adopt((works[owner] as StudyWork).store, run.id, artifacts);
      stored.set(run.id, held);
    }
    shares.push({ work, stored, error: undefined });
  }
  return shares;
}

/** What must be there of each run: what is kept of it in the end, and what runs that are not stored will need. */
export class NeededArtifacts {
  readonly #work: Pick<StudyWork, "runs" | "keeps">;
  readonly #byRun = new Map<string, Artifact[]>();

  constructor(work: Pick<StudyWork, "runs" | "keeps">) {
    this.#work = work;
  }

  /** A run that will be computed, and so needs its parents. */
  add({ parents }: Run): void {
    for (const { run, artifacts } of parents) {
      this.#byRun.set(run, [...(this.#byRun.get(run) ?? []), ...artifacts]);
    }
  }

  of(run: Run): Artifact[] {
    return [...new Set([...this.#work.keeps(run), ...(this.#byRun.get(run.id) ?? [])])];
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
