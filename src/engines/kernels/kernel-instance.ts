import type { Distillation, StepOptions } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";
import type { RoomArguments } from "./entry-points.ts";

/** Examples at a time wherever the batch size does not shape the numbers: evaluation and gradients. */
export const BLOCK = 64;

/** So are tokens: enough for their products to take the time, and few enough for what lies between layers. */
const TOKEN_BLOCK = 1024;

/** An order cut into blocks: of texts with at most TOKEN_BLOCK tokens, or a single longer one. */
export function* blocksOf({ inputs }: ExampleSet, order: Uint32Array): Generator<Uint32Array> {
  for (let start = 0, end = 0; start < order.length; start = end) {
    let tokens = 0;
    do tokens += tokensOf(inputs, order[end++] as number);
    while (
      end < Math.min(start + BLOCK, order.length) &&
      tokens + tokensOf(inputs, order[end] as number) <= TOKEN_BLOCK
    );
    yield order.subarray(start, end);
  }
}

/** All examples in order. */
export function everyExample({ count }: ExampleSet): Uint32Array {
  return new Uint32Array(count).map((_, index) => index);
}

function tokensOf(inputs: ExampleSet["inputs"], example: number): number {
  if (inputs.kind !== "tokens") return 0;
  return (inputs.starts[example + 1] as number) - (inputs.starts[example] as number);
}

/** What a workspace has room for: examples at once, of texts all their tokens, and whether for a backward pass. */
export interface Room {
  readonly batch: number;
  readonly tokens: number;
  readonly backward: boolean;
}

export const NO_ROOM: Room = { batch: 0, tokens: 0, backward: false };

/** For any block of these examples. */
export function roomForBlocks({ inputs, shape }: ExampleSet, backward: boolean): Room {
  const tokens = inputs.kind === "tokens" ? Math.max(TOKEN_BLOCK, shape[0] ?? 0) : 0;
  return { batch: BLOCK, tokens, backward };
}

/** To train on batches of an order. */
export function roomForTraining({ inputs }: ExampleSet, order: Uint32Array, batchSize: number): Room {
  let tokens = 0;
  for (let start = 0; start < order.length; start += batchSize) {
    const batch = order.subarray(start, start + batchSize);
    tokens = Math.max(
      tokens,
      batch.reduce((sum, example) => sum + tokensOf(inputs, example), 0),
    );
  }
  return { batch: Math.min(batchSize, order.length), tokens, backward: true };
}

/** The room that has to be made where there is one already; the same where it suffices. */
export function extended(room: Room, needed: Room): Room {
  const { batch, tokens, backward } = needed;
  if (batch <= room.batch && tokens <= room.tokens && (room.backward || !backward)) return room;
  return {
    batch: Math.max(batch, room.batch),
    tokens: Math.max(tokens, room.tokens),
    backward: backward || room.backward,
  };
}

export function roomArguments({ batch, tokens, backward }: Room): RoomArguments {
  return [batch, tokens, backward ? 1 : 0];
}

/** The tensors of the kernels from one number to before another. */
export interface Tensors {
  readonly from: number;
  readonly end: number;
}

/**
 * One network inside the kernels, with its masks and its memory. Some of its tensors pass as one flat array, in the order of
 * its layout. Slot 0 holds the parameters, 1 and 2 the optimizer's state.
 */
export interface KernelInstance {
  read(slot: number, tensors: Tensors, flat: Float32Array): void;
  write(slot: number, tensors: Tensors, flat: Float32Array): void;
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
