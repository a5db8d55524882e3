import { randomUUID } from "node:crypto";
import { copyFile, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { RunOutput, RunResult } from "../experiment/run.ts";
import { systemErrorCode } from "../foundations/errors.ts";
import { canonicalJson, sha256 } from "../foundations/hash.ts";
import type { Masks } from "../network/mask.ts";
import type { Parameters } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../recording/checkpoint.ts";

/**
 * The finished runs of a folder: runs/<hash>/ each, put there whole by a rename, checked by SHA-256 when read.
 * A leftover that is damaged or half-written counts as not there.
 */
export interface StoredRun<Result extends RunResult = RunResult> {
  readonly result: Result;
  readonly timing: RunTiming;
  readonly hasWeights: boolean;
}

/** Kept apart from the result, which is a pure function of the run's hash. */
export interface RunTiming {
  readonly seconds: number;
  readonly trainSeconds: number;
  readonly trainedExamples: number;
  readonly peakMemoryBytes: number;
}

const FILES = { result: "result.json", weights: "weights.safetensors", timing: "timing.json" };

interface ResultFile {
  readonly format: 1;
  readonly id: string;
  readonly resultSha256: string;
  readonly weightsSha256: string | null;
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
    const found = await this.#readIntact(id);
    return found && { result: found.result, timing: found.timing, hasWeights: found.weights !== undefined };
  }

  /** The same with the weights and masks that the run ended with; undefined also when it is stored without. */
  async readWithWeights(
    id: string,
  ): Promise<{ result: RunResult; parameters: Parameters; masks: Masks } | undefined> {
    const found = await this.#readIntact(id);
    if (found?.weights === undefined) return undefined;
    return { result: found.result, ...decodeCheckpoint(found.weights, this.#file(id, "weights")) };
  }

  /** The weights and masks of a run that is stored with them, as the bytes of a checkpoint. */
  async readCheckpoint(id: string): Promise<Uint8Array> {
    return readFile(this.#file(id, "weights"));
  }

  /** Stores a finished run at once: written beside its place, flushed to disk, renamed. */
  async write(
    { id }: { readonly id: string },
    output: RunOutput<RunResult>,
    timing: RunTiming,
    keepWeights: boolean,
  ): Promise<void> {
    const weights = keepWeights
      ? encodeCheckpoint(this.#network, output.parameters, output.masks)
      : undefined;
    const file: ResultFile = {
      format: 1,
      id,
      resultSha256: sha256(canonicalJson(output.result)),
      weightsSha256: weights === undefined ? null : sha256(weights),
      result: output.result,
    };
    await this.#place(id, async (temporary) => {
      await writeFlushed(path.join(temporary, FILES.result), resultText(file));
      await writeFlushed(path.join(temporary, FILES.timing), `${JSON.stringify(timing)}\n`);
      if (weights !== undefined) await writeFlushed(path.join(temporary, FILES.weights), weights);
    });
  }

  /** Takes over a run that another store holds, with hard links where the disk has them; the same bytes either way. */
  async adopt(source: RunStore, id: string, keepWeights: boolean): Promise<void> {
    const file = await source.#readResultFile(id);
    const weightsSha256 = keepWeights ? file.weightsSha256 : null;
    await this.#place(id, async (temporary) => {
      await writeFlushed(path.join(temporary, FILES.result), resultText({ ...file, weightsSha256 }));
      await linkOrCopy(source.#file(id, "timing"), path.join(temporary, FILES.timing));
      if (weightsSha256 !== null) {
        await linkOrCopy(source.#file(id, "weights"), path.join(temporary, FILES.weights));
      }
    });
  }

  /** Fills a folder beside the run's place, then renames it. */
  async #place(id: string, fill: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = path.join(this.folder, `.${id}.${randomUUID()}.tmp`);
    try {
      await mkdir(temporary, { recursive: true });
      await fill(temporary);
      // A damaged leftover, or the same run stored without weights, makes room.
      await rm(path.join(this.folder, id), { recursive: true, force: true });
      await rename(temporary, path.join(this.folder, id));
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  async #readIntact(
    id: string,
  ): Promise<{ result: RunResult; timing: RunTiming; weights: Uint8Array | undefined } | undefined> {
    try {
      const { result, weightsSha256 } = await this.#readResultFile(id);
      const weights = weightsSha256 === null ? undefined : await readFile(this.#file(id, "weights"));
      if (weights !== undefined && sha256(weights) !== weightsSha256) return undefined;
      const timing = JSON.parse(await readFile(this.#file(id, "timing"), "utf8")) as RunTiming;
      return { result, timing, weights };
    } catch (error) {
      if (isUnreadable(error)) return undefined;
      throw error;
    }
  }

  async #readResultFile(id: string): Promise<ResultFile> {
    const file = JSON.parse(await readFile(this.#file(id, "result"), "utf8")) as ResultFile;
    const intact =
      file.format === 1 && file.id === id && sha256(canonicalJson(file.result)) === file.resultSha256;
    if (!intact) throw new SyntaxError(`${id}: not as it was written`);
    return file;
  }

  #file(id: string, kind: keyof typeof FILES): string {
    return path.join(this.folder, id, FILES[kind]);
  }
}

/** Missing or damaged, as opposed to a disk that does not answer. */
function isUnreadable(error: unknown): boolean {
  const code = systemErrorCode(error);
  return (
    code === "ENOENT" || code === "ENOTDIR" || error instanceof SyntaxError || error instanceof TypeError
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
