import { layerOutputShapes, sizeOf } from "../../../network/shapes.ts";
import type { Conv2dSpec, DenseSpec, LayerSpec, NetworkSpec } from "../../../network/specification.ts";
import { activation } from "../layers/activation.ts";
import { conv2d } from "../layers/conv2d.ts";
import { flatten } from "../layers/flatten.ts";
import { type Layer, type Passed, tensorOf } from "../layers/layer.ts";
import { maxPool } from "../layers/max-pool.ts";
import { channelsLast } from "../layout.ts";
import type { Runtime, Tensor } from "../runtime.ts";

/**
 * The layers of many networks of one specification. Vectors are [lanes, batch, features]. Images have the channels of
 * all lanes, one lane after the other: [batch, height, width, lanes * channels], so that a convolution is one in groups,
 * and a pool what it is for one network.
 *
 * Weights of a dense layer are [lanes, outputs, inputs], its bias [lanes, 1, outputs]; weights of a convolution
 * [height, width, in, lanes * out], its bias [lanes * out].
 */
export interface StackedLayers {
  /** From the examples of all lanes, [lanes * batch, ...], to the first layer's input. */
  enter(examples: Tensor): Tensor;
  readonly layers: readonly Layer[];
  readonly firstTrained: number;
}

export function stackedLayers(
  runtime: Runtime,
  spec: NetworkSpec,
  lanes: number,
  batch: number,
): StackedLayers {
  const shapes = [spec.inputShape, ...layerOutputShapes(spec)];
  const [first] = spec.layers;
  const isImage = spec.inputShape.length === 3;
  // Images that only dense layers read are vectors from the start.
  const skipped = first?.kind === "flatten" ? 1 : 0;
  const layers = spec.layers
    .map((layer, index) => stackedLayer(runtime, layer, lanes, shapes[index] ?? []))
    .slice(skipped);
  const single = skipped === 1 ? flatten(runtime, spec.inputShape) : undefined;
  return {
    layers,
    firstTrained: spec.layers.slice(skipped).findIndex((layer) => "name" in layer),
    enter(examples) {
      if (isImage && single === undefined) {
        const [height = 1, width = 1, channels = 1] = channelsLast(spec.inputShape);
        const apart = reshape(runtime, examples, [lanes, batch, height * width, channels]);
        const together = runtime.run("Transpose", [apart, runtime.indices(1, 2, 0, 3)]);
        return reshape(runtime, together, [batch, height, width, lanes * channels]);
      }
      const vectors = single?.forward(examples, { parameters: new Map() }).output ?? examples;
      return reshape(runtime, vectors, [lanes, batch, sizeOf(spec.inputShape)]);
    },
  };
}

export function reshape(runtime: Runtime, tensor: Tensor, shape: readonly number[]): Tensor {
  return runtime.run("Reshape", [tensor, runtime.indices(...shape)]);
}

function stackedLayer(
  runtime: Runtime,
  layer: LayerSpec,
  lanes: number,
  inputShape: readonly number[],
): Layer {
  switch (layer.kind) {
    case "dense":
      return stackedDense(runtime, layer);
    case "conv2d":
      return stackedConv2d(runtime, layer, lanes);
    case "max-pool":
      return maxPool(runtime, layer);
    case "activation":
      return activation(runtime, layer.activation);
    case "flatten":
      return stackedFlatten(runtime, lanes, inputShape);
    default:
      throw new RangeError(`layers of the kind ${layer.kind} do not train in lanes`);
  }
}

/** Y = X W^T + b in each lane. */
function stackedDense(runtime: Runtime, { name, bias }: DenseSpec): Layer {
  const product = (a: Tensor, b: Tensor, ...flags: readonly string[]) =>
    runtime.run(
      "BatchMatMulV2",
      [a, b],
      flags.map((flag) => runtime.flag(flag, true)),
    );
  return {
    forward(input, { parameters }) {
      const sums = product(input, tensorOf(parameters, `${name}.weight`), "adj_y");
      if (bias === false) return { output: sums };
      return { output: runtime.run("AddV2", [sums, tensorOf(parameters, `${name}.bias`)]) };
    },
    backward({ input, outputGradient, wantsInputGradient }, { parameters }) {
      const gradients = [product(outputGradient, input, "adj_x")];
      // Not Sum, whose CPU kernel adds up in an order that depends on where in memory a lane begins.
      const ones = runtime.ones(1, 1, input.shape[1] ?? 1);
      if (bias !== false) gradients.push(product(ones, outputGradient));
      if (!wantsInputGradient) return { parameters: gradients };
      return {
        input: product(outputGradient, tensorOf(parameters, `${name}.weight`)),
        parameters: gradients,
      };
    },
  };
}

/** What the way back needs of a padded convolution. */
interface Padded extends Passed {
  readonly padded: Tensor;
}

/**
 * A convolution in groups: TensorFlow sees from the weights that each output channel reads the channels of its own lane.
 * Zeros around the images are put there before, since its CPU kernels have no gradients of groups with padding.
 */
function stackedConv2d(runtime: Runtime, layer: Conv2dSpec, lanes: number): Layer<Padded> {
  const { padding } = layer;
  const inner = conv2d(runtime, { ...layer, outChannels: lanes * layer.outChannels, padding: 0 });
  const around = Int32Array.of(0, 0, padding, padding, padding, padding, 0, 0);
  return {
    forward(input, pass) {
      const padded = padding === 0 ? input : runtime.run("Pad", [input, runtime.upload(around, [4, 2])]);
      return { ...inner.forward(padded, pass), padded };
    },
    backward({ input, passed, ...inputs }, pass) {
      const given = inner.backward({ input: passed.padded, passed, ...inputs }, pass);
      if (given.input === undefined || padding === 0) return given;
      const [batch = 1, height = 1, width = 1, channels = 1] = input.shape;
      const inside = [
        runtime.indices(0, padding, padding, 0),
        runtime.indices(batch, height, width, channels),
      ];
      return { ...given, input: runtime.run("Slice", [given.input, ...inside]) };
    },
  };
}

/** Images to vectors of [channels, height, width] in that order. */
function stackedFlatten(runtime: Runtime, lanes: number, inputShape: readonly number[]): Layer {
  if (inputShape.length === 1) {
    return {
      forward: (input) => ({ output: input }),
      backward: ({ outputGradient }) => ({ input: outputGradient, parameters: [] }),
    };
  }
  const [channels = 1, height = 1, width = 1] = inputShape;
  const pixels = height * width;
  return {
    forward(input) {
      const apart = reshape(runtime, input, [-1, pixels, lanes, channels]);
      const ordered = runtime.run("Transpose", [apart, runtime.indices(2, 0, 3, 1)]);
      return { output: reshape(runtime, ordered, [lanes, -1, channels * pixels]) };
    },
    backward({ outputGradient }) {
      const apart = reshape(runtime, outputGradient, [lanes, -1, channels, pixels]);
      const ordered = runtime.run("Transpose", [apart, runtime.indices(1, 3, 0, 2)]);
      return { input: reshape(runtime, ordered, [-1, height, width, lanes * channels]), parameters: [] };
    },
  };
}
