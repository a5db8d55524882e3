import { type Block, findKeptIn, gather, list, totalSize } from "../../network/blocks.ts";
import { connectionsOf, type WeightedStage } from "../../network/connections.ts";
import { keptRows, type Masks } from "../../network/mask.ts";
import { shrinkNetwork, weightBlock } from "../../network/shrinking.ts";
import { type NetworkSpec, readsTokens } from "../../network/specification.ts";
import { type ConnectedUnits, connectedUnits } from "../../network/units.ts";
import { exampleSize } from "../examples.ts";
import { absentBiases, biasName } from "./absent-biases.ts";
import { layoutTokens } from "./token-layout.ts";

/**
 * A network as the kernels compute it: without what its masks make superfluous, so that neurons, filters and inputs
 * that nothing depends on cost nothing in any layer. Also where each of the kernels' numbers lies in the whole
 * network's tensors.
 */
export interface KernelLayout {
  /** The varying outputs and the inputs that they need: a smaller network of the same layers. */
  readonly spec: NetworkSpec;
  /** The whole network's inputs. */
  readonly exampleSize: number;
  /** Which of them the smaller network takes; all if undefined. */
  readonly features: Int32Array | undefined;
  /** By layer with weights; in a network of tokens by the name of the weight. */
  readonly layers: ReadonlyMap<string, LayerLayout>;
  /** Number of unused parameters: kept, but no loss depends on them. */
  readonly unused: number;
  /** The kernels' flat array, piece by piece: of each layer weights, biases, folded weights; then what is unused. */
  readonly blocks: readonly Block[];
  /** Length of the flat array. */
  readonly size: number;
  /** Over the flat array, 0 where a value is pruned; undefined when none is. */
  readonly masks: Uint8Array | undefined;
}

export interface LayerLayout {
  readonly keptWeights: number;
  /** Where these lie in the smaller network's tensor if they alone are stored; undefined if it is stored whole. */
  readonly positions: Int32Array | undefined;
  readonly keptBiases: number;
  /** Number of outputs that are constants. */
  readonly constants: number;
  /** Kept weights of constant inputs: by weight, which output (varying ones first) and which constant. */
  readonly folded: { readonly outputs: Int32Array; readonly inputs: Int32Array };
}

/**
 * The largest part of kept weights for which a layer executes sparsely (measured; docs/decisions/kernels-sparse.md).
 * A constant of the build, because the order of sums, and so their last bits, follow it.
 */
function sparseUpTo(kind: "dense" | "conv2d", vectorLength: number): number {
  return kind === "dense" ? 0.4 : vectorLength >= 16 ? 0.5 : 0.65;
}

/** `vectorLength`: floats in a vector of the build that computes it. Every layer gets a bias (absent-biases.ts). */
export function layoutNetwork(spec: NetworkSpec, ownMasks: Masks, vectorLength: number): KernelLayout {
  if (readsTokens(spec)) return layoutTokens(spec, ownMasks, vectorLength);
  const masks: Masks = new Map([...ownMasks, ...absentBiases(spec)]);
  const connections = connectionsOf(spec);
  const connected = connectedUnits(connections, masks, foldsConstants);
  const smaller = shrinkNetwork(
    connections,
    connected.map(({ stage, inputs, outputs }) => ({
      stage,
      inputs: inputs.varying,
      outputs: outputs.varying,
    })),
  );
  const layers = connected.map((units) => layoutLayer(units, masks, vectorLength));
  const unused = connected.flatMap((units) => unusedBlocks(units, masks));
  const blocks = [...layers.flatMap(({ blocks }) => blocks), ...unused];
  const size = totalSize(blocks);
  return {
    spec: smaller.spec,
    exampleSize: exampleSize({ shape: spec.inputShape }),
    features: smaller.features,
    layers: new Map(layers.map(({ name, layout }) => [name, layout])),
    unused: totalSize(unused),
    blocks,
    size,
    masks: masks.size === 0 ? undefined : gather(new Uint8Array(size), blocks, masks, 1),
  };
}

/** The kernels take a constant through its layer's own activation and then through pooling. */
function foldsConstants({ between }: WeightedStage): boolean {
  return !between.some(({ kind }, i) => kind === "activation" && i > 0);
}

function layoutLayer(units: ConnectedUnits, masks: Masks, vectorLength: number) {
  const { stage, kept, inputs, outputs } = units;
  const weights = weightBlock(stage, inputs.varying, outputs.varying);
  const biases = list(biasName(stage), Int32Array.of(...outputs.varying, ...outputs.constant));
  const size = totalSize([weights]);
  const found = kept && findKeptIn(weights, kept);
  const keptWeights = found?.indices.length ?? size;
  const sparse = keptWeights < size && keptWeights <= sparseUpTo(stage.layer.kind, vectorLength) * size;
  const stored = sparse ? found : undefined;
  const { indices, ...folded } = foldedWeights(units);
  const layout: LayerLayout = {
    keptWeights,
    positions: stored?.positions,
    keptBiases: keptIn(biases, masks).length,
    constants: outputs.constant.length,
    folded,
  };
  const blocks = [
    stored === undefined ? weights : list(weights.name, stored.indices),
    biases,
    list(weights.name, indices),
  ];
  return { name: stage.layer.name, layout, blocks };
}

/** Kept weights of inputs that are constants, to any output that is needed. */
function foldedWeights({ stage, kept, inputs, outputs }: ConnectedUnits) {
  const needed = Int32Array.of(...outputs.varying, ...outputs.constant);
  const block = weightBlock(stage, inputs.constant, needed);
  const { indices, positions } = findKeptIn(block, kept);
  const width = block.columns.length;
  return {
    indices,
    outputs: positions.map((position) => Math.floor(position / width)),
    inputs: positions.map((position) => Math.floor((position % width) / stage.group)),
  };
}

/** Kept weights and biases of dead outputs. */
function unusedBlocks({ stage, kept, outputs }: ConnectedUnits, masks: Masks): Block[] {
  const everyInput = new Int32Array(stage.inputUnits).map((_, unit) => unit);
  const weights = weightBlock(stage, everyInput, outputs.dead);
  const biases = list(biasName(stage), outputs.dead);
  return [list(weights.name, findKeptIn(weights, kept).indices), list(biases.name, keptIn(biases, masks))];
}

/** Where the kept values of a list lie in its tensor. */
function keptIn(values: Block, masks: Masks): Int32Array {
  const mask = masks.get(values.name);
  return findKeptIn(values, mask && keptRows(mask, 1)).indices;
}
