import type { Distillation, StepOptions } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";

/** Examples at a time wherever the batch size does not shape the numbers: evaluation and gradients. */
export const BLOCK = 64;

/** An order cut into blocks. */
export function* blocksOf(order: Uint32Array): Generator<Uint32Array> {
  for (let start = 0; start < order.length; start += BLOCK) yield order.subarray(start, start + BLOCK);
}

/**
 * One network inside the kernels, with its masks and its memory. Tensors pass as one flat array, in the order of
 * its layout. Slot 0 holds the parameters, 1 and 2 the optimizer's state.
 */
export interface KernelInstance {
  read(slot: number): Float32Array;
  write(slot: number, flat: Float32Array): void;
  readStep(): number;
  writeStep(step: number): void;
  /** Tells which part of the inputs that follow is zero: shapes the speed, not the numbers. */
  expectZeros(fraction: number): void;
  /** Returns the sum of the losses, not finite when one of them is not. */
  train(examples: ExampleSet, order: Uint32Array, options: StepOptions): number;
  /** The masked gradient of the mean of a loss, by its number in abi.ts, flat. The sum of outputs has no teacher. */
  gradients(
    examples: ExampleSet,
    order: Uint32Array,
    loss: number,
    distillation: Distillation | undefined,
  ): Float32Array;
  /** [order.length, width] of a network with so many outputs. */
  outputs(examples: ExampleSet, order: Uint32Array, width: number): Float32Array;
  /** The same of one example, but for rounding. */
  outputsOfOne(examples: ExampleSet, index: number, width: number): Float32Array;
  /** By layer with weights, and value of its input: the sum of squares; `length` in all. */
  inputSquares(examples: ExampleSet, order: Uint32Array, length: number): Float64Array;
  /** The sum of the losses over all examples, and how many are classified correctly. */
  evaluate(examples: ExampleSet): { readonly loss: number; readonly correct: number };
  /** Lets go of the memory; no call may follow. */
  release(): void;
}
