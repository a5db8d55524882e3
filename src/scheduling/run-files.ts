import { open, readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { RunResult } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import { failure, type PruneLabError, systemErrorCode } from "../foundations/errors.ts";
import { canonicalJson, sha256 } from "../foundations/hash.ts";
import { readError } from "../foundations/system-errors.ts";
import type { Masks } from "../network/mask.ts";
import { type Parameters, parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { decodeCheckpoint } from "../recording/checkpoint.ts";
import { type RunTiming, timingSchema } from "./stored-run.ts";

export const RESULT_FILE = "result.json";
export const TIMING_FILE = "timing.json";
export const ARTIFACT_FILES: Readonly<Record<Artifact, string>> = {
  weights: "weights.safetensors",
  optimizer: "optimizer.safetensors",
};

const resultFileSchema = z.object({
  format: z.literal(2),
  id: z.string(),
  resultSha256: z.string(),
  artifactsSha256: z.partialRecord(z.enum(["weights", "optimizer"] satisfies Artifact[]), z.string()),
  result: z.looseObject({ kind: z.string(), status: z.string() }),
});

export interface ResultFile {
  readonly format: 2;
  readonly id: string;
  readonly resultSha256: string;
  readonly artifactsSha256: Readonly<Partial<Record<Artifact, string>>>;
  readonly result: RunResult;
}

/** Has a checksum of its own: a result's file must not hang on how long the run took. */
const timingFileSchema = z.object({ format: z.literal(1), timingSha256: z.string(), timing: timingSchema });

/** A file of a run that is not as it was written. */
class Damaged extends Error {}

/** The files of runs, each checked by its SHA-256 when it is read. For one that is not as it was written they throw what `unlessDamaged` knows. */
export class RunFiles {
  readonly #folder: string;
  readonly #network: NetworkSpec;

  constructor(folder: string, network: NetworkSpec) {
    this.#folder = folder;
    this.#network = network;
  }

  path(id: string, file: string): string {
    return path.join(this.#folder, id, file);
  }

  async readResult(id: string): Promise<ResultFile> {
    const text = await this.#read(id, RESULT_FILE, readWhole);
    const file = resultFileSchema.parse(JSON.parse(text.toString("utf8"))) as unknown as ResultFile;
    refuseChanged(
      file.id === id &&
        file.resultSha256 === sha256(canonicalJson(file.result)) &&
        resultText(file) === String(text),
      id,
    );
    return file;
  }

  async readTiming(id: string): Promise<RunTiming> {
    const text = String(await this.#read(id, TIMING_FILE, readWhole));
    const { timing } = timingFileSchema.parse(JSON.parse(text));
    refuseChanged(timingText(timing) === text, id);
    return timing;
  }

  async readArtifact({ id, artifactsSha256 }: ResultFile, artifact: Artifact): Promise<Uint8Array> {
    const bytes = await this.#read(id, ARTIFACT_FILES[artifact], readWhole);
    refuseChanged(sha256(bytes) === artifactsSha256[artifact], id);
    return bytes;
  }

  /** The weights in memory that threads share. */
  async readSharedWeights({ id, artifactsSha256 }: ResultFile): Promise<Uint8Array> {
    const bytes = await this.#read(id, ARTIFACT_FILES.weights, readShared);
    refuseChanged(sha256(bytes) === artifactsSha256.weights, id);
    return bytes;
  }

  async #read<Bytes>(id: string, name: string, read: (file: string) => Promise<Bytes>): Promise<Bytes> {
    const file = this.path(id, name);
    try {
      return await read(file);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR")
        throw new Damaged(id, { cause: error });
      throw readError(error, file);
    }
  }

  /** Whoever finds the weights expects a value for each parameter. */
  refuseOtherNetwork({ id, result: { network = this.#network } }: ResultFile, bytes: Uint8Array): void {
    const { parameters, masks } = decodeCheckpoint(bytes, this.path(id, ARTIFACT_FILES.weights));
    const sizes = new Map(parameterSpecs(network).map(({ name, size }) => [name, size]));
    const fits = (tensors: Parameters | Masks) =>
      [...tensors].every(([name, { length }]) => sizes.get(name) === length);
    refuseChanged(parameters.size === sizes.size && fits(parameters) && fits(masks), id);
  }
}

const readWhole = (file: string) => readFile(file);

/** The same in memory that threads share. */
async function readShared(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let done = 0; done < size; ) {
      const { bytesRead } = await handle.read(bytes, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** What `read` gives, or undefined where files are missing or damaged, as opposed to a disk that does not answer. */
export async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Damaged || error instanceof SyntaxError || error instanceof z.ZodError)
      return undefined;
    throw error;
  }
}

function refuseChanged(isAsWritten: boolean, id: string): void {
  if (!isAsWritten) throw new Damaged(id);
}

export function resultText(file: ResultFile): string {
  return `${JSON.stringify(file, null, 1)}\n`;
}

export function timingText(timing: RunTiming): string {
  return `${JSON.stringify({ format: 1, timingSha256: sha256(canonicalJson(timing)), timing })}\n`;
}

/** A run that was found, and is there no longer. */
export function goneMeanwhile(message: string): PruneLabError {
  return failure(message, {
    hint: "Something removed or changed it while the sweep ran. Run the same command again to continue.",
  });
}
