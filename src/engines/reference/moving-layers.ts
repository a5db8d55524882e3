import { layerParameters, matrixShape, type Parameters } from "../../network/parameters.ts";
import { layerOutputShapes, sizeOf } from "../../network/shapes.ts";
import {
  type Activation,
  hasWeights,
  type LayerSpec,
  type NetworkSpec,
  type WeightedLayer,
} from "../../network/specification.ts";
import { buildLayers } from "./layers/index.ts";
import type { Layer } from "./layers/layer.ts";
import { patchesOf } from "./patches.ts";

/** What goes through a layer for one example, and its speed: how fast it changes when the weights move. */
export interface Moving {
  readonly value: Float64Array;
  readonly speed: Float64Array;
}

/** A layer whose weights move in a direction. */
export interface MovingLayer {
  forward(input: Moving): Moving;
  /**
   * The gradient for the input, from that for the output; adds to the product how fast those for the weights change.
   */
  backward(input: Moving, output: Moving, gradient: Moving): Moving;
}

/** Tensors by name, to add up in. */
type Sums = ReadonlyMap<string, Float64Array>;

export function movingLayers(
  spec: NetworkSpec,
  weights: Parameters,
  direction: Parameters,
  product: Sums,
): MovingLayer[] {
  const shapes = [spec.inputShape, ...layerOutputShapes(spec)] as const;
  const fixed = buildLayers(spec, (name) => ({
    name,
    values: new Float32Array(),
    gradient: new Float64Array(),
  }));
  return spec.layers.map((layer, i) =>
    hasWeights(layer)
      ? weighted(layer, shapes[i] ?? [], shapes[i + 1] ?? [], weights, direction, product)
      : withoutWeights(layer, fixed[i] as Layer),
  );
}

/** y = f(x) of each value, or some of the values: the gradient for x is f'(x) times that for y. */
function withoutWeights(layer: LayerSpec, at: Layer): MovingLayer {
  const bend = layer.kind === "activation" ? secondDerivatives[layer.activation] : undefined;
  return {
    forward: ({ value, speed }) => {
      const output = at.forward(value);
      return { value: output, speed: at.pick?.(value, speed) ?? at.backward(value, output, speed) };
    },
    backward: (input, output, gradient) => {
      const speed = at.backward(input.value, output.value, gradient.speed);
      if (bend !== undefined) {
        for (let i = 0; i < speed.length; i++) {
          const moved = (input.speed[i] as number) * (gradient.value[i] as number);
          speed[i] = (speed[i] as number) + bend(output.value[i] as number) * moved;
        }
      }
      return { value: at.backward(input.value, output.value, gradient.value), speed };
    },
  };
}

/** From the function's value y; undefined where it is 0. */
const secondDerivatives: Record<Activation, ((y: number) => number) | undefined> = {
  relu: undefined,
  sigmoid: (y) => y * (1 - y) * (1 - 2 * y),
  tanh: (y) => -2 * y * (1 - y * y),
};

/** y = W x + b at each position; with W and b moving along V and c, y moves along W x' + V x + c. */
function weighted(
  layer: WeightedLayer,
  inputShape: readonly number[],
  outputShape: readonly number[],
  weights: Parameters,
  direction: Parameters,
  product: Sums,
): MovingLayer {
  const { weight, bias } = layerParameters(layer);
  const { rows, columns } = matrixShape(weight.shape);
  const positions = sizeOf(outputShape) / rows;
  const patches = patchesOf(layer, inputShape, outputShape);
  const [at, along] = [weights.get(weight.name), direction.get(weight.name)] as [Float32Array, Float32Array];
  const changed = product.get(weight.name) as Float64Array;

  /** Adds to [rows, positions] what the matrix makes of each patch. */
  function multiply(matrix: Float32Array, unfolded: Float64Array, into: Float64Array): void {
    for (let r = 0; r < rows; r++) {
      for (let p = 0; p < positions; p++) {
        let sum = 0;
        for (let c = 0, w = r * columns, x = p * columns; c < columns; c++, w++, x++) {
          sum += (matrix[w] as number) * (unfolded[x] as number);
        }
        into[r * positions + p] = (into[r * positions + p] as number) + sum;
      }
    }
  }

  /** Adds to the patches what goes back to them through the matrix. */
  function multiplyBack(matrix: Float32Array, gradient: Float64Array, unfolded: Float64Array): void {
    for (let i = 0; i < gradient.length; i++) {
      const factor = gradient[i] as number;
      if (factor === 0) continue;
      const r = Math.floor(i / positions);
      for (let c = 0, w = r * columns, x = (i % positions) * columns; c < columns; c++, w++, x++) {
        unfolded[x] = (unfolded[x] as number) + factor * (matrix[w] as number);
      }
    }
  }

  /** Adds the gradient for the matrix, of the one for the output, to the product. */
  function addProducts(gradient: Float64Array, unfolded: Float64Array): void {
    for (let i = 0; i < gradient.length; i++) {
      const factor = gradient[i] as number;
      if (factor === 0) continue;
      const r = Math.floor(i / positions);
      for (let c = 0, w = r * columns, x = (i % positions) * columns; c < columns; c++, w++, x++) {
        changed[w] = (changed[w] as number) + factor * (unfolded[x] as number);
      }
    }
  }

  const constants = (of: Parameters) => {
    const values = bias && of.get(bias.name);
    return Float64Array.from(
      { length: rows * positions },
      (_, i) => values?.[Math.floor(i / positions)] ?? 0,
    );
  };
  return {
    forward: ({ value, speed }) => {
      const [x, moving] = [patches.unfold(value), patches.unfold(speed)];
      const output = { value: constants(weights), speed: constants(direction) };
      multiply(at, x, output.value);
      multiply(at, moving, output.speed);
      multiply(along, x, output.speed);
      return output;
    },
    backward: (input, _, { value, speed }) => {
      const [x, moving] = [patches.unfold(input.value), patches.unfold(input.speed)];
      addProducts(speed, x);
      addProducts(value, moving);
      const sums = bias && product.get(bias.name);
      speed.forEach((change, i) => {
        if (sums !== undefined) (sums[Math.floor(i / positions)] as number) += change;
      });
      const back = { value: new Float64Array(x.length), speed: new Float64Array(x.length) };
      multiplyBack(at, value, back.value);
      multiplyBack(at, speed, back.speed);
      multiplyBack(along, value, back.speed);
      return { value: patches.fold(back.value), speed: patches.fold(back.speed) };
    },
  };
}
