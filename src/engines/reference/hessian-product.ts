import { type Parameters, parameterSpecs } from "../../network/parameters.ts";
import {
  type Activation,
  hasWeights,
  type LayerSpec,
  type NetworkSpec,
} from "../../network/specification.ts";
import type { ExampleSet } from "../examples.ts";
import { buildLayers } from "./layers/index.ts";
import type { Layer, Parameter } from "./layers/layer.ts";
import { exampleLoss, gradientAlong } from "./loss.ts";
import { exampleInput } from "./network.ts";

/**
 * The Hessian of the mean loss over the examples at `order`, at these weights, times a direction, by parameter name.
 * Derivatives are exact (Pearlmutter 1994, Fast exact multiplication by the Hessian): beside each value goes the speed at
 * which it changes when the weights move in the direction. A ReLU and a max-pool count as the straight lines that they are
 * near the weights, as in automatic differentiation; differences of gradients would count the units that a step
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
  const stack = stackOf(spec, weights, direction, product);
  for (const index of order) {
    const inputs: Float64Array[] = [exampleInput(examples, index)];
    // The inputs of the network do not move.
    const speeds: Float64Array[] = [new Float64Array(inputs[0]?.length ?? 0)];
    for (const [i, layer] of stack.entries()) {
      const [input, speed] = [inputs[i], speeds[i]] as [Float64Array, Float64Array];
      const output = layer.at.forward(input);
      inputs.push(output);
      speeds.push(layer.speed(input, output, speed));
    }
    const outputs = inputs[stack.length] as Float64Array;
    let gradient: Float64Array = exampleLoss(spec.loss, outputs, examples, index).gradient;
    let change: Float64Array = gradientAlong(spec.loss, outputs, speeds[stack.length] as Float64Array);
    for (let i = stack.length - 1; i >= 0; i--) {
      const layer = stack[i] as MovingLayer;
      const [input, output, speed] = [inputs[i], inputs[i + 1], speeds[i]] as Float64Array[] as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      [gradient, change] = layer.backward({ input, output, speed, gradient, change });
    }
  }
  return new Map(
    [...product].map(([name, sums]) => [name, Float32Array.from(sums, (sum) => sum / order.length)]),
  );
}

/** What is known of a layer, for one example, once all that comes behind it is done. */
interface Passage {
  readonly input: Float64Array;
  readonly output: Float64Array;
  /** Of the input. */
  readonly speed: Float64Array;
  /** Of the loss for the output, and how fast it changes. */
  readonly gradient: Float64Array;
  readonly change: Float64Array;
}

/** A layer whose weights move. */
interface MovingLayer {
  readonly at: Layer;
  /** Of the output. */
  speed(input: Float64Array, output: Float64Array, speed: Float64Array): Float64Array;
  /** The gradient for the input, and how fast it changes; adds to the product how fast those of the weights change. */
  backward(passage: Passage): [Float64Array, Float64Array];
}

function stackOf(
  spec: NetworkSpec,
  weights: Parameters,
  direction: Parameters,
  product: ReadonlyMap<string, Float64Array>,
): MovingLayer[] {
  const onTo = (of: Parameters, sums: ReadonlyMap<string, Float64Array>) => (name: string) =>
    ({ name, values: of.get(name), gradient: sums.get(name) }) as Parameter;
  const unread = new Map([...product].map(([name, sums]) => [name, sums.slice()]));
  const own = buildLayers(spec, onTo(weights, product));
  const linear = buildLayers(withoutBiases(spec), onTo(weights, product));
  const moving = buildLayers(spec, onTo(direction, unread));
  return spec.layers.map((layer, i) => {
    const [at, without, along] = [own[i], linear[i], moving[i]] as [Layer, Layer, Layer];
    return hasWeights(layer) ? weighted(at, without, along) : fixed(layer, at);
  });
}

function withoutBiases(spec: NetworkSpec): NetworkSpec {
  return {
    ...spec,
    layers: spec.layers.map((layer) => (hasWeights(layer) ? { ...layer, bias: false } : layer)),
  };
}

/** y = W x + b, with W and b moving along V and c: y moves along W x' + V x + c. */
function weighted(at: Layer, linear: Layer, along: Layer): MovingLayer {
  return {
    at,
    speed: (input, _, speed) => sum(linear.forward(speed), along.forward(input)),
    backward: ({ input, output, speed, gradient, change }) => [
      linear.backward(speed, output, gradient),
      sum(at.backward(input, output, change), along.backward(input, output, gradient)),
    ],
  };
}

/** y = f(x) of each value, or some of the values: the gradient for x is f'(x) times that for y. */
function fixed(layer: LayerSpec, at: Layer): MovingLayer {
  const bend = layer.kind === "activation" ? secondDerivatives[layer.activation] : undefined;
  return {
    at,
    speed: (input, output, speed) => at.pick?.(input, speed) ?? at.backward(input, output, speed),
    backward: ({ input, output, speed, gradient, change }) => {
      const changed = at.backward(input, output, change);
      const bent = bend && output.map((y, i) => bend(y) * (speed[i] as number) * (gradient[i] as number));
      return [at.backward(input, output, gradient), bent === undefined ? changed : sum(changed, bent)];
    },
  };
}

/** From the function's value y; undefined where it is 0. */
const secondDerivatives: Record<Activation, ((y: number) => number) | undefined> = {
  relu: undefined,
  sigmoid: (y) => y * (1 - y) * (1 - 2 * y),
  tanh: (y) => -2 * y * (1 - y * y),
};

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + (b[i] as number));
}
