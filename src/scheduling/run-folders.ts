import { existsSync, readFileSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { RunResult } from "../experiment/runs/index.ts";
import type { Artifact, ParentOutput, RunOutput } from "../experiment/runs/run.ts";
import { discard, replaceFile, writeFlushed } from "../foundations/atomic-file.ts";
import { collectGarbage } from "../foundations/collect-garbage.ts";
import { createFolder } from "../foundations/create-folder.ts";
import { systemErrorCode } from "../foundations/errors.ts";
import { canonicalJson, sha256 } from "../foundations/hash.ts";
import { temporaryBeside } from "../foundations/leftovers.ts";
import { atPath, readError } from "../foundations/system-errors.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../recording/checkpoint.ts";
import { decodeOptimizerState, encodeOptimizerState } from "../recording/optimizer-state.ts";
import { linkOrCopy, moveAside, movedTo } from "./move-folder.ts";
import {
  ARTIFACT_FILES,
  goneMeanwhile,
  RESULT_FILE,
  type ResultFile,
  RunFiles,
  resultText,
  TIMING_FILE,
  timingText,
  unlessDamaged,
} from "./run-files.ts";
import type { RunTiming, StoredRun } from "./stored-run.ts";

/** The weights and masks of a run, as the bytes of a checkpoint in memory that threads share: nobody writes to them. */
export interface SharedWeights {
  readonly run: string;
  readonly bytes: Uint8Array;
}

/**
 * Runs that have something to pass on: runs/<hash>/ each, put there whole by a rename, checked by SHA-256 when read. A
 * leftover that is damaged or half-written counts as not there.
 */
export class RunFolders {
  readonly folder: string;
  readonly #network: NetworkSpec;
  readonly #files: RunFiles;

  constructor(folder: string, network: NetworkSpec) {
    this.folder = folder;
    this.#network = network;
    this.#files = new RunFiles(folder, network);
  }

  /** The stored run, or undefined when it is not there or not as it was written. */
  async read(id: string): Promise<StoredRun | undefined> {
    return unlessDamaged(async () => {
      const file = await this.#files.readResult(id);
      const artifacts = Object.keys(file.artifactsSha256) as Artifact[];
      for (const artifact of artifacts) collectGarbage(await this.#check(file, artifact));
      return { result: file.result, timing: await this.#files.readTiming(id), artifacts };
    });
  }

  /** Returns how many bytes it read. */
  async #check(file: ResultFile, artifact: Artifact): Promise<number> {
    const bytes = await this.#files.readArtifact(file, artifact);
    if (artifact === "weights") this.#files.refuseOtherNetwork(file, bytes);
    return bytes.length;
  }

  /** Whether anything is there of a run, intact or not. */
  has(id: string): boolean {
    return existsSync(path.join(this.folder, id));
  }

  /** Everything that is there. */
  async names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw readError(error, this.folder);
    }
  }

  /** A run that `read` has found, again and without its checks; undefined when it is there no longer. */
  readAgain(id: string): StoredRun | undefined {
    try {
      const json = (name: string) => JSON.parse(readFileSync(this.#files.path(id, name), "utf8"));
      const { result, artifactsSha256 } = json(RESULT_FILE) as ResultFile;
      return {
        result,
        timing: json(TIMING_FILE).timing,
        artifacts: Object.keys(artifactsSha256) as Artifact[],
      };
    } catch {
      return undefined;
    }
  }

  /** Takes away what is there of a run. */
  async remove(id: string): Promise<void> {
    await moveAside(path.join(this.folder, id));
  }

  /** What a run passes on; undefined also when it is stored without these artifacts. `shared`: what is read already. */
  async readArtifacts(
    id: string,
    artifacts: readonly Artifact[],
    shared?: SharedWeights,
  ): Promise<ParentOutput | undefined> {
    return unlessDamaged(async () => {
      const file = await this.#files.readResult(id);
      const bytes = new Map<Artifact, Uint8Array>();
      for (const artifact of artifacts) {
        const isRead = artifact === "weights" && shared?.run === id;
        bytes.set(artifact, isRead ? shared.bytes : await this.#files.readArtifact(file, artifact));
      }
      const weights = bytes.get("weights");
      const optimizer = bytes.get("optimizer");
      return {
        status: file.result.status,
        ...(weights === undefined
          ? { parameters: new Map(), masks: new Map() }
          : decodeCheckpoint(weights, this.#files.path(id, ARTIFACT_FILES.weights))),
        optimizer:
          optimizer && decodeOptimizerState(optimizer, this.#files.path(id, ARTIFACT_FILES.optimizer)),
      };
    });
  }

  /**
   * The weights and masks of a run that is stored with them, as the bytes of a checkpoint. Throws a PruneLabError of kind
   * `failure` when they are no longer there.
   */
  async readCheckpoint(id: string): Promise<Uint8Array> {
    const bytes = await unlessDamaged(async () =>
      this.#files.readArtifact(await this.#files.readResult(id), "weights"),
    );
    if (bytes !== undefined) return bytes;
    throw goneMeanwhile(`The weights in ${path.join(this.folder, id)} are no longer as they were stored.`);
  }

  /** The same in memory that threads share; undefined when they are not there. */
  async readShared(id: string): Promise<SharedWeights | undefined> {
    return unlessDamaged(async () => {
      const bytes = await this.#files.readSharedWeights(await this.#files.readResult(id));
      return { run: id, bytes };
    });
  }

  /** Stores a finished run at once: written beside its place, flushed to disk, renamed. */
  async write(
    id: string,
    output: RunOutput<RunResult>,
    timing: RunTiming,
    keep: readonly Artifact[],
  ): Promise<void> {
    const artifacts = keep.map((artifact) => [artifact, this.#encode(artifact, output)] as const);
    const file: ResultFile = {
      format: 2,
      id,
      resultSha256: sha256(canonicalJson(output.result)),
      artifactsSha256: Object.fromEntries(artifacts.map(([artifact, bytes]) => [artifact, sha256(bytes)])),
      result: output.result,
    };
    await this.#place(file, async (temporary) => {
      await writeFlushed(path.join(temporary, RESULT_FILE), resultText(file));
      await writeFlushed(path.join(temporary, TIMING_FILE), timingText(timing));
      for (const [artifact, bytes] of artifacts) {
        await writeFlushed(path.join(temporary, ARTIFACT_FILES[artifact]), bytes);
      }
    });
  }

  /**
   * Takes over a run that another store holds, with these of its artifacts; with hard links where the disk has them,
   * the same bytes either way.
   */
  async adopt(source: RunFolders, id: string, keep: readonly Artifact[]): Promise<void> {
    const there = await source.#files.readResult(id);
    const artifactsSha256 = onlyKept(there, keep);
    const file = { ...there, artifactsSha256 };
    await this.#place(file, async (temporary) => {
      await writeFlushed(path.join(temporary, RESULT_FILE), resultText(file));
      const files = Object.keys(artifactsSha256).map((artifact) => ARTIFACT_FILES[artifact as Artifact]);
      for (const name of [TIMING_FILE, ...files]) {
        await linkOrCopy(source.#files.path(id, name), path.join(temporary, name));
      }
    });
  }

  /** Lets go of all artifacts of a run but these. Its result stays there throughout. */
  async drop(id: string, keep: readonly Artifact[]): Promise<void> {
    const file = await this.#files.readResult(id);
    const artifactsSha256 = onlyKept(file, keep);
    await replaceFile(this.#files.path(id, RESULT_FILE), resultText({ ...file, artifactsSha256 }));
    for (const artifact of Object.keys(file.artifactsSha256) as Artifact[]) {
      if (!keep.includes(artifact)) await rm(this.#files.path(id, ARTIFACT_FILES[artifact]), { force: true });
    }
  }

  /** Removes the artifacts that `drop` was about to remove when it was killed: those that the result does not list. */
  async tidy(id: string, { artifacts }: Pick<StoredRun, "artifacts">): Promise<void> {
    const names = await readdir(path.join(this.folder, id));
    for (const [artifact, file] of Object.entries(ARTIFACT_FILES)) {
      if (!names.includes(file) || artifacts.includes(artifact as Artifact)) continue;
      await rm(this.#files.path(id, file), { force: true });
    }
  }

  #encode(artifact: Artifact, { result, parameters, masks, optimizer }: RunOutput): readonly Uint8Array[] {
    const { network = this.#network } = result;
    if (artifact === "weights") return encodeCheckpoint(network, parameters, masks);
    if (optimizer === undefined) throw new Error("the run has no optimizer state to keep");
    return encodeOptimizerState(network, optimizer);
  }

  /**
   * Fills a folder beside the run's place, then renames it. Others may be storing the same run: whoever is first stays,
   * and gets what it lacks of the artifacts. Only a run that is damaged, or has another result, makes room.
   */
  async #place(file: ResultFile, fill: (temporary: string) => Promise<void>): Promise<void> {
    const place = path.join(this.folder, file.id);
    const temporary = temporaryBeside(place);
    try {
      await createFolder(temporary);
      await fill(temporary);
      while (!(await movedTo(place, temporary)) && !(await this.#isThere(file, temporary))) {
        await moveAside(place);
      }
    } catch (error) {
      throw atPath(error, place);
    } finally {
      await discard(temporary);
    }
  }

  /** Whether the run is stored, intact and with these artifacts; adds those that it lacks. */
  async #isThere(file: ResultFile, temporary: string): Promise<boolean> {
    const { id, artifactsSha256 } = file;
    const artifacts = Object.keys(artifactsSha256) as Artifact[];
    const [there, found] = [await unlessDamaged(() => this.#files.readResult(id)), await this.read(id)];
    if (there === undefined || found === undefined) return false;
    const lacking = artifacts.filter((artifact) => !found.artifacts.includes(artifact));
    if (lacking.length === 0) return true;
    if (there.resultSha256 !== file.resultSha256) return false;
    // Readers find the run throughout: with what it had, then with all.
    for (const artifact of lacking) {
      const name = ARTIFACT_FILES[artifact];
      const another = temporaryBeside(path.join(this.folder, id));
      await linkOrCopy(path.join(temporary, name), another);
      await rename(another, this.#files.path(id, name));
    }
    const all = { ...artifactsSha256, ...there.artifactsSha256 };
    await replaceFile(this.#files.path(id, RESULT_FILE), resultText({ ...there, artifactsSha256: all }));
    return (await this.readArtifacts(id, artifacts)) !== undefined;
  }
}

function onlyKept({ artifactsSha256 }: ResultFile, keep: readonly Artifact[]): ResultFile["artifactsSha256"] {
  return Object.fromEntries(
    Object.entries(artifactsSha256).filter(([artifact]) => keep.includes(artifact as Artifact)),
  );
}
