import { randomUUID } from "node:crypto";
import { copyFile, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { RunResult } from "../experiment/runs/index.ts";
import type { Artifact, ParentOutput, RunOutput } from "../experiment/runs/run.ts";
import { systemErrorCode } from "../foundations/errors.ts";
import { canonicalJson, sha256 } from "../foundations/hash.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../recording/checkpoint.ts";
import { decodeOptimizerState, encodeOptimizerState } from "../recording/optimizer-state.ts";

/**
 * The finished runs of a folder: runs/<hash>/ each, put there whole by a rename, checked by SHA-256 when read.
 * A leftover that is damaged or half-written counts as not there.
 */
export interface StoredRun<Result extends RunResult = RunResult> {
  readonly result: Result;
  readonly timing: RunTiming;
  /** What is stored beside the result. */
  readonly artifacts: readonly Artifact[];
}

/** Kept apart from the result, which is a pure function of the run's hash. */
export interface RunTiming {
  readonly seconds: number;
  /** Of the optimizer steps alone, and the examples that they took. */
  readonly trainSeconds: number;
  readonly trainedExamples: number;
  readonly peakMemoryBytes: number;
}

const RESULT_FILE = "result.json";
const TIMING_FILE = "timing.json";
const ARTIFACT_FILES: Readonly<Record<Artifact, string>> = {
  weights: "weights.safetensors",
  optimizer: "optimizer.safetensors",
};

interface ResultFile {
  readonly format: 2;
  readonly id: string;
  readonly resultSha256: string;
  readonly artifactsSha256: Readonly<Partial<Record<Artifact, string>>>;
  readonly result: RunResult;
}

export class RunStore {
  readonly folder: string;
  readonly #network: NetworkSpec;

  constructor(folder: string, network: NetworkSpec) {
    this.folder = folder;
    this.#network = network;
  }

  /** The stored run, or undefined when it is not there or not as it was written. */
  async read(id: string): Promise<StoredRun | undefined> {
    return unlessDamaged(async () => {
      const file = await this.#readResultFile(id);
      const artifacts = Object.keys(file.artifactsSha256) as Artifact[];
      for (const artifact of artifacts) await this.#readArtifact(file, artifact);
      const timing = JSON.parse(await readFile(this.#path(id, TIMING_FILE), "utf8")) as RunTiming;
      return { result: file.result, timing, artifacts };
    });
  }

  /** What a run passes on; undefined also when it is stored without these artifacts. */
  async readArtifacts(id: string, artifacts: readonly Artifact[]): Promise<ParentOutput | undefined> {
    return unlessDamaged(async () => {
      const file = await this.#readResultFile(id);
      const bytes = new Map<Artifact, Uint8Array>();
      for (const artifact of artifacts) bytes.set(artifact, await this.#readArtifact(file, artifact));
      const weights = bytes.get("weights");
      const optimizer = bytes.get("optimizer");
      return {
        status: file.result.status,
        ...(weights === undefined
          ? { parameters: new Map(), masks: new Map() }
          : decodeCheckpoint(weights, this.#path(id, ARTIFACT_FILES.weights))),
        optimizer: optimizer && decodeOptimizerState(optimizer, this.#path(id, ARTIFACT_FILES.optimizer)),
      };
    });
  }

  /** The weights and masks of a run that is stored with them, as the bytes of a checkpoint. */
  async readCheckpoint(id: string): Promise<Uint8Array> {
    return readFile(this.#path(id, ARTIFACT_FILES.weights));
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
    await this.#place(id, async (temporary) => {
      await writeFlushed(path.join(temporary, RESULT_FILE), resultText(file));
      await writeFlushed(path.join(temporary, TIMING_FILE), `${JSON.stringify(timing)}\n`);
      for (const [artifact, bytes] of artifacts) {
        await writeFlushed(path.join(temporary, ARTIFACT_FILES[artifact]), bytes);
      }
    });
  }

  /**
   * Takes over a run that another store holds, with these of its artifacts; with hard links where the disk has them,
   * the same bytes either way.
   */
  async adopt(source: RunStore, id: string, keep: readonly Artifact[]): Promise<void> {
    const file = await source.#readResultFile(id);
    const artifactsSha256 = onlyKept(file, keep);
    await this.#place(id, async (temporary) => {
      await writeFlushed(path.join(temporary, RESULT_FILE), resultText({ ...file, artifactsSha256 }));
      const files = Object.keys(artifactsSha256).map((artifact) => ARTIFACT_FILES[artifact as Artifact]);
      for (const name of [TIMING_FILE, ...files]) {
        await linkOrCopy(source.#path(id, name), path.join(temporary, name));
      }
    });
  }

  /** Lets go of all artifacts of a run but these. Its result stays there throughout. */
  async drop(id: string, keep: readonly Artifact[]): Promise<void> {
    const file = await this.#readResultFile(id);
    const artifactsSha256 = onlyKept(file, keep);
    const temporary = this.#temporary(id);
    try {
      await writeFlushed(temporary, resultText({ ...file, artifactsSha256 }));
      await rename(temporary, this.#path(id, RESULT_FILE));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    for (const artifact of Object.keys(file.artifactsSha256) as Artifact[]) {
      if (!keep.includes(artifact)) await rm(this.#path(id, ARTIFACT_FILES[artifact]), { force: true });
    }
  }

  #encode(artifact: Artifact, { parameters, masks, optimizer }: RunOutput): Uint8Array {
    if (artifact === "weights") return encodeCheckpoint(this.#network, parameters, masks);
    if (optimizer === undefined) throw new Error("the run has no optimizer state to keep");
    return encodeOptimizerState(this.#network, optimizer);
  }

  /** Fills a folder beside the run's place, then renames it. */
  async #place(id: string, fill: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = this.#temporary(id);
    try {
      await mkdir(temporary, { recursive: true });
      await fill(temporary);
      // A damaged leftover, or the same run stored with other artifacts, makes room.
      await rm(path.join(this.folder, id), { recursive: true, force: true });
      await rename(temporary, path.join(this.folder, id));
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  async #readResultFile(id: string): Promise<ResultFile> {
    const file = JSON.parse(await readFile(this.#path(id, RESULT_FILE), "utf8")) as ResultFile;
    const intact =
      file.format === 2 && file.id === id && sha256(canonicalJson(file.result)) === file.resultSha256;
    if (!intact) throw new SyntaxError(`${id}: not as it was written`);
    return file;
  }

  async #readArtifact({ id, artifactsSha256 }: ResultFile, artifact: Artifact): Promise<Uint8Array> {
    const bytes = await readFile(this.#path(id, ARTIFACT_FILES[artifact]));
    if (sha256(bytes) !== artifactsSha256[artifact]) throw new SyntaxError(`${id}: not as it was written`);
    return bytes;
  }

  /** Beside the runs, where whoever opens the folder removes what a kill left. */
  #temporary(id: string): string {
    return path.join(this.folder, `.${id}.${randomUUID()}.tmp`);
  }

  #path(id: string, file: string): string {
    return path.join(this.folder, id, file);
  }
}

/** What `read` gives, or undefined where files are missing or damaged, as opposed to a disk that does not answer. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const code = systemErrorCode(error);
    const unreadable =
      code === "ENOENT" || code === "ENOTDIR" || error instanceof SyntaxError || error instanceof TypeError;
    if (unreadable) return undefined;
    throw error;
  }
}

function onlyKept({ artifactsSha256 }: ResultFile, keep: readonly Artifact[]): ResultFile["artifactsSha256"] {
  return Object.fromEntries(
    Object.entries(artifactsSha256).filter(([artifact]) => keep.includes(artifact as Artifact)),
  );
}

function resultText(file: ResultFile): string {
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** A second name for the same bytes: files of a store are replaced, never changed. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") throw error;
    await copyFile(from, to);
  }
}

async function writeFlushed(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
