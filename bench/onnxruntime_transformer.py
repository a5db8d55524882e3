"""DistilBERT of random weights in onnxruntime, on one thread: started by bench/transformer.mjs.

The graph is written here, operator by operator, because neither onnx nor transformers is needed for anything else: LayerNormalization
and Gelu are single operators of opset 20, and texts of about one length go through together, padded and masked.
"""

import json
import sys
import time

import numpy
import onnxruntime

FLOAT, INT64 = 1, 7


def varint(value):
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def field(number, value):
    """A field of a protocol buffer: an integer, a text, or the bytes of another message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


class Graph:
    """The messages of onnx.proto that are needed, by the numbers of their fields."""

    def __init__(self):
        self.nodes, self.tensors, self.count = [], [], 0
        self.random = numpy.random.default_rng(1)

    def constant(self, values):
        self.count += 1
        name = f"c{self.count}"
        kind = INT64 if values.dtype == numpy.int64 else FLOAT
        dims = b"".join(field(1, extent) for extent in values.shape)
        self.tensors.append(dims + field(2, kind) + field(8, name) + field(9, values.tobytes()))
        return name

    def weight(self, *shape):
        return self.constant(self.random.normal(0, 0.02, shape).astype(numpy.float32))

    def node(self, operator, *inputs, output=None, **attributes):
        self.count += 1
        output = output or f"v{self.count}"
        message = b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, operator)
        for name, value in attributes.items():
            if isinstance(value, float):
                data = varint(2 << 3 | 5) + numpy.float32(value).tobytes() + field(20, 1)
            elif isinstance(value, int):
                data = field(3, value) + field(20, 2)
            else:
                data = b"".join(field(8, each) for each in value) + field(20, 7)
            message += field(5, field(1, name) + data)
        self.nodes.append(message)
        return output

    def linear(self, x, inputs, outputs):
        return self.node("Add", self.node("MatMul", x, self.weight(inputs, outputs)), self.weight(outputs))

    def norm(self, x, width):
        ones, zeros = self.constant(numpy.ones(width, numpy.float32)), self.constant(numpy.zeros(width, numpy.float32))
        return self.node("LayerNormalization", x, ones, zeros, axis=2, epsilon=1e-12)

    def model(self, inputs, output):
        def value(name, kind, rank):
            shape = b"".join(field(1, field(2, f"{name}{i}")) for i in range(rank))
            return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))

        graph = b"".join(field(1, node) for node in self.nodes) + field(2, "network")
        graph += b"".join(field(5, tensor) for tensor in self.tensors)
        graph += b"".join(field(11, value(*each)) for each in inputs) + field(12, value(output, FLOAT, 2))
        return field(1, 9) + field(7, graph) + field(8, field(1, "") + field(2, 20))


def distilbert(vocabulary, positions, layers, width, heads, hidden):
    g = Graph()
    size = width // heads
    split, joined = (g.constant(numpy.array(shape, numpy.int64)) for shape in ([0, 0, heads, size], [0, 0, width]))
    scale = g.constant(numpy.array(size**-0.5, numpy.float32))
    words = g.node("Gather", g.weight(vocabulary, width), "ids")
    x = g.norm(g.node("Add", words, g.node("Gather", g.weight(positions, width), "places")), width)
    for _ in range(layers):
        parts = [g.node("Reshape", g.linear(x, width, width), split) for _ in range(3)]
        query, key, value = (
            g.node("Transpose", part, perm=perm)
            for part, perm in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        )
        scores = g.node("Add", g.node("Mul", g.node("MatMul", query, key), scale), "mask")
        mixed = g.node("MatMul", g.node("Softmax", scores, axis=3), value)
        mixed = g.node("Reshape", g.node("Transpose", mixed, perm=[0, 2, 1, 3]), joined)
        x = g.norm(g.node("Add", x, g.linear(mixed, width, width)), width)
        raised = g.node("Gelu", g.linear(x, width, hidden))
        x = g.norm(g.node("Add", x, g.linear(raised, hidden, width)), width)
    first = g.node("Gather", x, g.constant(numpy.array(0, numpy.int64)), axis=1)
    g.node("Identity", g.linear(g.node("Relu", g.linear(first, width, width)), width, 2), output="logits")
    return g.model([("ids", INT64, 2), ("places", INT64, 1), ("mask", FLOAT, 4)], "logits")


def batches(lengths, size, vocabulary):
    """Batches of texts of these lengths, shortest first."""
    random = numpy.random.default_rng(2)
    ordered = sorted(lengths)
    for start in range(0, len(ordered), size):
        batch = numpy.array(ordered[start : start + size])
        longest = int(batch.max())
        mask = numpy.where(numpy.arange(longest) < batch[:, None], 0, -1e9).astype(numpy.float32)
        yield {
            "ids": random.integers(0, vocabulary, (len(batch), longest)),
            "places": numpy.arange(longest),
            "mask": mask[:, None, None, :],
        }


def main():
    request = json.load(sys.stdin)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = distilbert(**request["network"])
    session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
    feeds = list(batches(request["lengths"], 32, request["network"]["vocabulary"]))
    session.run(None, feeds[0])
    start = time.process_time()
    for feed in feeds:
        session.run(None, feed)
    seconds = time.process_time() - start
    print(json.dumps({"version": onnxruntime.__version__, "seconds": seconds}))


main()
