"""Makes the linear bridge again in numpy, from the trained linear model and the data that bench/linear-bridge.mjs wrote,
and holds its loss and its number of values against the tool's; then the same on noise of its own. Run by that script, which
says how. Only the teachers' weights are read from checkpoints: every network is put together and computed here, in double
precision.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

INPUTS, HIDDEN, OUTPUTS, BIAS = 128, 1024, 10, 0.01


def read_safetensors(file):
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], "<f4")
        tensors[name] = values.reshape(entry["shape"]).astype(float)
    return tensors


def bridge(weight, bias, eps, gamma, kept, precision):
    """The four tensors; None for what is pruned by a mask is 0. `precision` is how they are stored."""
    first = np.zeros((HIDDEN, INPUTS), precision)
    first[np.arange(INPUTS), np.arange(INPUTS)] = eps
    first_bias = np.full(HIDDEN, BIAS if kept else 0, precision)
    second = np.zeros((OUTPUTS, HIDDEN), precision)
    second[:, :INPUTS] = weight / (eps * gamma)
    second_bias = (bias - second.astype(float).sum(axis=1) / 2).astype(precision)
    return first, first_bias, second, second_bias


def forward(network, inputs):
    first, first_bias, second, second_bias = [tensor.astype(float) for tensor in network]
    hidden = 1 / (1 + np.exp(-(inputs @ first.T + first_bias)))
    return hidden @ second.T + second_bias


def mse(outputs, targets):
    return np.mean((outputs - targets) ** 2)


def against_the_tool(folder):
    request = json.loads((folder / "request.json").read_text())
    rows = {row["method"]: row for row in request["rows"]}
    data = np.loadtxt(folder / "data.csv", delimiter=",")
    inputs, targets = data[:, :INPUTS], data[:, INPUTS:]
    worst = 0.0
    print(f"{'network':34} {'tool':>12} {'numpy':>12} {'numpy exact':>12} {'teacher':>9} {'outputs':>9} {'kept':>6}")
    for given in request["bridges"]:
        row = rows[given["name"]]
        teacher = read_safetensors(folder / "checkpoints" / f"teacher-{given['epochs']}-0-seed42.safetensors")
        weight, bias = teacher["fc1.weight"], teacher["fc1.bias"]
        kept = given["hiddenBiases"] == "kept"
        make = lambda precision: bridge(weight, bias, given["eps"], given["gamma"], kept, precision)
        linear = inputs @ weight.T + bias
        outputs = forward(make(np.float32), inputs)
        exact = forward(make(float), inputs)
        found, expected = mse(outputs, targets), row["loss"]
        nonzero = sum(np.count_nonzero(tensor) for tensor in make(np.float32))
        assert nonzero == row["nonzero"], (nonzero, row)
        worst = max(worst, abs(found - expected) / expected)
        print(
            f"{given['name']:34} {expected:12.6f} {found:12.6f} {mse(exact, targets):12.6f} "
            f"{mse(linear, targets):9.6f} {np.abs(outputs - linear).max():9.2e} {nonzero:6d}"
        )
    for name, outputs in [("zero", np.zeros_like(targets)), ("mean", targets.mean(axis=0))]:
        found, expected = mse(outputs, targets), rows[name]["loss"]
        worst = max(worst, abs(found - expected) / expected)
        print(f"{name:34} {expected:12.6f} {found:12.6f}")
    print(f"largest relative difference of a loss between the tool and numpy: {worst:.1e}")


def on_noise_of_its_own(sets=200):
    """With the least-squares model as the teacher: how much the losses with kept hidden biases vary with the data."""
    settings = [(0.01, 0.1), (0.001, 0.25), (0.0001, 0.5)]
    losses = {setting: [] for setting in settings}
    teachers = []
    for seed in range(sets):
        random = np.random.default_rng(seed)
        inputs = random.standard_normal((500, INPUTS))
        targets = random.standard_normal((500, OUTPUTS))
        design = np.hstack([inputs, np.ones((500, 1))])
        solved, *_ = np.linalg.lstsq(design, targets, rcond=None)
        weight, bias = solved[:INPUTS].T, solved[INPUTS]
        teachers.append(mse(design @ solved, targets))
        for eps, gamma in settings:
            outputs = forward(bridge(weight, bias, eps, gamma, True, float), inputs)
            losses[eps, gamma].append(mse(outputs, targets))
    spread = lambda values: " ".join(f"{value:9.3f}" for value in np.percentile(values, [0, 5, 50, 95, 100]))
    print(f"\n{sets} sets of noise, least-squares teachers: least, 5%, median, 95%, most of the loss")
    print(f"{'teacher':34} {spread(teachers)}")
    for (eps, gamma), values in losses.items():
        print(f"{f'hidden biases kept, {eps}, {gamma}':34} {spread(values)}")


against_the_tool(Path(sys.argv[1]))
on_noise_of_its_own()
