import { packageVersion } from "../../foundations/paths.ts";
import { layerParameters, parameterSpecs } from "../../network/parameters.ts";
import { layerOutputShapes } from "../../network/shapes.ts";
import { hasWeights, type LayerSpec, readsTokens, type WeightedLayer } from "../../network/specification.ts";
import { inputSentence, outputSentence, titleOf } from "../describe.ts";
import type { ExportFormat } from "../format.ts";
import { refuseTokens } from "../refuse-tokens.ts";
import { shrunk } from "../shrunk.ts";
import { encodeModel, type OnnxNode } from "./messages.ts";

/** Of 2020: every operator here is as it is now, and runtimes of any age in use read it. */
const OPSET = 13;
/** The version of the file format that goes with it. */
const IR_VERSION = 7;

const PRODUCER = "prune-lab";

export const onnx: ExportFormat = {
  name: "onnx",
  summary: "An ONNX model, opset 13, for onnxruntime and its like: any number of examples to outputs.",
  fileName: (stem) => `${stem}.onnx`,
  recognize: (beginning) =>
    beginning.startsWith(`\x08${String.fromCharCode(IR_VERSION, 0x12, PRODUCER.length)}${PRODUCER}`),
  encode: (whole) => {
    if (readsTokens(whole.network)) throw refuseTokens("onnx");
    const checkpoint = shrunk(whole);
    const { network, parameters, metadata } = checkpoint;
    const nodes = nodesOf(network.layers);
    const outputShape = layerOutputShapes(network).at(-1) ?? network.inputShape;
    return encodeModel({
      irVersion: IR_VERSION,
      opset: OPSET,
      producer: { name: PRODUCER, version: packageVersion() },
      description: `${titleOf(checkpoint)}. ${inputSentence(checkpoint)} ${outputSentence(checkpoint)}`,
      metadata,
      graph: {
        name: metadata.run ?? "network",
        nodes,
        initializers: parameterSpecs(network).flatMap(({ name, shape }) => {
          const values = parameters.get(name);
          return values === undefined ? [] : [{ name, shape, values }];
        }),
        input: { name: INPUT, shape: ["batch", ...network.inputShape] },
        output: { name: OUTPUT, shape: ["batch", ...outputShape] },
      },
    });
  },
};

const INPUT = "input";
const OUTPUT = "output";

/** A node a layer, each on what the one before gives. */
function nodesOf(layers: readonly LayerSpec[]): OnnxNode[] {
  // A graph's output is made by a node: of no layers by one that hands on.
  if (layers.length === 0)
    return [{ operator: "Identity", name: OUTPUT, inputs: [INPUT], output: OUTPUT, attributes: {} }];
  const valueAfter = (i: number) => (i < 0 ? INPUT : i === layers.length - 1 ? OUTPUT : `value${i + 1}`);
  return layers.map((layer, i) => ({
    ...operatorOf(layer),
    name: hasWeights(layer) ? layer.name : `layer${i + 1}`,
    inputs: [valueAfter(i - 1), ...(hasWeights(layer) ? tensorsOf(layer) : [])],
    output: valueAfter(i),
  }));
}

function tensorsOf(layer: WeightedLayer): string[] {
  return Object.values(layerParameters(layer)).map(({ name }) => name);
}

/** The operator's own flattening, windows and cross-correlation are PyTorch's, which are ours. */
function operatorOf(layer: LayerSpec): Pick<OnnxNode, "operator" | "attributes"> {
  switch (layer.kind) {
    case "dense":
      return { operator: "Gemm", attributes: { transB: 1 } };
    case "conv2d": {
      const { kernelHeight, kernelWidth, stride, padding } = layer;
      return {
        operator: "Conv",
        attributes: {
          kernel_shape: [kernelHeight, kernelWidth],
          strides: [stride, stride],
          pads: [padding, padding, padding, padding],
        },
      };
    }
    case "max-pool":
      return {
        operator: "MaxPool",
        attributes: { kernel_shape: [layer.size, layer.size], strides: [layer.stride, layer.stride] },
      };
    case "flatten":
      return { operator: "Flatten", attributes: { axis: 1 } };
    case "activation":
      return {
        operator: { relu: "Relu", sigmoid: "Sigmoid", tanh: "Tanh" }[layer.activation],
        attributes: {},
      };
    case "embeddings":
    case "transformer-block":
    case "first-token":
      throw refuseTokens("onnx");
  }
}
