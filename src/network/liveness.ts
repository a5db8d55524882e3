import { type ConnectingLayer, visitEdges } from "./edges.ts";
import { countKept, type Masks } from "./mask.ts";
import { parameterSpecs } from "./parameters.ts";
import { layerOutputShapes, sizeOf } from "./shapes.ts";
import type { LayerSpec, NetworkSpec } from "./specification.ts";

export interface Liveness {
  /** Kept values on a live path, by parameter name. */
  readonly live: ReadonlyMap<string, number>;
  /** No output unit is connected to any input. */
  readonly collapsed: boolean;
}

/**
 * Follows the kept weights between the inputs and the outputs. A unit (one value of one example; of an image,
 * one position of one channel) is live when kept weights lead from some input to it and from it to some
 * output. A weight is live when a connection that it makes joins two live units; a bias, when it acts on a
 * live unit. Only masks count, never values: a kept weight that happens to be 0, or a ReLU that never opens,
 * cuts no path.
 *
 * Weights on no such path are what the effective sparsity of Vysogorets and Kempe (2021, "Connectivity
 * matters") adds to those pruned.
 */
export function networkLiveness(spec: NetworkSpec, masks: Masks): Liveness {
  const stages = connectingStages(spec, masks);

  // 1. From the inputs on: which units vary with some input. varies[i] is what stage i reads.
  const varies = [ones(sizeOf(spec.inputShape))];
  for (const [i, { layer, inputShape, outputShape, mask }] of stages.entries()) {
    const inputs = varies[i] as Uint8Array;
    const outputs = new Uint8Array(sizeOf(outputShape));
    visitEdges(layer, inputShape, outputShape, mask, (from, to) => {
      if (inputs[from] === 1) outputs[to] = 1;
    });
    varies.push(outputs);
  }
  const networkOutputs = varies.at(-1) as Uint8Array;

  // 2. From the outputs back: which units reach some output. Where both hold, a path is live.
  const live = new Map<string, number>();
  let reaches = ones(networkOutputs.length);
  for (const [i, { layer, inputShape, outputShape, mask, weights }] of [...stages.entries()].reverse()) {
    const inputsVary = varies[i] as Uint8Array;
    const outputsVary = varies[i + 1] as Uint8Array;
    const outputsReach = reaches;
    const inputsReach = new Uint8Array(inputsVary.length);
    const liveWeights = new Uint8Array(weights);
    visitEdges(layer, inputShape, outputShape, mask, (from, to, weight) => {
      if (outputsReach[to] === 0) return;
      inputsReach[from] = 1;
      if (weight !== undefined && inputsVary[from] === 1) liveWeights[weight] = 1;
    });
    if (layer.kind !== "max-pool") {
      const liveUnits = outputsVary.map((unit, j) => unit & (outputsReach[j] as number));
      live.set(`${layer.name}.weight`, countKept(liveWeights));
      live.set(`${layer.name}.bias`, liveBiases(liveUnits, outputShape, masks.get(`${layer.name}.bias`)));
    }
    reaches = inputsReach;
  }
  return { live, collapsed: countKept(networkOutputs) === 0 };
}

interface Stage {
  readonly layer: ConnectingLayer;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Of its weight; a pool has none. */
  readonly mask: Uint8Array | undefined;
  readonly weights: number;
}

/** The layers that connect units; flatten and activation map each unit to itself. */
function connectingStages(spec: NetworkSpec, masks: Masks): Stage[] {
  const sizes = new Map(parameterSpecs(spec).map(({ name, size }) => [name, size]));
  let inputShape = spec.inputShape;
  const stages: Stage[] = [];
  for (const [i, outputShape] of layerOutputShapes(spec).entries()) {
    const layer = spec.layers[i] as LayerSpec;
    if (layer.kind === "max-pool") {
      stages.push({ layer, inputShape, outputShape, mask: undefined, weights: 0 });
    } else if (layer.kind === "dense" || layer.kind === "conv2d") {
      const name = `${layer.name}.weight`;
      stages.push({ layer, inputShape, outputShape, mask: masks.get(name), weights: sizes.get(name) ?? 0 });
    }
    inputShape = outputShape;
  }
  return stages;
}

/** Kept biases that act on a live unit: a dense layer has one a unit, a convolution one a channel. */
function liveBiases(
  liveUnits: Uint8Array,
  [outputs = 0]: readonly number[],
  mask: Uint8Array | undefined,
): number {
  const unitsEach = liveUnits.length / outputs;
  let count = 0;
  for (let bias = 0; bias < outputs; bias++) {
    const units = liveUnits.subarray(bias * unitsEach, (bias + 1) * unitsEach);
    if (mask?.[bias] !== 0 && units.includes(1)) count++;
  }
  return count;
}

function ones(length: number): Uint8Array {
  return new Uint8Array(length).fill(1);
}
