import { ownNetwork } from "../../experiment/construct.ts";
import { inputError } from "../../foundations/errors.ts";
import { modelMapping } from "../../models/model-mapping.ts";
import { parameterSpecs } from "../../network/parameters.ts";
import { type ShrunkNetwork, shrinkMasked } from "../../network/shrunk.ts";
import { hasWeights, type LayerSpec, readsTokens } from "../../network/specification.ts";
import { measureNetwork, type NetworkMeasure, type TensorMeasure } from "../../pruning/measure.ts";
import { type Checkpoint, type TensorFile, weightsIn } from "../../recording/read-checkpoint.ts";
import { measureColumns } from "../../results/tabulate-results.ts";
import type { CheckpointOptions, OutputOptions } from "./options.ts";
import {
  checkpointOutput,
  metadataAfter,
  metadataIn,
  type WrittenCheckpoint,
  writeCheckpoint,
} from "./output.ts";
import { NO_GRID, prunableIn, readGiven, withSubject } from "./subject.ts";

export interface ShrinkOptions extends CheckpointOptions, OutputOptions {}

/** What the masks leave of a network, by the names of the columns of results.csv. */
export type Sizes = ReturnType<typeof measureColumns>;

export interface ShrunkLayer {
  readonly layer: string;
  /** Of its weight, [outputs, inputs, ...]. */
  readonly shape: readonly number[];
  readonly shape_before: readonly number[];
  /** Of weight and bias. */
  readonly parameters: number;
  readonly parameters_before: number;
  /** Multiply-accumulates for one example, of all weights. */
  readonly macs: number;
  readonly macs_before: number;
}

export interface ShrinkOutcome extends WrittenCheckpoint {
  /** The `model:` of a config that builds the network, to start from it (`train.from`); null where there is none. */
  readonly model: Readonly<Record<string, unknown>> | null;
  readonly before: Sizes;
  readonly after: Sizes;
  readonly layers: readonly ShrunkLayer[];
}

/**
 * Rebuilds a masked network without units that no output depends on and units that are the same for every example, whose
 * value goes into the next biases, and writes it. It takes the same examples, and its outputs are those of the masked one
 * but for rounding. What is left of the masks stays. Needs no data, unless the file does not say its network.
 *
 * Throws a PruneLabError of kind `input` for what is no checkpoint, and for a file that exists.
 */
export async function shrink(checkpoint: string, options: ShrinkOptions): Promise<ShrinkOutcome> {
  const output = await checkpointOutput(options, [checkpoint]);
  const given = await readGiven(checkpoint);
  const { network, parameters, masks, prunable, metadata } = await weightsOf(given, options);
  if (readsTokens(network)) {
    throw inputError(
      `${given.file} is a transformer, whose layers are not followed unit by unit: it cannot be made smaller.`,
      {
        hint: "prune-lab export --format safetensors-compressed stores what is kept alone.",
      },
    );
  }
  const small = withAllBiases(shrinkMasked(network, parameters, masks, { inputs: "all" }));
  const tensors = prunable.map((name) => ({ name }));
  const before = measureNetwork(network, masks, tensors);
  const after = measureNetwork(small.spec, small.masks, tensors);
  const model = modelMapping(small.spec);
  const { target_sparsity: _, ...kept } = metadata;
  const written = await writeCheckpoint(output, {
    network: small.spec,
    parameters: small.parameters,
    masks: small.masks,
    metadata: {
      ...kept,
      run: `${metadata.run ?? "network"}-shrunk`,
      model: String(model?.name ?? metadata.model),
      network: JSON.stringify(small.spec),
      prunable: JSON.stringify(prunable),
      sparsity: String(after.sparsity),
    },
  });
  return {
    ...written,
    model: model ?? null,
    before: measureColumns(before),
    after: measureColumns(after),
    layers: layersOf(before, after),
  };
}

/** The network of a file; where it does not say, that of the config and its data. */
async function weightsOf(
  given: TensorFile,
  options: CheckpointOptions,
): Promise<Checkpoint & { readonly prunable: readonly string[] }> {
  const { network } = given;
  if (network !== undefined && options.config === undefined) {
    const weights = parameterSpecs(network).filter(({ role }) => role === "weight");
    const prunable = prunableIn(given) ?? weights.map(({ name }) => name);
    return { network, ...weightsIn(given, network), prunable, metadata: metadataAfter(given, {}) };
  }
  return withSubject(given, options, NO_GRID, async ({ study, parameters, masks }) => ({
    network: study.settings.network,
    parameters,
    masks,
    prunable: ownNetwork(study.settings).tensors.map(({ name }) => name),
    metadata: metadataIn(study, given, {}),
  }));
}

/** Where a constant has made a bias in a network without any, the other layers get one of zeros: models have all or none. */
function withAllBiases(shrunk: ShrunkNetwork): ShrunkNetwork {
  const { spec, parameters } = shrunk;
  const weighted = spec.layers.filter(hasWeights);
  const without = weighted.filter(({ bias }) => bias === false);
  if (without.length === 0 || without.length === weighted.length) return shrunk;
  const layers = spec.layers.map((layer): LayerSpec => {
    if (!hasWeights(layer)) return layer;
    const { bias: _, ...biased } = layer;
    return biased;
  });
  const whole = { ...spec, layers };
  return {
    ...shrunk,
    spec: whole,
    parameters: new Map(
      parameterSpecs(whole).map(({ name, size }) => [name, parameters.get(name) ?? new Float32Array(size)]),
    ),
  };
}

function layersOf(before: NetworkMeasure, after: NetworkMeasure): ShrunkLayer[] {
  const sum = (tensors: readonly TensorMeasure[], of: (tensor: TensorMeasure) => number) =>
    tensors.reduce((total, tensor) => total + of(tensor), 0);
  const names = [...new Set(before.tensors.map(({ layer }) => layer))];
  return names.map((layer) => {
    const [was, is] = [before, after].map(({ tensors }) =>
      tensors.filter((tensor) => tensor.layer === layer),
    );
    const shapeOf = (tensors: readonly TensorMeasure[] = []) => tensors[0]?.shape ?? [];
    return {
      layer,
      shape: shapeOf(is),
      shape_before: shapeOf(was),
      parameters: sum(is ?? [], ({ size }) => size),
      parameters_before: sum(was ?? [], ({ size }) => size),
      macs: sum(is ?? [], ({ denseMacs }) => denseMacs),
      macs_before: sum(was ?? [], ({ denseMacs }) => denseMacs),
    };
  });
}
