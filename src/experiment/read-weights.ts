import { readFile } from "node:fs/promises";
import path from "node:path";
import { findNamed } from "../datasets/data-folder.ts";
import { inputError } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import { excerpt, quote } from "../foundations/quote.ts";
import { decodeSafetensors, type Tensor } from "../foundations/safetensors.ts";
import { readError } from "../foundations/system-errors.ts";
import { type Parameters, parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";

/** The file that a dense network is read from, in place of training it. */
export interface GivenWeights {
  /** Where it lies on this machine; part of no hash. */
  readonly file: string;
  /** Of its bytes. */
  readonly sha256: string;
  /** What it calls the tensors that it does not call as prune-lab does. */
  readonly names: Readonly<Record<string, string>>;
}

/** What `train` says of it. */
export interface WeightsOptions {
  readonly from?: string | undefined;
  readonly names?: Readonly<Record<string, string>> | undefined;
}

/**
 * Finds the file that `train.from` names, and sees that it has the network's weights. Throws a PruneLabError of kind
 * `input` with everything that does not fit.
 */
export async function findWeights(
  { from, names = {} }: WeightsOptions,
  network: NetworkSpec,
  dataDir: string | undefined,
): Promise<GivenWeights | undefined> {
  if (from === undefined) return undefined;
  const file = await findNamed(from, { option: "train.from", what: "file", dataDir });
  const bytes = await read(file);
  parametersIn(bytes, { file, names }, network);
  return { file, sha256: sha256(bytes), names };
}

/** Reads the weights. Throws as `findWeights` does, and when the file is another than it was. */
export async function readWeights(given: GivenWeights, network: NetworkSpec): Promise<Parameters> {
  const bytes = await read(given.file);
  if (sha256(bytes) !== given.sha256) {
    throw inputError(`${given.file} has changed since the study began.`, {
      hint: "Run the same command again.",
    });
  }
  return parametersIn(bytes, given, network);
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw readError(error, file);
  }
}

/** Masks of a checkpoint: `fc1.weight_mask`. What they prune is 0 in the weights. */
const MASK_SUFFIX = "_mask";

function parametersIn(
  bytes: Uint8Array,
  { file, names }: Pick<GivenWeights, "file" | "names">,
  network: NetworkSpec,
): Parameters {
  const left = new Map(decodeSafetensors(bytes, file).map((tensor) => [tensor.name, tensor]));
  const specs = parameterSpecs(network);
  const known = specs.map(({ name }) => name);
  const faults = Object.keys(names)
    .filter((name) => !known.includes(name))
    .map((name) => `train.names has ${quote(name)}, and the network's tensors are ${known.join(", ")}.`);
  const parameters = new Map<string, Float32Array>();
  for (const { name, shape } of specs) {
    const called = Object.hasOwn(names, name) ? (names[name] as string) : name;
    const tensor = left.get(called);
    left.delete(called);
    const fault = tensor === undefined ? `${called} is missing.` : faultOf(tensor, shape);
    if (fault !== undefined) faults.push(called === name ? fault : `${fault} It is to be ${name}.`);
    else if (tensor?.values instanceof Float32Array) parameters.set(name, tensor.values);
  }
  for (const name of left.keys()) {
    const masked = name.endsWith(MASK_SUFFIX) && parameters.has(name.slice(0, -MASK_SUFFIX.length));
    if (!masked) faults.push(`${excerpt(name)} is no tensor of the network.`);
  }
  if (faults.length === 0) return parameters;
  const most = 20;
  const more = faults.length > most ? [`And ${faults.length - most} more.`] : [];
  throw inputError(
    `train.from: ${path.basename(file)} does not have the weights of this network:\n` +
      [...faults.slice(0, most), ...more].map((fault) => `  ${fault}`).join("\n"),
    { hint: "train.names says what the file calls a tensor: { fc1.weight: layers.0.weight }." },
  );
}

function faultOf({ name, shape, values }: Tensor, wanted: readonly number[]): string | undefined {
  if (!(values instanceof Float32Array)) return `${name} has bytes, not numbers.`;
  if (shape.join() !== wanted.join()) {
    return `${name} has the shape [${shape.join(", ")}], not [${wanted.join(", ")}].`;
  }
  const broken = values.findIndex((value) => !Number.isFinite(value));
  return broken < 0 ? undefined : `${name}[${broken}] is ${values[broken]}.`;
}
