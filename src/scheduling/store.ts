import path from "node:path";
import { setImmediate } from "node:timers/promises";
import type { RunResult } from "../experiment/runs/index.ts";
import type { Artifact, ParentOutput, RunOutput } from "../experiment/runs/run.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { PackIndex } from "./packs/pack-index.ts";
import { packResult, unpackResult } from "./packs/pack-record.ts";
import { appendToPack, closePack, flushPack } from "./packs/pack-writer.ts";
import { goneMeanwhile } from "./run-files.ts";
import { RunFolders, type SharedWeights } from "./run-folders.ts";
import type { RunTiming, StoredRun } from "./stored-run.ts";

export type { RunTiming, StoredRun } from "./stored-run.ts";

/** Packed runs that are read before the process looks at anything else. */
const READ_AT_ONCE = 256;

/**
 * The finished runs of a folder, checked by SHA-256 when read; what is damaged or half-written counts as not there. A run
 * with nothing to pass on is a line in a pack (packs/pack-line.ts), one with artifacts a folder (run-folders.ts) until it
 * has let go of them. Any number of processes may store runs at once, the same ones too.
 */
export class RunStore {
  readonly folder: string;
  readonly #folders: RunFolders;
  readonly #packs: PackIndex;

  constructor(folder: string, network: NetworkSpec) {
    this.folder = folder;
    this.#folders = new RunFolders(folder, network);
    this.#packs = new PackIndex(folder);
  }

  /** The stored run, or undefined when it is not there or not as it was written. */
  async read(id: string): Promise<StoredRun | undefined> {
    const found = this.#folders.has(id) ? await this.#folders.read(id) : undefined;
    return found ?? this.#readPacked(id) ?? this.#readOwn(id) ?? this.#readOthers(id);
  }

  /** Those of these runs that are stored, each as `read` finds it: for many at once. */
  async *readAll(ids: Iterable<string>): AsyncGenerator<readonly [string, StoredRun]> {
    const names = new Set(await this.#folders.names());
    await this.refresh();
    let count = 0;
    for (const id of ids) {
      const run = (names.has(id) ? await this.#folders.read(id) : undefined) ?? this.#readPacked(id);
      if (run !== undefined) yield [id, run];
      if (++count % READ_AT_ONCE === 0) await setImmediate();
    }
  }

  /** Looks for what other processes have packed. */
  refresh(): Promise<void> {
    return this.#packs.refresh();
  }

  /**
   * A run that this store or process has found or stored before, once more and without waiting. Throws a PruneLabError of kind `failure` when it is
   * there no longer.
   */
  readAgain(id: string): StoredRun {
    const found =
      (this.#folders.has(id) ? this.#folders.readAgain(id) : undefined) ??
      this.#readPacked(id) ??
      this.#readOwn(id);
    if (found !== undefined) return found;
    throw goneMeanwhile(`The run ${path.join(this.folder, id)} is no longer as it was stored.`);
  }

  /** What a run passes on; undefined also when it is stored without these artifacts. `shared`: what is read already. */
  async readArtifacts(
    id: string,
    artifacts: readonly Artifact[],
    shared?: SharedWeights,
  ): Promise<ParentOutput | undefined> {
    const found = await this.#folders.readArtifacts(id, artifacts, shared);
    if (found !== undefined || artifacts.length > 0) return found;
    const run = await this.read(id);
    return run && { status: run.result.status, parameters: new Map(), masks: new Map() };
  }

  /**
   * The weights and masks of a run that is stored with them, as the bytes of a checkpoint. Throws a PruneLabError of kind
   * `failure` when they are no longer there.
   */
  readCheckpoint(id: string): Promise<Uint8Array> {
    return this.#folders.readCheckpoint(id);
  }

  /** The weights of a run in memory that threads share; undefined when they are not there as they were written. */
  readShared(id: string): Promise<SharedWeights | undefined> {
    return this.#folders.readShared(id);
  }

  /**
   * Stores a finished run at once. One with artifacts is on the disk then, whatever happens to the machine; one without
   * them when `flush` has been called, and outlives this process until then.
   */
  async write(
    id: string,
    output: RunOutput<RunResult>,
    timing: RunTiming,
    keep: readonly Artifact[],
  ): Promise<void> {
    if (keep.length > 0) await this.#folders.write(id, output, timing, keep);
    else await this.#pack(id, { ...output, timing });
  }

  /** Takes over a run that another store holds, with these of its artifacts. */
  async adopt(source: RunStore, id: string, keep: readonly Artifact[]): Promise<void> {
    if (keep.length > 0) await this.#folders.adopt(source.#folders, id, keep);
    else await this.#pack(id, source.readAgain(id));
  }

  /** Lets go of all artifacts of a run but these. Its result stays there throughout. */
  async drop(id: string, keep: readonly Artifact[]): Promise<void> {
    if (keep.length > 0) return this.#folders.drop(id, keep);
    if (this.#readPacked(id) === undefined) {
      const run = await this.#folders.read(id);
      if (run === undefined) return;
      appendToPack(this.folder, id, packResult(run.result), run.timing);
      await this.flush();
    }
    await this.#folders.remove(id);
  }

  /** Removes what `drop` was about to remove when it was killed. */
  async tidy(id: string, found: Pick<StoredRun, "artifacts">): Promise<void> {
    if (this.#folders.has(id)) await this.#folders.tidy(id, found);
  }

  /** Flushes to the disk what this process has stored. */
  flush(): Promise<void> {
    return flushPack(this.folder);
  }

  /** Flushes, and lets go of what is open. The store can be used again. */
  close(): Promise<void> {
    return closePack(this.folder);
  }

  async #pack(id: string, { result, timing }: Pick<StoredRun, "result" | "timing">): Promise<void> {
    if (this.#folders.has(id)) {
      if ((await this.#folders.read(id)) !== undefined) return;
      // A damaged leftover.
      await this.#folders.remove(id);
    }
    appendToPack(this.folder, id, packResult(result), timing);
  }

  #readPacked(id: string): StoredRun | undefined {
    const packed = this.#packs.run(id) as Pick<StoredRun, "result" | "timing"> | undefined;
    const result = packed && unpackResult(packed.result, this.#packs);
    return result && { result, timing: packed.timing, artifacts: NO_ARTIFACTS };
  }

  /** A run that this process has stored since. */
  #readOwn(id: string): StoredRun | undefined {
    this.#packs.refreshOwn();
    return this.#readPacked(id);
  }

  async #readOthers(id: string): Promise<StoredRun | undefined> {
    await this.refresh();
    return this.#readPacked(id);
  }
}

const NO_ARTIFACTS: readonly Artifact[] = [];
