"""Computes exported networks for prune-lab bench: runtime.py pytorch|onnxruntime

Says hello with its version, then answers each line of standard input, a JSON object, with one:

    {"load": FILE, "inputs": FILE, "shape": [count, ...]}       {"network": NUMBER}
    {"outputs": NUMBER, "batch": EXAMPLES}                      {"values": [...]}
    {"time": NUMBER, "batch": EXAMPLES, "calls": CALLS}         {"seconds": SECONDS}

Inputs are 32-bit floats, little-endian. Everything runs on one thread.
"""

import json
import sys
import time


class PyTorch:
    def __init__(self):
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        self.version = torch.__version__

    def load(self, file, inputs, shape):
        scope = {}
        with open(file, encoding="utf-8") as script:
            exec(compile(script.read(), file, "exec"), scope)
        model, _ = scope["load"]()
        with open(inputs, "rb") as values:
            examples = self.torch.frombuffer(bytearray(values.read()), dtype=self.torch.float32).reshape(shape)

        def call(batch):
            examples_of_batch = examples[:batch].clone()
            return lambda: model(examples_of_batch)

        return call

    def context(self):
        return self.torch.inference_mode()

    def numbers(self, outputs):
        return outputs.reshape(-1).tolist()


class OnnxRuntime:
    def __init__(self):
        import numpy
        import onnxruntime

        self.numpy = numpy
        self.onnxruntime = onnxruntime
        self.version = onnxruntime.__version__

    def load(self, file, inputs, shape):
        options = self.onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = self.onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        examples = self.numpy.fromfile(inputs, dtype="<f4").reshape(shape)

        def call(batch):
            feed = {"input": examples[:batch].copy()}
            return lambda: session.run(None, feed)[0]

        return call

    def context(self):
        import contextlib

        return contextlib.nullcontext()

    def numbers(self, outputs):
        return outputs.reshape(-1).tolist()


def answer(runtime, networks, request):
    if "load" in request:
        networks.append(runtime.load(request["load"], request["inputs"], request["shape"]))
        return {"network": len(networks) - 1}
    with runtime.context():
        if "outputs" in request:
            return {"values": runtime.numbers(networks[request["outputs"]](request["batch"])())}
        call = networks[request["time"]](request["batch"])
        start = time.perf_counter()
        for _ in range(request["calls"]):
            call()
        return {"seconds": time.perf_counter() - start}


runtime = {"pytorch": PyTorch, "onnxruntime": OnnxRuntime}[sys.argv[1]]()
networks = []
print(json.dumps({"version": runtime.version}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(runtime, networks, json.loads(line))), flush=True)
