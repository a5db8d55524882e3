"""Loads a checkpoint of prune-lab into PyTorch and measures its test accuracy again.

    python docs/load_checkpoint.py CHECKPOINT.safetensors IMAGES LABELS

IMAGES and LABELS are the test files of the dataset, in the IDX format of MNIST, plain or with .gz. Needs PyTorch
alone. Ends with 1 when the accuracy is not the recorded one.
"""

import gzip
import json
import math
import struct
import sys
from collections import OrderedDict

import torch
from torch import nn

DTYPES = {"F32": torch.float32, "U8": torch.uint8}


def read_safetensors(path):
    """The tensors of a file by name, and its metadata, texts by key; what safetensors.safe_open gives too."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        count, start = math.prod(entry["shape"]), entry["data_offsets"][0]
        flat = torch.frombuffer(data, dtype=DTYPES[entry["dtype"]], count=count, offset=start)
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors, metadata


def build(network):
    """The module that `network`, of the metadata, describes. It gives the outputs before a softmax."""

    def module(layer):
        kind = layer["kind"]
        if kind == "dense":
            return nn.Linear(layer["inputs"], layer["outputs"], bias=layer.get("bias", True))
        if kind == "conv2d":
            kernel = (layer["kernelHeight"], layer["kernelWidth"])
            channels = (layer["inChannels"], layer["outChannels"])
            stride, padding, bias = layer["stride"], layer["padding"], layer.get("bias", True)
            return nn.Conv2d(*channels, kernel, stride=stride, padding=padding, bias=bias)
        if kind == "max-pool":
            return nn.MaxPool2d(layer["size"], layer["stride"])
        if kind == "flatten":
            return nn.Flatten()
        return {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[layer["activation"]]()

    layers = enumerate(network["layers"])
    return nn.Sequential(OrderedDict((layer.get("name", f"layer{i}"), module(layer)) for i, layer in layers))


def load(path):
    """The network of a checkpoint with its weights, its masks by the name of their tensor, and the metadata."""
    tensors, metadata = read_safetensors(path)
    masks = {name[: -len("_mask")]: tensors.pop(name) for name in list(tensors) if name.endswith("_mask")}
    model = build(json.loads(metadata["network"]))
    model.load_state_dict(tensors)
    return model, masks, metadata


def read_idx(path):
    """The bytes of an IDX file in its shape: [examples, height, width], or [examples]."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        content = bytearray(file.read())
    dimensions = content[3]
    shape = struct.unpack(f">{dimensions}I", content[4 : 4 + 4 * dimensions])
    return torch.frombuffer(content, dtype=torch.uint8, offset=4 + 4 * dimensions).reshape(shape)


def inputs_of(images, metadata):
    """Images as the network takes them."""
    normalize = json.loads(metadata["normalize"])
    mean, std = (0.0, 1.0) if normalize == "unit" else (normalize["mean"], normalize["std"])
    shape = json.loads(metadata["network"])["inputShape"]
    return ((images.float() / 255 - mean) / std).reshape(-1, *shape)


def main(checkpoint, images, labels):
    model, masks, metadata = load(checkpoint)
    inputs, targets = inputs_of(read_idx(images), metadata), read_idx(labels).long()
    model.eval()
    with torch.no_grad():
        outputs = torch.cat([model(batch) for batch in inputs.split(1000)])
    accuracy = (outputs.argmax(1) == targets).sum().item() / len(targets)
    loss = nn.functional.cross_entropy(outputs, targets).item()
    pruned = sum((mask == 0).sum().item() for mask in masks.values())
    print(f"{metadata['run']}: {pruned} weights pruned")
    # Of a network that was shrunk, nothing is recorded.
    recorded = metadata.get("accuracy")
    print(f"accuracy {accuracy}, recorded {recorded}")
    print(f"loss {loss}, recorded {metadata.get('loss')}")
    return 0 if recorded is None or accuracy == float(recorded) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
