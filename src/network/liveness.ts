import { connectionsOf, type WeightedStage } from "./connections.ts";
import { visitEdges } from "./edges.ts";
import { countKept, type Masks } from "./mask.ts";
import { sizeOf } from "./shapes.ts";
import type { NetworkSpec } from "./specification.ts";

export interface Liveness {
  /** Kept values on a live path, by parameter name. */
  readonly live: ReadonlyMap<string, number>;
  /** No output value is connected to any input. */
  readonly collapsed: boolean;
}

/**
 * Follows the kept weights between the inputs and the outputs. A value of an example (of an image, one position
 * of one channel) is live when kept weights lead from some input to it and from it to some output. A weight is
 * live when a connection that it makes joins two live values; a bias, when it acts on a live value. Only masks
 * count, never numbers: a kept weight that happens to be 0, or a ReLU that never opens, cuts no path.
 *
 * Weights on no such path are what the effective sparsity of Vysogorets and Kempe (2021, "Connectivity
 * matters") adds to those pruned.
 *
 * For images this is finer than the units of units.ts: a kernel element that only ever meets the padding, or a
 * position that a stride passes over, makes no connection here, while there it counts for its whole channel.
 */
export function networkLiveness(spec: NetworkSpec, masks: Masks): Liveness {
  const stages = connectionsOf(spec).stages.map((stage) => ({
    stage,
    mask: stage.kind === "weighted" ? masks.get(stage.weight.name) : undefined,
  }));

  // 1. From the inputs on: which values vary with some input. varies[i] is what stage i reads.
  const varies = [ones(sizeOf(spec.inputShape))];
  for (const [i, { stage, mask }] of stages.entries()) {
    const inputs = varies[i] as Uint8Array;
    const outputs = new Uint8Array(sizeOf(stage.outputShape));
    visitEdges(stage, mask, (from, to) => {
      outputs[to] = (outputs[to] as number) | (inputs[from] as number);
    });
    varies.push(outputs);
  }
  const networkOutputs = varies.at(-1) as Uint8Array;

  // 2. From the outputs back: which values reach some output. Where both hold, a path is live.
  const live = new Map<string, number>();
  let reaches = ones(networkOutputs.length);
  for (const [i, { stage, mask }] of [...stages.entries()].reverse()) {
    const inputsVary = varies[i] as Uint8Array;
    const outputsVary = varies[i + 1] as Uint8Array;
    const outputsReach = reaches;
    const inputsReach = new Uint8Array(inputsVary.length);
    if (stage.kind === "pool") {
      visitEdges(stage, mask, (from, to) => {
        inputsReach[from] = (inputsReach[from] as number) | (outputsReach[to] as number);
      });
    } else {
      const liveWeights = new Uint8Array(stage.weight.size);
      visitEdges(stage, mask, (from, to, weight) => {
        const reaching = outputsReach[to] as number;
        inputsReach[from] = (inputsReach[from] as number) | reaching;
        liveWeights[weight] = (liveWeights[weight] as number) | (reaching & (inputsVary[from] as number));
      });
      const liveValues = outputsVary.map((value, j) => value & (outputsReach[j] as number));
      live.set(stage.weight.name, countKept(liveWeights));
      if (stage.bias !== undefined) {
        live.set(stage.bias.name, liveBiases(liveValues, stage, masks.get(stage.bias.name)));
      }
    }
    reaches = inputsReach;
  }
  return { live, collapsed: countKept(networkOutputs) === 0 };
}

/** Kept biases that act on a live value: each acts on all positions of its unit. */
function liveBiases(
  liveValues: Uint8Array,
  { outputUnits, positions }: WeightedStage,
  mask: Uint8Array | undefined,
): number {
  let count = 0;
  for (let unit = 0; unit < outputUnits; unit++) {
    const values = liveValues.subarray(unit * positions, (unit + 1) * positions);
    if (mask?.[unit] !== 0 && values.includes(1)) count++;
  }
  return count;
}

function ones(length: number): Uint8Array {
  return new Uint8Array(length).fill(1);
}
