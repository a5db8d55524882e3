import type { WeightedLayer } from "../../../network/specification.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import { type ParameterValues, tensorOf } from "./layer.ts";

/** What a layer adds to each of its outputs, if it has a bias. */
interface Bias {
  add(product: Tensor, parameters: ParameterValues): Tensor;
  /** None for a layer without. */
  gradient(outputGradient: Tensor): readonly Tensor[];
}

export function biasOf(runtime: Runtime, { name, bias }: WeightedLayer): Bias {
  if (bias === false) return { add: (product) => product, gradient: () => [] };
  return {
    add: (product, parameters) => runtime.run("BiasAdd", [product, tensorOf(parameters, `${name}.bias`)]),
    gradient: (outputGradient) => [runtime.run("BiasAddGrad", [outputGradient])],
  };
}
