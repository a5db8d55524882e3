import { type Parameters, parameterSpecs } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import type { ExampleSet } from "../examples.ts";
import { exampleLoss, gradientAlong } from "./loss.ts";
import { type Moving, type MovingLayer, movingLayers } from "./moving-layers.ts";
import { exampleInput } from "./network.ts";

/**
 * The Hessian of the mean loss over the examples at `order`, at these weights, times a direction, by parameter name.
 * Derivatives are exact (Pearlmutter 1994, Fast exact multiplication by the Hessian): beside each value goes the speed at
 * which it changes when the weights move in the direction. A ReLU and a max-pool count as the straight lines that they
 * are near the weights, as in automatic differentiation; differences of gradients would count the units that a step
 * turns on or off.
 */
export function hessianProduct(
  spec: NetworkSpec,
  weights: Parameters,
  direction: Parameters,
  examples: ExampleSet,
  order: Uint32Array,
): Parameters {
  const product = new Map(parameterSpecs(spec).map(({ name, size }) => [name, new Float64Array(size)]));
  const layers = movingLayers(spec, weights, direction, product);
  for (const index of order) {
    const input = exampleInput(examples, index);
    // The network's inputs stand still.
    const values: Moving[] = [{ value: input, speed: new Float64Array(input.length) }];
    for (const layer of layers) values.push(layer.forward(values.at(-1) as Moving));
    const outputs = values.at(-1) as Moving;
    let gradient: Moving = {
      value: exampleLoss(spec.loss, outputs.value, examples, index).gradient,
      speed: gradientAlong(spec.loss, outputs.value, outputs.speed),
    };
    for (let i = layers.length - 1; i >= 0; i--) {
      gradient = (layers[i] as MovingLayer).backward(values[i] as Moving, values[i + 1] as Moving, gradient);
    }
  }
  return new Map(
    [...product].map(([name, sums]) => [name, Float32Array.from(sums, (sum) => sum / order.length)]),
  );
}
