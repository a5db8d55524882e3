"""Runs whole pruning sweeps in PyTorch, for bench/sweep.mjs, in the arrangement that serves it best: processes of
one thread, dense baselines shared by the points, examples as ready float32 tensors that the processes share.

Reads one JSON request a line and answers each with one JSON line:

    {"load": {"train": {"file": ..., "labels": ..., "shape": [1, 28, 28], "scale": ..., "offset": ...}, ...}}    {}
    {"sweep": {"spec": ..., "methods": ["l1-unstructured"], "sparsities": [0, 0.9], "seeds": [0], ...}}
        {"seconds": 61.5, "points": [{"method": ..., "sparsity": 0.9, "seed": 0, "accuracy": 0.97}, ...]}

Importing torch and reading the data is not timed; starting the processes is.
"""

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import torch
from pytorch_network import LOSSES, module, optimizer_for
from torch.nn.utils import prune

data = {}


def load(sets):
    for name, facts in sets.items():
        with open(facts["file"], "rb") as file:
            inputs = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
        with open(facts["labels"], "rb") as file:
            labels = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
        scaled = inputs.to(torch.float32).mul_(facts["scale"]).add_(facts["offset"])
        data[name] = (scaled.reshape(-1, *facts["shape"]), labels.long())


def run_baseline(plan, seed):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    network = new_network(plan)
    train(network, plan["spec"], plan["train"])
    accuracy(network, "test")
    return {name: values.numpy() for name, values in network.state_dict().items()}


def run_point(plan, seed, method, sparsity, weights):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    network = new_network(plan)
    network.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
    layers = [layer for layer in network if hasattr(layer, "weight")]
    if sparsity > 0 and method == "l1-unstructured":
        for layer in layers:
            prune.l1_unstructured(layer, "weight", sparsity)
    elif sparsity > 0:
        prune.global_unstructured([(layer, "weight") for layer in layers], prune.L1Unstructured, amount=sparsity)
    accuracy(network, "test")
    train(network, plan["spec"], plan["finetune"])
    return {"method": method, "sparsity": sparsity, "seed": seed, "accuracy": accuracy(network, "test")}


def new_network(plan):
    return torch.nn.Sequential(*map(module, plan["spec"]["layers"]))


def train(network, spec, plan):
    options = {"fused": True} if plan["fused"] else {}
    optimizer = optimizer_for(network.parameters(), plan["optimizer"], plan["optimizer"]["learningRate"], **options)
    loss = LOSSES[spec["loss"]]()
    inputs, labels = data["train"]
    accuracy(network, "validation")
    for _ in range(plan["epochs"]):
        for batch in torch.randperm(len(inputs)).split(plan["batchSize"]):
            optimizer.zero_grad()
            loss(network(inputs[batch]), labels[batch]).backward()
            optimizer.step()
        accuracy(network, "validation")


@torch.no_grad()
def accuracy(network, name):
    inputs, labels = data[name]
    batches = zip(inputs.split(1000), labels.split(1000))
    right = sum((network(batch).argmax(1) == expected).sum() for batch, expected in batches)
    return int(right) / max(1, len(labels))


def sweep(plan):
    """Baselines first; a point may begin as soon as the baseline of its seed is there."""
    # Without pruning the methods do the same: one point serves all.
    grid = [(m, s) for s in plan["sparsities"] for m in (plan["methods"] if s > 0 else plan["methods"][:1])]
    start = time.perf_counter()
    with ProcessPoolExecutor(plan["processes"], mp_context=get_context("fork")) as pool:
        baselines = {pool.submit(run_baseline, plan, seed): seed for seed in plan["seeds"]}
        points = [
            pool.submit(run_point, plan, baselines[baseline], method, sparsity, baseline.result())
            for baseline in as_completed(baselines)
            for method, sparsity in grid
        ]
        results = [point.result() for point in points]
    return {"seconds": time.perf_counter() - start, "points": results}


def main():
    torch.set_num_threads(1)
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = load(request["load"]) or {} if "load" in request else sweep(request["sweep"])
        print(json.dumps(answer), flush=True)


main()
