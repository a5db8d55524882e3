import type { Layer, LayerGradients, Pass, Passed } from "./layers/layer.ts";
import type { Runtime, Tensor } from "./runtime.ts";

/** One layer in a forward pass. */
export interface Step {
  readonly layer: Layer;
  readonly input: Tensor;
  readonly passed: Passed;
}

/** Passes values through all layers, and keeps what the way back needs. */
export function passForward(runtime: Runtime, layers: readonly Layer[], values: Tensor, pass: Pass): Step[] {
  const steps: Step[] = [];
  let input = values;
  for (const layer of layers) {
    const passed = runtime.scope(() => layer.forward(input, pass));
    steps.push({ layer, input, passed });
    input = passed.output;
  }
  return steps;
}

/** The gradients of the parameters, in their order; what lies below the first layer with any learns nothing. */
export function passBackward(
  runtime: Runtime,
  steps: readonly Step[],
  firstTrained: number,
  outputGradient: Tensor,
  pass: Pass,
): Tensor[] {
  const gradients: Tensor[] = [];
  let gradient: Tensor | undefined = outputGradient;
  for (let i = steps.length - 1; i >= firstTrained && gradient !== undefined; i--) {
    const { layer, input, passed } = steps[i] as Step;
    const wantsInputGradient = i > firstTrained;
    const given: LayerGradients = runtime.scope(() =>
      layer.backward({ input, passed, outputGradient: gradient as Tensor, wantsInputGradient }, pass),
    );
    gradients.unshift(...given.parameters);
    gradient = given.input;
  }
  return gradients;
}
