import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { layerOutputShapes, sizeOf } from "../network/shapes.ts";
import type { Activation, LayerSpec } from "../network/specification.ts";
import { type CnnLayer, cnnLayersSchema } from "./cnn-layers.ts";
import { denseLayers } from "./mlp.ts";
import { defineModel } from "./model.ts";
import { activationSchema } from "./options.ts";

export const cnn = defineModel({
  name: "cnn",
  summary: "Convolutional network: a list of conv, pool and dense layers, then the output layer.",
  options: z.strictObject({ layers: cnnLayersSchema, activation: activationSchema }),
  layers: ({ layers, activation }, inputShape, outputs) =>
    cnnLayers("cnn", layers, activation, inputShape, outputs),
});

/** Caffe's LeNet-5 with 20 and 50 channels and ReLU, which the pruning papers since Han et al. 2015 use. */
export const lenet5 = defineModel({
  name: "lenet-5",
  summary: "The cnn of the pruning literature: conv 20 and conv 50 (5x5, each pooled by 2), dense 500, ReLU.",
  options: z.strictObject({}),
  layers: (_options, inputShape, outputs) => cnnLayers("lenet-5", lenet5Layers, "relu", inputShape, outputs),
});

const lenet5Layers: readonly CnnLayer[] = [
  { conv: 20, kernel: 5, stride: 1, padding: 0 },
  { pool: 2 },
  { conv: 50, kernel: 5, stride: 1, padding: 0 },
  { pool: 2 },
  { dense: 500 },
];

/** conv1, conv2, ... with their activations and pools, then a flatten and the dense layers fc1, fc2, ... */
function cnnLayers(
  model: string,
  layers: readonly CnnLayer[],
  activation: Activation,
  inputShape: readonly number[],
  outputs: number,
): LayerSpec[] {
  const [channels] = inputShape;
  if (inputShape.length !== 3 || channels === undefined) {
    throw inputError(`model '${model}' takes images, but the examples are [${inputShape.join(", ")}].`, {
      hint: "The model 'mlp' takes examples of any shape.",
    });
  }
  const spatial: LayerSpec[] = [];
  const hidden: number[] = [];
  let shape = inputShape;
  let convolutions = 0;
  for (const [i, layer] of layers.entries()) {
    if ("dense" in layer) {
      hidden.push(layer.dense);
      continue;
    }
    if ("pool" in layer) {
      spatial.push({ kind: "max-pool", size: layer.pool, stride: layer.stride ?? layer.pool });
    } else {
      convolutions++;
      spatial.push(convolution(`conv${convolutions}`, shape[0] as number, layer), {
        kind: "activation",
        activation,
      });
    }
    shape = shapeAfter(spatial, inputShape, `model '${model}', layer ${i + 1}`);
  }
  const features = sizeOf(shape);
  return [...spatial, { kind: "flatten" }, ...denseLayers(features, hidden, activation, outputs)];
}

function convolution(
  name: string,
  inChannels: number,
  layer: Extract<CnnLayer, { conv: number }>,
): LayerSpec {
  const [kernelHeight, kernelWidth] =
    typeof layer.kernel === "number" ? [layer.kernel, layer.kernel] : layer.kernel;
  return {
    kind: "conv2d",
    name,
    inChannels,
    outChannels: layer.conv,
    kernelHeight,
    kernelWidth,
    stride: layer.stride,
    padding: layer.padding,
  };
}

function shapeAfter(layers: readonly LayerSpec[], inputShape: readonly number[], where: string) {
  try {
    return layerOutputShapes({ inputShape, layers, loss: "softmax-cross-entropy" }).at(-1) ?? inputShape;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw inputError(`${where}: ${error.message}.`, {
      hint: `The examples are [${inputShape.join(", ")}]; every layer needs at least one whole window.`,
    });
  }
}
