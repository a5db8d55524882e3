"""A NetworkSpec of src/engines/network-spec.ts (as JSON) as a torch module."""

import torch

ACTIVATIONS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh}
LOSSES = {"softmax-cross-entropy": torch.nn.CrossEntropyLoss, "mean-squared-error": torch.nn.MSELoss}


def module(layer):
    match layer["kind"]:
        case "dense":
            return torch.nn.Linear(layer["inputs"], layer["outputs"], bias=layer.get("bias", True))
        case "conv2d":
            return torch.nn.Conv2d(
                layer["inChannels"],
                layer["outChannels"],
                (layer["kernelHeight"], layer["kernelWidth"]),
                stride=layer["stride"],
                padding=layer["padding"],
                bias=layer.get("bias", True),
            )
        case "max-pool":
            return torch.nn.MaxPool2d(layer["size"], layer["stride"])
        case "flatten":
            return torch.nn.Flatten()
        case "activation":
            return ACTIVATIONS[layer["activation"]]()


def optimizer_for(parameters, spec, learning_rate, **options):
    """An OptimizerSpec of src/engines/engine.ts as a torch optimizer."""
    if spec["name"] == "adam":
        return torch.optim.Adam(
            parameters,
            lr=learning_rate,
            betas=(spec["beta1"], spec["beta2"]),
            eps=spec["epsilon"],
            weight_decay=spec["weightDecay"],
            **options,
        )
    return torch.optim.SGD(
        parameters,
        lr=learning_rate,
        momentum=spec["momentum"],
        nesterov=spec.get("nesterov", False),
        weight_decay=spec["weightDecay"],
        **options,
    )
