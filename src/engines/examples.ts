import { sizeOf } from "../network/shapes.ts";
/**
 * A set of examples as the engines read it. The buffers live in shared memory (SharedArrayBuffer), so that
 * worker threads read the same bytes; values are normalised as batches are read, never in place.
 */
export interface ExampleSet {
  /** Number of examples. */
  readonly count: number;
  /** Shape of one example: [features], or [channels, height, width]; of tokens [the most of any example]. */
  readonly shape: readonly number[];
  /**
   * [count, ...shape], row-major. Bytes are read as `byte * scale + offset`; floats are read as they are. Tokens lie one
   * example after the other, each as long as it is.
   */
  readonly inputs: InputValues;
  readonly targets: Targets;
}

export type InputValues =
  | { readonly kind: "bytes"; readonly values: Uint8Array; readonly scale: number; readonly offset: number }
  | { readonly kind: "floats"; readonly values: Float32Array }
  | TokenValues;

/** Example i has values[starts[i]] .. values[starts[i + 1] - 1]: the pieces of a text, and what stands around it. */
export interface TokenValues {
  readonly kind: "tokens";
  /** 0 .. vocabulary - 1 */
  readonly values: Uint16Array | Int32Array;
  /** count + 1 */
  readonly starts: Uint32Array;
  readonly vocabulary: number;
}

/** Those of an engine, or a part of one, that takes no tokens: a study with others is refused before it comes here. */
export function numericInputs({ inputs }: Pick<ExampleSet, "inputs">): Exclude<InputValues, TokenValues> {
  if (inputs.kind === "tokens") throw new RangeError("tokens are no numbers");
  return inputs;
}

export type Targets =
  /** One label an example, 0 .. classes - 1. */
  | { readonly kind: "classes"; readonly labels: Uint8Array; readonly classes: number }
  /** Regression: [count, width]. */
  | { readonly kind: "values"; readonly values: Float32Array; readonly width: number };

/** Number of values in one example. */
export function exampleSize(examples: Pick<ExampleSet, "shape">): number {
  return sizeOf(examples.shape);
}
