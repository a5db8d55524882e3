import type { ExampleSet } from "../examples.ts";

/** Examples at a time wherever the batch size does not shape the numbers: evaluation and gradients. */
export const BLOCK = 64;

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
  train(examples: ExampleSet, order: Uint32Array, batchSize: number, learningRate: number): number;
  /** The masked gradient of the mean loss, flat. */
  gradients(examples: ExampleSet, order: Uint32Array): Float32Array;
  /** The sum of the losses over all examples, and how many are classified correctly. */
  evaluate(examples: ExampleSet): { readonly loss: number; readonly correct: number };
  /** Lets go of the memory; no call may follow. */
  release(): void;
}
