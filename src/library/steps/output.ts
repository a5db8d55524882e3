import { access } from "node:fs/promises";
import type { PreparedStudy } from "../../experiment/prepare.ts";
import { inputError } from "../../foundations/errors.ts";
import { sha256 } from "../../foundations/hash.ts";
import type { Metadata } from "../../foundations/safetensors.ts";
import { encodeCheckpoint } from "../../recording/checkpoint.ts";
import { type OutputFile, outputFile } from "../../recording/output-file.ts";
import type { Checkpoint, TensorFile } from "../../recording/read-checkpoint.ts";
import { type PrunedRow, prunedMetadata, studyMetadata } from "../../results/checkpoints.ts";
import type { OutputOptions } from "./options.ts";

/** A checkpoint that a step wrote. */
export interface WrittenCheckpoint {
  readonly file: string;
  readonly bytes: number;
  /** Of its bytes. */
  readonly sha256: string;
}

const KIND = {
  writer: "--out",
  name: "a checkpoint",
  // Eight bytes of length, then the header.
  recognize: (beginning: string) => /^.{1,8}\{"/s.test(beginning),
};

/** Decides before anything is computed whether a checkpoint may be written there. */
export async function checkpointOutput(
  { out, force = false }: OutputOptions,
  inputs: readonly string[],
): Promise<OutputFile> {
  if (out !== "" && !force && (await exists(out))) {
    throw inputError(`${out} exists already.`, { hint: "Replace it with --force, or name another file." });
  }
  return outputFile(out, KIND, { inputs });
}

/** Writes a network as a checkpoint, the same bytes for the same network and metadata. */
export async function writeCheckpoint(
  output: OutputFile,
  { network, parameters, masks, metadata }: Checkpoint,
): Promise<WrittenCheckpoint> {
  const bytes = Buffer.concat(encodeCheckpoint(network, parameters, masks, metadata));
  await output.write(bytes);
  return { file: output.path, bytes: bytes.length, sha256: sha256(bytes) };
}

/**
 * What a checkpoint says of itself that was made of another: what that one says, as far as it still holds, and `changes`.
 * There is no recipe: it hashes the settings of a whole sweep.
 */
export function metadataAfter({ metadata, sha256 }: TensorFile, changes: Metadata): Metadata {
  const { recipe: _recipe, accuracy: _accuracy, loss: _loss, export: _export, ...kept } = metadata;
  return { ...kept, ...changes, source_sha256: sha256 };
}

/** The same of one that was computed with data: the study's part of it, under the names that the other one had. */
export function metadataIn(study: PreparedStudy, given: TensorFile, row: PrunedRow): Metadata {
  const { recipe: _, ...current } = studyMetadata(study);
  const { study: name = study.options.name, model = study.options.model.name } = given.metadata;
  return metadataAfter(given, { ...current, study: name, model, ...prunedMetadata(row) });
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
