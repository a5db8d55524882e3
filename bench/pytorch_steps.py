"""Times training steps in PyTorch, and with the layers of SparseProp, for bench/steps.mjs.

Reads one JSON request a line and answers each with one JSON line:

    {"open": {"spec": ..., "optimizer": ..., "batchSize": 64, "fused": false, "compiled": false, "masks": [],
        "sparseprop": false, "threads": 1}}                                      {"network": 0}
    {"run": {"network": 0, "steps": 100}}                                        {"seconds": 0.21}

Masks are bytes in base64, 1 where a weight is kept: one for each layer with weights, or none of a dense network. The inputs are random and already float32 tensors in batches: reading and shuffling examples is not timed, nor is compiling.
"""

import base64
import json
import sys
import time
from importlib.metadata import version

import torch
from pytorch_network import LOSSES, module, optimizer_for
from torch.nn.utils import prune

try:
    from sparseprop.modules import SparseLinear, sparsify_conv2d_auto

    SPARSEPROP = version("sparseprop")
except ImportError:
    SPARSEPROP = None

BATCHES = 16


def sparse_layers(network, inputs):
    """The same network with every pruned layer stored and executed sparsely (Nikdan et al., SparseProp, ICML 2023)."""
    layers = []
    for layer in network:
        outputs = layer(inputs)
        if hasattr(layer, "weight"):
            prune.remove(layer, "weight")
            is_dense = isinstance(layer, torch.nn.Linear)
            layer = SparseLinear.from_dense(layer) if is_dense else sparsify_conv2d_auto(layer, inputs.shape)
        layers.append(layer)
        inputs = outputs
    return torch.nn.Sequential(*layers)


class Training:
    def __init__(self, spec, optimizer, batchSize, fused, compiled, masks, sparseprop, threads):
        self.threads = threads
        self.network = torch.nn.Sequential(*map(module, spec["layers"]))
        if masks:
            for layer, mask in zip((each for each in self.network if hasattr(each, "weight")), masks, strict=True):
                kept = torch.frombuffer(bytearray(base64.b64decode(mask)), dtype=torch.uint8)
                prune.custom_from_mask(layer, "weight", kept.reshape(layer.weight.shape))
        self.inputs = torch.rand(BATCHES, batchSize, *spec["inputShape"])
        if sparseprop:
            self.network = sparse_layers(self.network, self.inputs[0])
        options = {"fused": True} if fused else {}
        self.optimizer = optimizer_for(self.network.parameters(), optimizer, 0.001, **options)
        self.loss = LOSSES[spec["loss"]]()
        outputs = spec["layers"][-1]["outputs"]
        if spec["loss"] == "softmax-cross-entropy":
            self.targets = torch.randint(0, outputs, (BATCHES, batchSize))
        else:
            self.targets = torch.rand(BATCHES, batchSize, outputs)
        if compiled:
            self.network = torch.compile(self.network)
            self.run(2)

    def run(self, steps):
        torch.set_num_threads(self.threads)
        start = time.perf_counter()
        for step in range(steps):
            batch = step % BATCHES
            self.optimizer.zero_grad()
            self.loss(self.network(self.inputs[batch]), self.targets[batch]).backward()
            self.optimizer.step()
        return time.perf_counter() - start


def main():
    trainings = []
    print(json.dumps({"version": torch.__version__, "sparseprop": SPARSEPROP}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "open" in request:
            trainings.append(Training(**request["open"]))
            answer = {"network": len(trainings) - 1}
        else:
            run = request["run"]
            answer = {"seconds": trainings[run["network"]].run(run["steps"])}
        print(json.dumps(answer), flush=True)


main()
