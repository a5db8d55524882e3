"""Times training steps in JAX, compiled by jit, for bench/steps.mjs. The protocol is that of pytorch_steps.py:

    {"open": {"spec": ..., "optimizer": ..., "batchSize": 64, "masks": []}}          {"network": 0}
    {"run": {"network": 0, "steps": 100}}                                            {"seconds": 0.21}

How many threads it may use is set once, by JAX_BENCH_THREADS: XLA makes its threads when it starts. Compiling is not timed.
"""

import base64
import json
import os
import sys
import time

THREADS = int(os.environ["JAX_BENCH_THREADS"])
# XLA takes as many threads as the process has cores.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax_network import adam_step, fresh_moments, initial  # noqa: E402

BATCHES = 16


def mask_of(encoded, shape):
    """Bytes of [out, in] or [out, in, y, x] as jax_network.py has weights: [in, out] or [y, x, in, out]."""
    kept = np.frombuffer(base64.b64decode(encoded), np.uint8)
    theirs = kept.reshape(shape[::-1] if len(shape) == 2 else [shape[i] for i in (3, 2, 0, 1)])
    return jnp.asarray(np.moveaxis(theirs, (0, 1), (-1, -2)), jnp.float32)


class Training:
    def __init__(self, spec, optimizer, batchSize, masks):
        keys = iter(jax.random.split(jax.random.key(0), 64))
        self.parameters = initial(spec, next(keys))
        self.moments = fresh_moments(self.parameters)
        pairs = zip(masks, self.parameters, strict=True) if masks else ()
        self.masks = [mask_of(mask, own["weight"].shape) for mask, own in pairs] or None
        self.inputs = jax.random.uniform(next(keys), (BATCHES, batchSize, *spec["inputShape"]))
        outputs = spec["layers"][-1]["outputs"]
        if spec["loss"] == "softmax-cross-entropy":
            self.targets = jax.random.randint(next(keys), (BATCHES, batchSize), 0, outputs)
        else:
            self.targets = jax.random.uniform(next(keys), (BATCHES, batchSize, outputs))
        step = lambda parameters, moments, masks, inputs, targets: adam_step(
            spec, optimizer, 0.001, parameters, moments, masks, inputs, targets
        )
        self.step = jax.jit(step, donate_argnums=(0, 1))
        self.batches = [(self.inputs[i], self.targets[i]) for i in range(BATCHES)]
        self.run(1)

    def run(self, steps):
        start = time.perf_counter()
        for step in range(steps):
            batch = self.batches[step % BATCHES]
            self.parameters, self.moments = self.step(self.parameters, self.moments, self.masks, *batch)
        jax.block_until_ready(self.parameters)
        return time.perf_counter() - start


def main():
    trainings = []
    print(json.dumps({"version": jax.__version__}), flush=True)
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
