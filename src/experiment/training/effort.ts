import { countKept, type Masks } from "../../network/mask.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { weightedLayers } from "../../network/weighted-layers.ts";

/** What training takes, as far as it is the same on every machine. */
export interface Effort {
  /** Optimizer steps. */
  readonly steps: number;
  /** Training examples that they took. */
  readonly examples: number;
  /** Multiply-accumulates with a kept weight, of forward and backward passes. */
  readonly macs: number;
}

/** What a run takes, or several. */
export interface RunEffort extends Effort {
  /** Multiply-accumulates by which weights are chosen; none unless given. */
  readonly selectionMacs?: number;
}

/** A training step computes values, gradients of the weights and gradients of the inputs. */
export const TRAINING_PASSES = 3;

export function totalEffort(efforts: readonly Effort[]): Effort {
  return efforts.reduce(
    (sum, { steps, examples, macs }) => ({
      steps: sum.steps + steps,
      examples: sum.examples + examples,
      macs: sum.macs + macs,
    }),
    { steps: 0, examples: 0, macs: 0 },
  );
}

/** Multiply-accumulates of a forward pass of one example with the weights that the masks keep. */
export function keptMacs(spec: NetworkSpec, masks: Masks): number {
  return weightedLayers(spec).reduce((sum, { weight: { name, size }, positions }) => {
    const mask = masks.get(name);
    return sum + positions * (mask === undefined ? size : countKept(mask));
  }, 0);
}
