import { readFile } from "node:fs/promises";
import { findNamed } from "../datasets/data-folder.ts";
import { collectGarbage } from "../foundations/collect-garbage.ts";
import { inputError } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import { firstOf, quote } from "../foundations/quote.ts";
import { readError } from "../foundations/system-errors.ts";
import { foldTokenTypes, isPositionNumbers } from "../models/pretrained/tensors.ts";
import { fitTensors } from "../network/fit-tensors.ts";
import { type Parameters, parameterSpecs } from "../network/parameters.ts";
import { type NetworkSpec, readsTokens } from "../network/specification.ts";
import { readTensors } from "../pruning/compression.ts";

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
  /** What a model brings, which is taken without `from`: an absolute path. */
  readonly ofModel?: string | undefined;
}

/**
 * Finds the file that `train.from` names, or that comes with the model, and sees that it has the network's weights. Throws a PruneLabError of kind
 * `input` with everything that does not fit.
 */
export async function findWeights(
  { from, names = {}, ofModel }: WeightsOptions,
  network: NetworkSpec,
  dataDir: string | undefined,
): Promise<GivenWeights | undefined> {
  const file =
    from === undefined ? ofModel : await findNamed(from, { option: "train.from", what: "file", dataDir });
  if (file === undefined) return undefined;
  const { sha256: found, bytes } = await checked(file, names, network);
  collectGarbage(bytes);
  return { file, sha256: found, names };
}

/** Lets go of what it reads: runs read it again. */
async function checked(file: string, names: Readonly<Record<string, string>>, network: NetworkSpec) {
  const bytes = await read(file);
  parametersIn(bytes, { file, names }, network);
  return { sha256: sha256(bytes), bytes: bytes.length };
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

function parametersIn(
  bytes: Uint8Array,
  { file, names }: Pick<GivenWeights, "file" | "names">,
  network: NetworkSpec,
): Parameters {
  const known = parameterSpecs(network).map(({ name }) => name);
  const unknown = Object.keys(names)
    .filter((name) => !known.includes(name))
    .map((name) => `train.names has ${quote(name)}, and the network's tensors are ${known.join(", ")}.`);
  const tensors = readsTokens(network)
    ? foldTokenTypes(readTensors(bytes, file, isPositionNumbers).tensors)
    : readTensors(bytes, file).tensors;
  const { parameters, faults } = fitTensors(tensors, network, names);
  const all = [...unknown, ...faults];
  if (all.length === 0) return parameters;
  throw inputError(
    `${file} does not have the weights of this network:\n` +
      firstOf(all)
        .map((fault) => `  ${fault}`)
        .join("\n"),
    { hint: "train.names says what the file calls a tensor: { fc1.weight: layers.0.weight }." },
  );
}
