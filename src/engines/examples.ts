import { sizeOf } from "../network/shapes.ts";
/**
 * A set of examples as the engines read it. The buffers live in shared memory (SharedArrayBuffer), so that
 * worker threads read the same bytes; values are normalised as batches are read, never in place.
 */
export interface ExampleSet {
  /** Number of examples. */
  readonly count: number;
  /** Shape of one example: [features], or [channels, height, width]. */
  readonly shape: readonly number[];
  /** [count, ...shape], row-major. Bytes are read as `byte * scale + offset`; floats are read as they are. */
  readonly inputs: InputValues;
  readonly targets: Targets;
}

export type InputValues =
  | { readonly kind: "bytes"; readonly values: Uint8Array; readonly scale: number; readonly offset: number }
  | { readonly kind: "floats"; readonly values: Float32Array };

export type Targets =
  /** One label an example, 0 .. classes - 1. */
  | { readonly kind: "classes"; readonly labels: Uint8Array; readonly classes: number }
  /** Regression: [count, width]. */
  | { readonly kind: "values"; readonly values: Float32Array; readonly width: number };

/** Number of values in one example. */
export function exampleSize(examples: Pick<ExampleSet, "shape">): number {
  return sizeOf(examples.shape);
}
