import { type Block, gather, list, scatter, totalSize } from "./blocks.ts";
import type { Connections, WeightedStage } from "./connections.ts";
import type { Masks } from "./mask.ts";
import { type Parameters, parameterSpecs } from "./parameters.ts";
import { sizeOf } from "./shapes.ts";
import type { LayerSpec, NetworkSpec, WeightedLayer } from "./specification.ts";

/** The units of a weighted stage that stay, by number. The inputs are the outputs of the stage before. */
export interface KeptUnits {
  readonly stage: WeightedStage;
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
}

/** A network without some of another's units, and where the rest lies in that other, whole one. */
export interface SmallerNetwork {
  /** The same layers with fewer units. */
  readonly spec: NetworkSpec;
  /** Which values of an example it takes, in order; all if undefined. */
  readonly features: Int32Array | undefined;
  /** For each of its parameter tensors, in order, the block that it is of the whole network's. */
  readonly blocks: readonly Block[];
}

/**
 * Removes whole units from a network: what hangs on a unit are its row of the weight, its value of the bias, and
 * its columns of the next weight. `kept` has an entry for each weighted stage.
 *
 * The smaller network computes what the whole one does when no kept weights lead from what is removed to the
 * network's outputs.
 */
export function shrinkNetwork({ spec, stages }: Connections, kept: readonly KeptUnits[]): SmallerNetwork {
  const byLayer = new Map<LayerSpec, KeptUnits>(kept.map((units) => [units.stage.layer, units]));
  const first = kept[0];
  const whole = first === undefined || first.inputs.length === first.stage.inputUnits;
  const channels = stages[0]?.layer.kind !== "dense";
  return {
    spec: {
      ...spec,
      inputShape: whole
        ? spec.inputShape
        : [first.inputs.length, ...(channels ? spec.inputShape.slice(1) : [])],
      layers: spec.layers.map((layer) => {
        const units = byLayer.get(layer);
        return units === undefined ? layer : smallerLayer(units);
      }),
    },
    features: whole ? undefined : expand(first.inputs, sizeOf(spec.inputShape) / first.stage.inputUnits),
    blocks: kept.flatMap(({ stage, inputs, outputs }) => [
      weightBlock(stage, inputs, outputs),
      ...(stage.bias === undefined ? [] : [list(stage.bias.name, outputs)]),
    ]),
  };
}

function smallerLayer({ stage: { layer, group }, inputs, outputs }: KeptUnits): WeightedLayer {
  switch (layer.kind) {
    case "dense":
      return { ...layer, inputs: inputs.length * group, outputs: outputs.length };
    case "conv2d":
      return { ...layer, inChannels: inputs.length, outChannels: outputs.length };
  }
}

/** The weights of some input units for some output units. */
export function weightBlock(
  { weight, columns, group }: WeightedStage,
  inputs: Int32Array,
  outputs: Int32Array,
): Block {
  return { name: weight.name, width: columns, rows: outputs, columns: expand(inputs, group) };
}

/** The columns, or values, of units that have `group` each, side by side. */
function expand(units: Int32Array, group: number): Int32Array {
  if (group === 1) return units;
  return new Int32Array(units.length * group).map(
    (_, i) => (units[Math.floor(i / group)] as number) * group + (i % group),
  );
}

/** The smaller network's tensors, from the whole one's: parameters, moments or gradients. */
export function shrinkTensors({ blocks }: SmallerNetwork, whole: Parameters): Parameters {
  return new Map(
    blocks.map((block) => {
      if (!whole.has(block.name)) throw new Error(`no tensor named '${block.name}'`);
      return [block.name, gather(new Float32Array(totalSize([block])), [block], whole, 0)];
    }),
  );
}

/** The masks of the smaller network's tensors: of those that have one in the whole network. */
export function shrinkMasks({ blocks }: SmallerNetwork, whole: Masks): Masks {
  const masked = blocks.filter(({ name }) => whole.has(name));
  return new Map(
    masked.map((block) => [block.name, gather(new Uint8Array(totalSize([block])), [block], whole, 1)]),
  );
}

/** Writes the smaller network's tensors into the whole one's, which stay as they are elsewhere. */
export function expandTensors({ blocks }: SmallerNetwork, smaller: Parameters, whole: Parameters): void {
  for (const block of blocks) {
    const values = smaller.get(block.name);
    if (values === undefined) throw new Error(`no tensor named '${block.name}'`);
    scatter(values, [block], whole);
  }
}

/** The masks of the whole network that keep what the smaller one has. */
export function masksOf(smaller: SmallerNetwork, { spec }: Connections): Masks {
  const kept = new Map(parameterSpecs(spec).map(({ name, size }) => [name, new Float32Array(size)]));
  const ones = new Map(
    smaller.blocks.map((block) => [block.name, new Float32Array(totalSize([block])).fill(1)]),
  );
  expandTensors(smaller, ones, kept);
  return new Map([...kept].map(([name, values]) => [name, Uint8Array.from(values)]));
}
