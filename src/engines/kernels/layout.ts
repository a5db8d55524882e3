import type { Masks } from "../../network/mask.ts";
import type { LayerSpec, NetworkSpec } from "../../network/specification.ts";
import { exampleSize } from "../examples.ts";
import { type Block, countKept, findKept, gather, list, totalSize } from "./blocks.ts";
import { type ConnectedLayer, findConnectivity, type Units } from "./connectivity.ts";

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
  /** By layer with weights. */
  readonly layers: ReadonlyMap<string, LayerLayout>;
  /** Number of kept parameters that no loss depends on. */
  readonly dormant: number;
  /** The kernels' flat array, piece by piece: of each layer weights, biases, folded weights; then what is dormant. */
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

/** `vectorLength`: floats in a vector of the build that computes it. */
export function layoutNetwork(spec: NetworkSpec, masks: Masks, vectorLength: number): KernelLayout {
  const { inputs, layers: connected } = findConnectivity(spec, masks);
  const layers = connected.map((layer, i) =>
    layoutLayer(layer, connected[i - 1]?.outputs ?? inputs, vectorLength),
  );
  const dormant = connected.flatMap(dormantBlocks);
  const blocks = [...layers.flatMap(({ blocks }) => blocks), ...dormant];
  const size = totalSize(blocks);
  return {
    spec: smallerNetwork(spec, inputs, connected),
    exampleSize: exampleSize({ shape: spec.inputShape }),
    features: featuresOf(spec, inputs),
    layers: new Map(layers.map(({ name, layout }) => [name, layout])),
    dormant: totalSize(dormant),
    blocks,
    size,
    masks: masks.size === 0 ? undefined : gather(new Uint8Array(size), blocks, masks, 1),
  };
}

function layoutLayer(layer: ConnectedLayer, before: Units, vectorLength: number) {
  const [weights, biases] = blocksOf(layer, before);
  const size = totalSize([weights]);
  const keptWeights = countKept(weights, layer.weightMask);
  const sparse = keptWeights < size && keptWeights <= sparseUpTo(layer.layer.kind, vectorLength) * size;
  const stored = sparse ? findKept(weights, layer.weightMask, keptWeights) : undefined;
  const { indices, ...folded } = foldedWeights(layer, before);
  const layout: LayerLayout = {
    keptWeights,
    positions: stored?.positions,
    keptBiases: countKept(biases, layer.biasMask),
    constants: layer.outputs.constant.length,
    folded,
  };
  const blocks = [
    stored === undefined ? weights : list(weights.name, stored.indices),
    biases,
    list(weights.name, indices),
  ];
  return { name: layer.layer.name, layout, blocks };
}

function blocksOf(layer: ConnectedLayer, before: Units): [weights: Block, biases: Block] {
  const { name } = layer.layer;
  const { varying, constant } = layer.outputs;
  return [
    {
      name: `${name}.weight`,
      width: layer.columns,
      rows: varying,
      columns: expand(before.varying, layer.group),
    },
    list(`${name}.bias`, Int32Array.of(...varying, ...constant)),
  ];
}

/** The columns, or values, of units that have `group` each. */
function expand(units: Int32Array, group: number): Int32Array {
  if (group === 1) return units;
  const all = new Int32Array(units.length * group);
  for (let i = 0; i < all.length; i++) {
    all[i] = (units[Math.floor(i / group)] as number) * group + (i % group);
  }
  return all;
}

/** Kept weights of inputs that are constants, to any output that is needed. */
function foldedWeights({ layer, columns, group, outputs, weightMask }: ConnectedLayer, before: Units) {
  const block = {
    name: `${layer.name}.weight`,
    width: columns,
    rows: Int32Array.of(...outputs.varying, ...outputs.constant),
    columns: expand(before.constant, group),
  };
  const { indices, positions } = findKept(block, weightMask);
  const width = block.columns.length;
  return {
    indices,
    outputs: positions.map((position) => Math.floor(position / width)),
    inputs: positions.map((position) => Math.floor((position % width) / group)),
  };
}

/** Kept weights and biases of dead outputs. */
function dormantBlocks({ layer, columns, outputs, weightMask, biasMask }: ConnectedLayer): Block[] {
  const weights = {
    name: `${layer.name}.weight`,
    width: columns,
    rows: outputs.dead,
    columns: Int32Array.from({ length: columns }, (_, column) => column),
  };
  const biases = list(`${layer.name}.bias`, outputs.dead);
  return [
    list(weights.name, findKept(weights, weightMask).indices),
    list(biases.name, findKept(biases, biasMask).indices),
  ];
}

/** Whether single inputs are units, and not channels: then the smaller network's input is flat. */
function hasFlatInput({ inputShape }: NetworkSpec, { varying, dead }: Units): boolean {
  return varying.length + dead.length === exampleSize({ shape: inputShape });
}

function featuresOf(spec: NetworkSpec, inputs: Units): Int32Array | undefined {
  if (inputs.dead.length === 0) return undefined;
  return expand(
    inputs.varying,
    exampleSize({ shape: spec.inputShape }) / (inputs.varying.length + inputs.dead.length),
  );
}

function smallerNetwork(spec: NetworkSpec, inputs: Units, connected: readonly ConnectedLayer[]): NetworkSpec {
  const [, ...plane] = spec.inputShape;
  const count = inputs.varying.length;
  const inputShape =
    inputs.dead.length === 0 ? spec.inputShape : hasFlatInput(spec, inputs) ? [count] : [count, ...plane];
  const byLayer = new Map<LayerSpec, readonly [ConnectedLayer, Units]>(
    connected.map((layer, i) => [layer.layer, [layer, connected[i - 1]?.outputs ?? inputs]]),
  );
  const layers = spec.layers.map((layer): LayerSpec => {
    const found = byLayer.get(layer);
    if (found === undefined) return layer;
    const [{ group, outputs }, before] = found;
    const [inUnits, outUnits] = [before.varying.length, outputs.varying.length];
    if (layer.kind === "conv2d") return { ...layer, inChannels: inUnits, outChannels: outUnits };
    return layer.kind === "dense" ? { ...layer, inputs: inUnits * group, outputs: outUnits } : layer;
  });
  return { ...spec, inputShape, layers };
}
