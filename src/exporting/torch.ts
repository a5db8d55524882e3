import { deflateSync } from "node:zlib";
import { inputError } from "../foundations/errors.ts";
import { littleEndianBytes } from "../foundations/little-endian.ts";
import { packageVersion } from "../foundations/paths.ts";
import { quote } from "../foundations/quote.ts";
import { parameterSpecs } from "../network/parameters.ts";
import { hasWeights, type LayerSpec } from "../network/specification.ts";
import type { Checkpoint } from "../recording/read-checkpoint.ts";
import { inputSentence, normalizationOf, outputSentence, titleOf } from "./describe.ts";
import type { ExportFormat } from "./format.ts";
import { refuseTokens } from "./refuse-tokens.ts";

const BEGINNING = "# Written by prune-lab ";

/** Zeros cost next to nothing once deflated, so tensors stand in the script whole and Python needs no decoder. */
export const torch: ExportFormat = {
  name: "torch",
  summary: "A Python script that needs PyTorch alone: an nn.Sequential with its weights and masks in it.",
  // What Python can import.
  fileName: (stem) => `${stem.replace(/\W/g, "_").replace(/^(?=\d)/, "_")}.py`,
  recognize: (beginning) => beginning.startsWith(BEGINNING),
  encode: (checkpoint) => `${BEGINNING}${packageVersion()}.
"""${docstring(checkpoint)}

    model, masks = load()

The model maps a float tensor ${batchShape(checkpoint)} to outputs.
${inputSentence(checkpoint)}
${outputSentence(checkpoint)}
"""

import base64
import zlib
from collections import OrderedDict

import torch
from torch import nn


def build():
    """The network without its weights."""
    return nn.Sequential(
        OrderedDict(
            [
${checkpoint.network.layers.map((layer, i) => `                (${JSON.stringify(nameOf(layer, i))}, ${moduleOf(layer)}),\n`).join("")}            ]
        )
    )


def load():
    """The network, for evaluation, and by the names of its tensors which weights are kept (uint8, 1 keeps)."""
    model = build()
    model.load_state_dict({name: tensor(*entry, torch.float32) for name, entry in WEIGHTS.items()})
    return model.eval(), {name: tensor(*entry, torch.uint8) for name, entry in MASKS.items()}

${inputsFunction(checkpoint)}
def tensor(shape, text, dtype):
    """From its values, little-endian, deflated and in base64."""
    return torch.frombuffer(bytearray(zlib.decompress(base64.b64decode(text))), dtype=dtype).reshape(shape)


# By name: shape and values.
WEIGHTS = ${entries(checkpoint, checkpoint.parameters)}

MASKS = ${entries(checkpoint, checkpoint.masks)}
`,
};

/** Texts of a checkpoint in a Python docstring: nothing in them may end it or escape. */
function docstring(checkpoint: Checkpoint): string {
  return titleOf(checkpoint).replace(/[^\x20-\x7e]|["\\]/g, "?");
}

function batchShape({ network }: Checkpoint): string {
  return `[examples, ${network.inputShape.join(", ")}]`;
}

/** Layers with weights have names, which their tensors begin with. */
function nameOf(layer: LayerSpec, i: number): string {
  if (!hasWeights(layer)) return `layer${i + 1}`;
  if (!layer.name.includes(".")) return layer.name;
  throw inputError(`PyTorch has no layers with a point in their name, as ${quote(layer.name)} has.`);
}

function moduleOf(layer: LayerSpec): string {
  switch (layer.kind) {
    case "dense":
      return `nn.Linear(${layer.inputs}, ${layer.outputs}${biasArgument(layer)})`;
    case "conv2d": {
      const { inChannels, outChannels, kernelHeight, kernelWidth, stride, padding } = layer;
      const window = `(${kernelHeight}, ${kernelWidth}), stride=${stride}, padding=${padding}`;
      return `nn.Conv2d(${inChannels}, ${outChannels}, ${window}${biasArgument(layer)})`;
    }
    case "max-pool":
      return `nn.MaxPool2d(${layer.size}, ${layer.stride})`;
    case "flatten":
      return "nn.Flatten()";
    case "activation":
      return { relu: "nn.ReLU()", sigmoid: "nn.Sigmoid()", tanh: "nn.Tanh()" }[layer.activation];
    case "embeddings":
    case "transformer-block":
    case "first-token":
      throw refuseTokens("torch");
  }
}

function biasArgument({ bias }: { readonly bias?: false }): string {
  return bias === false ? ", bias=False" : "";
}

/** Only where the checkpoint says how. */
function inputsFunction(checkpoint: Checkpoint): string {
  const normalization = normalizationOf(checkpoint);
  if (normalization === undefined) return "";
  const scaled =
    normalization === "unit"
      ? "images.float() / 255"
      : `(images.float() / 255 - ${normalization.mean}) / ${normalization.std}`;
  return `
def inputs_of(images):
    """Images of bytes as the network takes them."""
    return (${scaled}).reshape(-1, ${checkpoint.network.inputShape.join(", ")})

`;
}

function entries({ network }: Checkpoint, tensors: ReadonlyMap<string, Float32Array | Uint8Array>): string {
  const lines = parameterSpecs(network).flatMap(({ name, shape }) => {
    const values = tensors.get(name);
    if (values === undefined) return [];
    const text = Buffer.from(deflateSync(littleEndianBytes(values), { level: 9 })).toString("base64");
    return [`    ${JSON.stringify(name)}: ([${shape.join(", ")}], "${text}"),\n`];
  });
  return `{\n${lines.join("")}}`;
}
