/**
 * One layer at work on one example. Values between the layers are float64; shapes are fixed when the layer is
 * built, so plain arrays in row-major order travel through.
 */
export interface Layer {
  /** The layer's output for `input`. */
  forward(input: Float64Array): Float64Array;
  /**
   * Adds the gradient of the loss to the layer's own parameters and returns the one for its input, given
   * what went in, what came out, and the gradient for that output.
   */
  backward(input: Float64Array, output: Float64Array, outputGradient: Float64Array): Float64Array;
  /** Of a layer that hands on some of its inputs: the values at the places of those. */
  pick?(input: Float64Array, values: Float64Array): Float64Array;
  /** Of a layer that consists of others: what each of those with a weight meets, by name: [tokens, inputs]. */
  innerInputs?(input: Float64Array): ReadonlyMap<string, Float64Array>;
}

/** One parameter tensor in training. */
export interface Parameter {
  readonly name: string;
  readonly values: Float32Array;
  /** Sum over the examples of a batch. */
  readonly gradient: Float64Array;
}
