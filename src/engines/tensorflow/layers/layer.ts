import type { Tensor } from "../runtime.ts";

/** The value of a parameter during one step, by its name (`fc1.weight`). */
export type ParameterValues = ReadonlyMap<string, Tensor>;

/** What one layer's backward pass gives. */
export interface LayerGradients {
  /** Of the layer's input; absent when it was not asked for. */
  readonly input?: Tensor;
  /** Of the layer's parameters, weight before bias; none for a layer without. */
  readonly parameters: readonly Tensor[];
}

/** What happened at a layer in the forward pass, and the gradient of the loss by its output. */
export interface BackwardInputs {
  readonly input: Tensor;
  readonly output: Tensor;
  readonly outputGradient: Tensor;
  /** False for the first layer with parameters: what lies below learns nothing. */
  readonly wantsInputGradient: boolean;
}

/** One layer over a whole batch: [batch, features], or [batch, height, width, channels]. */
export interface Layer {
  forward(input: Tensor, parameters: ParameterValues): Tensor;
  backward(inputs: BackwardInputs, parameters: ParameterValues): LayerGradients;
}

/** The value of that name. Throws a RangeError when there is none. */
export function tensorOf(parameters: ParameterValues, name: string): Tensor {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new RangeError(`no tensor named '${name}'`);
  return tensor;
}
