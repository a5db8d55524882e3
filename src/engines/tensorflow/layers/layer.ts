import type { Tensor } from "../runtime.ts";
import type { TextBatch } from "../text-batch.ts";

/** The value of a parameter during one step, by its name (`fc1.weight`). */
export type ParameterValues = ReadonlyMap<string, Tensor>;

/** What all layers read as a batch passes through the network. */
export interface Pass {
  readonly parameters: ParameterValues;
  /** Where which token of the batch is; absent where examples are no texts. */
  readonly texts?: TextBatch | undefined;
}

/** What a forward pass leaves; a layer that needs more for the way back adds it. */
export interface Passed {
  readonly output: Tensor;
}

/** What one layer's backward pass gives. */
export interface LayerGradients {
  /** Of the layer's input; absent when it was not asked for. */
  readonly input?: Tensor;
  /** Of the layer's parameters, weight before bias; none for a layer without. */
  readonly parameters: readonly Tensor[];
}

/** What happened at a layer in the forward pass, and the gradient of the loss by its output. */
export interface BackwardInputs<Left extends Passed = Passed> {
  readonly input: Tensor;
  readonly passed: Left;
  readonly outputGradient: Tensor;
  /** False for the first layer with parameters: what lies below learns nothing. */
  readonly wantsInputGradient: boolean;
}

/** One layer over a whole batch: [batch, features], [batch, height, width, channels] or [tokens, width]. */
export interface Layer<Left extends Passed = Passed> {
  forward(input: Tensor, pass: Pass): Left;
  backward(inputs: BackwardInputs<Left>, pass: Pass): LayerGradients;
  /** Of a layer that consists of others: what each of those with a weight meets, by name: [tokens, inputs]. */
  innerInputs?(input: Tensor, passed: Left): ReadonlyMap<string, Tensor>;
}

/** The value of that name. Throws a RangeError when there is none. */
export function tensorOf(parameters: ParameterValues, name: string): Tensor {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new RangeError(`no tensor named '${name}'`);
  return tensor;
}

/** The batch's texts. Throws a RangeError when its examples are none. */
export function textsOf({ texts }: Pass): TextBatch {
  if (texts === undefined) throw new RangeError("these examples have no tokens");
  return texts;
}
