import { readFile } from "node:fs/promises";
import { inputError } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import { excerpt, firstOf } from "../foundations/quote.ts";
import type { Metadata, Tensor } from "../foundations/safetensors.ts";
import { readError } from "../foundations/system-errors.ts";
import { fitTensors } from "../network/fit-tensors.ts";
import { MASK_SUFFIX, type Masks } from "../network/mask.ts";
import type { Parameters } from "../network/parameters.ts";
import { layerOutputShapes } from "../network/shapes.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { networkSpecSchema } from "../network/specification-schema.ts";
import { readTensors } from "../pruning/compression.ts";

/** A network with everything that its file says of it. */
export interface Checkpoint {
  readonly network: NetworkSpec;
  readonly parameters: Parameters;
  readonly masks: Masks;
  /** As docs/checkpoints.md lists it. */
  readonly metadata: Metadata;
}

const HINT = "prune-lab sweep --checkpoints all writes one of every network (docs/checkpoints.md).";

/** A safetensors file, of prune-lab or another program, compressed or not. */
export interface TensorFile {
  readonly file: string;
  /** Of its bytes. */
  readonly sha256: string;
  /** Masks are `<name>_mask`. */
  readonly tensors: readonly Tensor[];
  /** Of other programs' files nothing that prune-lab knows. */
  readonly metadata: Metadata;
  /** Undefined where the file does not say. */
  readonly network: NetworkSpec | undefined;
}

/**
 * Reads a checkpoint that prune-lab wrote. Throws a PruneLabError of kind `input` that names `file` when it cannot be
 * read, is damaged, or says no network that its tensors fit.
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const read = await readTensorFile(file);
  const { network, metadata } = read;
  if (network === undefined) {
    throw inputError(`${file} is no checkpoint of prune-lab: its metadata names no network.`, { hint: HINT });
  }
  return { network, ...weightsIn(read, network), metadata };
}

/** Throws a PruneLabError of kind `input` for a file that cannot be read, or is damaged. */
export async function readTensorFile(file: string): Promise<TensorFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readError(error, file);
  });
  const { tensors, metadata } = readTensors(bytes, file);
  return { file, sha256: sha256(bytes), tensors, metadata, network: networkIn(metadata, file) };
}

/**
 * The weights of a network and their masks in a file; `names` says what it calls the tensors that it calls otherwise.
 * Throws as `readCheckpoint` does.
 */
export function weightsIn(
  { file, tensors }: Pick<TensorFile, "file" | "tensors">,
  network: NetworkSpec,
  names: Readonly<Record<string, string>> = {},
): Pick<Checkpoint, "parameters" | "masks"> {
  const { parameters, masks: found, faults } = fitTensors(tensors, network, names);
  const masks = new Map<string, Uint8Array>();
  const broken: string[] = [];
  for (const [name, mask] of found) {
    if (mask instanceof Uint8Array && isMaskOf(mask, parameters.get(name))) masks.set(name, mask);
    else broken.push(`${name}${MASK_SUFFIX} is no mask of ${name}.`);
  }
  const all = [...faults, ...broken];
  if (all.length === 0) return { parameters, masks };
  throw inputError(
    `${file} does not have the weights of the network that it is said to have:\n` +
      firstOf(all)
        .map((fault) => `  ${fault}`)
        .join("\n"),
  );
}

/** The network that the metadata describes; undefined where it describes none. */
function networkIn(metadata: Metadata, file: string): NetworkSpec | undefined {
  const { network: text } = metadata;
  if (text === undefined) return undefined;
  const refuse = (reason: string, cause?: unknown) =>
    inputError(`${file}: the network in its metadata cannot be read: ${reason}.`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw refuse("it is not JSON", cause);
  }
  const parsed = networkSpecSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`${excerpt(issue?.path.join(".") || "the top level")} is not as a network has it`);
  }
  try {
    layerOutputShapes(parsed.data);
  } catch (cause) {
    throw refuse((cause as RangeError).message, cause);
  }
  return parsed.data;
}

/** 0 or 1 for each value, which is 0 where the mask is. */
function isMaskOf(mask: Uint8Array, values: Float32Array | undefined): boolean {
  return (
    mask.length === values?.length && mask.every((kept, i) => kept === 1 || (kept === 0 && values[i] === 0))
  );
}
