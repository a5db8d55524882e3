import type { Masks } from "../../network/mask.ts";
import type { Conv2dSpec, DenseSpec, LayerSpec, NetworkSpec } from "../../network/specification.ts";

/**
 * Which outputs of which layers a network with masks has to compute for every example.
 *
 * - Dead: no kept weights lead from it to an output of the network. It need not be computed at all.
 * - Constant: no kept weights lead to it from an input, so it is the same for every example.
 * - Varying: the rest.
 *
 * A unit is an output of a dense layer, a channel of a convolution, a channel of the input, or, where a dense
 * layer comes first, a single input. Each layer has at least one varying unit, so that no tensor is empty. Only masks
 * count, never values.
 */
export interface Connectivity {
  readonly inputs: Units;
  /** One for each layer with weights, in order. */
  readonly layers: readonly ConnectedLayer[];
}

export interface ConnectedLayer {
  readonly layer: WeightedLayer;
  /** Weights of one output: `group` for each unit of the layer before. */
  readonly columns: number;
  readonly group: number;
  readonly weightMask: Uint8Array | undefined;
  readonly biasMask: Uint8Array | undefined;
  readonly outputs: Units;
}

/** Unit numbers in rising order. */
export interface Units {
  readonly varying: Int32Array;
  readonly constant: Int32Array;
  readonly dead: Int32Array;
}

export type WeightedLayer = DenseSpec | Conv2dSpec;

type Stage = Omit<ConnectedLayer, "outputs"> & {
  readonly units: number;
  /** Whether an output that is a constant is one for the next layer, too. */
  readonly passesConstants: boolean;
};

export function findConnectivity(spec: NetworkSpec, masks: Masks): Connectivity {
  const stages = stagesOf(spec, masks);
  const first = stages[0];
  const inputUnits = first === undefined ? 0 : first.columns / first.group;

  // From the outputs back: what reaches them.
  const reaching: Uint8Array[] = [];
  let reaches: Uint8Array = new Uint8Array(stages.at(-1)?.units ?? 0).fill(1);
  for (const stage of [...stages].reverse()) {
    reaching.unshift(reaches);
    reaches = atLeastOne(inputsReaching(stage, reaches));
  }

  // From the inputs on: what they change.
  const inputs = split(reaches, new Uint8Array(inputUnits).fill(1));
  let varies: Uint8Array = reaches;
  const layers = stages.map(({ units, passesConstants, ...stage }, i): ConnectedLayer => {
    const live = reaching[i] as Uint8Array;
    varies = passesConstants ? outputsVarying(stage, live, varies) : live;
    return { ...stage, outputs: split(live, varies) };
  });
  return { inputs, layers };
}

function stagesOf(spec: NetworkSpec, masks: Masks): Stage[] {
  const stages: Stage[] = [];
  let units = unitsOfInput(spec);
  spec.layers.forEach((layer, at) => {
    if (layer.kind !== "dense" && layer.kind !== "conv2d") return;
    const columns =
      layer.kind === "dense" ? layer.inputs : layer.inChannels * layer.kernelHeight * layer.kernelWidth;
    const group = columns / units;
    units = layer.kind === "dense" ? layer.outputs : layer.outChannels;
    stages.push({
      layer,
      columns,
      group,
      weightMask: masks.get(`${layer.name}.weight`),
      biasMask: masks.get(`${layer.name}.bias`),
      units,
      passesConstants: passesConstants(spec.layers.slice(at + 1)),
    });
  });
  return stages;
}

/** Single inputs where they meet a dense layer one by one, else channels. */
function unitsOfInput({ inputShape, layers }: NetworkSpec): number {
  const first = layers.findIndex(({ kind }) => kind === "dense" || kind === "conv2d" || kind === "max-pool");
  const layer = layers[first];
  return layer?.kind === "dense" ? layer.inputs : (inputShape[0] ?? 1);
}

/**
 * Whether a constant stays one through what follows, up to the next weights, as the kernels see to it: through its own
 * activation and pooling, but not where a border of zeros comes beside it.
 */
function passesConstants(following: readonly LayerSpec[]): boolean {
  for (const [i, layer] of following.entries()) {
    if (layer.kind === "dense") return true;
    if (layer.kind === "conv2d") return layer.padding === 0;
    if (layer.kind === "activation" && i > 0) return false;
  }
  // The network's outputs: the loss takes them example by example.
  return false;
}

/** Which input units have kept weights to outputs that are needed. */
function inputsReaching({ columns, group, weightMask }: Stage, outputs: Uint8Array): Uint8Array {
  const inputs = new Uint8Array(columns / group);
  if (weightMask === undefined) return inputs.fill(outputs.includes(1) ? 1 : 0);
  for (let row = 0; row < outputs.length; row++) {
    if (outputs[row] === 0) continue;
    for (let unit = 0, at = row * columns; unit < inputs.length; unit++) {
      let any = 0;
      for (const end = at + group; at < end; at++) any |= weightMask[at] as number;
      inputs[unit] = (inputs[unit] as number) | any;
    }
  }
  return inputs;
}

/** Which of the `live` outputs have kept weights of inputs that vary. */
function outputsVarying(
  { columns, group, weightMask }: Pick<Stage, "columns" | "group" | "weightMask">,
  live: Uint8Array,
  inputs: Uint8Array,
): Uint8Array {
  if (weightMask === undefined) return live;
  const outputs = new Uint8Array(live.length);
  for (let row = 0; row < live.length; row++) {
    if (live[row] === 0) continue;
    for (let i = row * columns; i < (row + 1) * columns && outputs[row] === 0; i++) {
      if (weightMask[i] !== 0 && inputs[Math.floor((i % columns) / group)] === 1) outputs[row] = 1;
    }
  }
  if (!outputs.includes(1)) outputs[live.indexOf(1)] = 1;
  return outputs;
}

function atLeastOne(units: Uint8Array): Uint8Array {
  if (!units.includes(1)) units[0] = 1;
  return units;
}

function split(live: Uint8Array, varies: Uint8Array): Units {
  const where = (test: (unit: number) => boolean) =>
    Int32Array.from([...live.keys()].filter((unit) => test(unit)));
  return {
    varying: where((unit) => live[unit] === 1 && varies[unit] === 1),
    constant: where((unit) => live[unit] === 1 && varies[unit] === 0),
    dead: where((unit) => live[unit] === 0),
  };
}
