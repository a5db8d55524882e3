import { activations } from "./activations.ts";
import { connectionsOf, type WeightedStage } from "./connections.ts";
import type { Masks } from "./mask.ts";
import { type Parameters, parameterSpecs } from "./parameters.ts";
import { shrinkMasks, shrinkNetwork, shrinkTensors } from "./shrinking.ts";
import { hasWeights, type LayerSpec, type NetworkSpec } from "./specification.ts";
import { type ConnectedUnits, connectedUnits } from "./units.ts";

/** A smaller network that computes what a masked one does. */
export interface ShrunkNetwork {
  readonly spec: NetworkSpec;
  readonly parameters: Parameters;
  /** What is still pruned in it; a tensor that is whole has none. */
  readonly masks: Masks;
  /** Which values of an example it takes, in order; all if undefined. */
  readonly features: Int32Array | undefined;
}

/**
 * The network without units that no output depends on, and without those that are the same for every example, whose
 * value goes into the next biases. A layer without biases gets some where that is not 0. The outputs are those of the
 * masked network but for rounding: constants are summed in double precision, and stored as float32.
 *
 * `inputs: "all"` keeps inputs that nothing depends on, so that it takes the same examples. Units that a padded
 * convolution reads stay though they are constant: zeros stand beside them.
 */
export function shrinkMasked(
  spec: NetworkSpec,
  parameters: Parameters,
  masks: Masks,
  { inputs }: { readonly inputs: "all" | "used" },
): ShrunkNetwork {
  const { units, smaller } = shrunkOf(spec, masks, inputs);
  const tensors = new Map(shrinkTensors(smaller, parameters));
  const biased = new Set<string>();
  let constants = new Float64Array();
  for (const unit of units) {
    const { stage, outputs } = unit;
    const sums = foldedSums(unit, constants, parameters, masks);
    const folded = Float32Array.from(outputs.varying, (row) => sums[row] as number);
    if (stage.bias !== undefined) tensors.set(stage.bias.name, folded);
    else if (folded.some((value) => value !== 0)) {
      biased.add(stage.layer.name);
      tensors.set(`${stage.layer.name}.bias`, folded);
    }
    constants = Float64Array.from(outputs.constant, (row) => through(stage.between, sums[row] as number));
  }
  const small = biased.size === 0 ? smaller.spec : withBiases(smaller.spec, biased);
  return {
    spec: small,
    // In the order that a network has them.
    parameters: new Map(
      parameterSpecs(small).map(({ name }) => [name, tensors.get(name) ?? new Float32Array()]),
    ),
    masks: new Map([...shrinkMasks(smaller, masks)].filter(([, mask]) => mask.includes(0))),
    features: smaller.features,
  };
}

/** Which units stay, and the network of these: a function of the masks alone. */
export function shrunkOf(spec: NetworkSpec, masks: Masks, inputs: "all" | "used") {
  const connections = connectionsOf(spec);
  const units = connectedUnits(connections, masks, () => true);
  const smaller = shrinkNetwork(
    connections,
    units.map((unit, i) => ({
      stage: unit.stage,
      inputs: i === 0 && inputs === "all" ? numbers(unit.stage.inputUnits) : unit.inputs.varying,
      outputs: unit.outputs.varying,
    })),
  );
  return { units, smaller };
}

function numbers(count: number): Int32Array {
  return new Int32Array(count).map((_, i) => i);
}

/** Of each output, its bias and what constant inputs bring to it, before the activation. */
function foldedSums(
  { stage, inputs }: ConnectedUnits,
  constants: Float64Array,
  parameters: Parameters,
  masks: Masks,
): Float64Array {
  const { weight, bias, columns, group, outputUnits }: WeightedStage = stage;
  const sums = Float64Array.from(
    (bias && parameters.get(bias.name)) ?? new Float32Array(outputUnits),
    (value, row) => (bias !== undefined && masks.get(bias.name)?.[row] === 0 ? 0 : value),
  );
  const values = parameters.get(weight.name);
  if (values === undefined) throw new Error(`no tensor named '${weight.name}'`);
  const mask = masks.get(weight.name);
  for (let row = 0; row < outputUnits; row++) {
    for (const [i, unit] of inputs.constant.entries()) {
      for (let at = row * columns + unit * group, end = at + group; at < end; at++) {
        if (mask?.[at] === 0) continue;
        sums[row] = (sums[row] as number) + (values[at] as number) * (constants[i] as number);
      }
    }
  }
  return sums;
}

/** What a constant becomes before the next weights. Pooling and flattening leave it as it is. */
function through(layers: readonly LayerSpec[], value: number): number {
  return layers.reduce(
    (x, layer) => (layer.kind === "activation" ? activations[layer.activation](x) : x),
    value,
  );
}

function withBiases(spec: NetworkSpec, layers: ReadonlySet<string>): NetworkSpec {
  return {
    ...spec,
    layers: spec.layers.map((layer) => {
      if (!hasWeights(layer) || !layers.has(layer.name)) return layer;
      const { bias: _, ...biased } = layer;
      return biased;
    }),
  };
}
