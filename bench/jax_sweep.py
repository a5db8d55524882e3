"""Runs whole pruning sweeps in JAX, for bench/sweep.mjs, arranged as pytorch_sweep.py does it: processes of one thread,
dense baselines shared by the points, examples as ready float32 arrays. An epoch is one compiled loop. The protocol is the same.

Starting the processes, reading the data and compiling are not timed.
"""

import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context

import numpy as np

state = {}


def prepare(sets, plan, cores):
    """In each process, before the time counts: one core, the data, the compiled functions."""
    os.sched_setaffinity(0, [cores.get()])
    import jax
    import jax.numpy as jnp
    from jax_network import adam_step, forward, fresh_moments, initial, masked

    spec = plan["spec"]
    data = {}
    for name, facts in sets.items():
        inputs = np.fromfile(facts["file"], np.uint8).astype(np.float32) * facts["scale"] + facts["offset"]
        labels = np.fromfile(facts["labels"], np.uint8).astype(np.int32)
        data[name] = (jnp.asarray(inputs.reshape(-1, *facts["shape"])), jnp.asarray(labels))

    @partial(jax.jit, donate_argnums=(0, 1))
    def steps(parameters, moments, masks, batches, inputs, labels):
        def step(carry, batch):
            return adam_step(spec, plan["optimizer"], plan["optimizer"]["learningRate"], *carry, masks, inputs[batch], labels[batch]), None

        return jax.lax.scan(step, (parameters, moments), batches)[0]

    @jax.jit
    def right(parameters, masks, inputs, labels):
        return (forward(spec, masked(parameters, masks), inputs).argmax(1) == labels).sum()

    state.update(jax=jax, jnp=jnp, data=data, steps=steps, right=right, spec=spec, initial=initial, fresh=fresh_moments)
    for masks in (None, [jnp.ones_like(own["weight"]) for own in initial(spec, jax.random.key(0))]):
        train(initial(spec, jax.random.key(0)), masks, np.random.default_rng(0), epochs=1, batch_size=plan["batchSize"])
        accuracy(initial(spec, jax.random.key(0)), masks, "test")


def train(parameters, masks, random, epochs, batch_size):
    jax, jnp = state["jax"], state["jnp"]
    inputs, labels = state["data"]["train"]
    moments = state["fresh"](parameters)
    accuracy(parameters, masks, "validation")
    for _ in range(epochs):
        order = random.permutation(len(inputs)).astype(np.int32)
        whole = len(order) // batch_size * batch_size
        for batches in (order[:whole].reshape(-1, batch_size), order[whole:].reshape(1, -1)):
            if batches.size > 0:
                parameters, moments = state["steps"](parameters, moments, masks, jnp.asarray(batches), inputs, labels)
        accuracy(parameters, masks, "validation")
    return jax.block_until_ready(parameters)


def accuracy(parameters, masks, name):
    inputs, labels = state["data"][name]
    chunks = range(0, len(inputs), 1000)
    right = sum(int(state["right"](parameters, masks, inputs[i : i + 1000], labels[i : i + 1000])) for i in chunks)
    return right / max(1, len(labels))


def masks_of(parameters, method, sparsity):
    """The smallest magnitudes of each layer go, or the smallest of all."""
    sizes = [np.abs(np.asarray(own["weight"])).ravel() for own in parameters]
    groups = [sizes] if method == "global-magnitude" else [[each] for each in sizes]
    kept = []
    for group in groups:
        together = np.concatenate(group)
        keep = np.ones(len(together), np.float32)
        keep[np.argpartition(together, round(sparsity * len(together)))[: round(sparsity * len(together))]] = 0
        kept += np.split(keep, np.cumsum([len(each) for each in group])[:-1])
    return [state["jnp"].asarray(keep.reshape(own["weight"].shape)) for keep, own in zip(kept, parameters)]


def run_baseline(plan, seed):
    parameters = state["initial"](state["spec"], state["jax"].random.key(seed))
    random = np.random.default_rng(seed)
    parameters = train(parameters, None, random, plan["train"]["epochs"], plan["batchSize"])
    accuracy(parameters, None, "test")
    return state["jax"].tree.map(np.asarray, parameters)


def run_point(plan, seed, method, sparsity, weights):
    parameters = state["jax"].tree.map(state["jnp"].array, weights)
    masks = masks_of(parameters, method, sparsity) if sparsity > 0 else None
    accuracy(parameters, masks, "test")
    parameters = train(parameters, masks, np.random.default_rng(seed), plan["finetune"]["epochs"], plan["batchSize"])
    point = {"method": method, "sparsity": sparsity, "seed": seed}
    return {**point, "accuracy": accuracy(parameters, masks, "test")}


def ready(_):
    time.sleep(0.1)


def sweep(sets, plan):
    """Baselines first; a point may begin as soon as the baseline of its seed is there."""
    # Without pruning the methods do the same: one point serves all.
    grid = [(m, s) for s in plan["sparsities"] for m in (plan["methods"] if s > 0 else plan["methods"][:1])]
    context = get_context("spawn")
    cores = context.Queue()
    allowed = sorted(os.sched_getaffinity(0))
    for i in range(plan["processes"]):
        cores.put(allowed[i % len(allowed)])
    own = {**plan, "optimizer": plan["train"]["optimizer"], "batchSize": plan["train"]["batchSize"]}
    with ProcessPoolExecutor(plan["processes"], context, prepare, (sets, own, cores)) as pool:
        # A process starts when it is needed: as many tasks as processes, and all have compiled.
        list(pool.map(ready, range(plan["processes"])))
        start = time.perf_counter()
        baselines = {pool.submit(run_baseline, own, seed): seed for seed in plan["seeds"]}
        points = [
            pool.submit(run_point, own, baselines[baseline], method, sparsity, baseline.result())
            for baseline in as_completed(baselines)
            for method, sparsity in grid
        ]
        results = [point.result() for point in points]
        return {"seconds": time.perf_counter() - start, "points": results}


def main():
    from importlib.metadata import version

    print(json.dumps({"version": version("jax")}), flush=True)
    sets = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "load" in request:
            sets = request["load"]
            answer = {}
        else:
            answer = sweep(sets, request["sweep"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
