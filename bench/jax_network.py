"""A NetworkSpec of src/network/specification.ts (as JSON) as JAX functions. Images are [batch, y, x, channel], which XLA's
CPU convolutions are fastest with; what is drawn at random needs no translation."""

import jax
import jax.numpy as jnp
from jax import lax

ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh}


def initial(spec, key):
    """Weights and biases as PyTorch draws them: uniform, up to 1 / sqrt(inputs of a neuron)."""
    parameters = []
    for layer in spec["layers"]:
        if layer["kind"] == "dense":
            shape = (layer["inputs"], layer["outputs"])
        elif layer["kind"] == "conv2d":
            shape = (layer["kernelHeight"], layer["kernelWidth"], layer["inChannels"], layer["outChannels"])
        else:
            continue
        bound = 1 / jnp.sqrt(jnp.prod(jnp.array(shape[:-1])))
        key, weight, bias = jax.random.split(key, 3)
        draw = lambda key, shape: jax.random.uniform(key, shape, minval=-bound, maxval=bound)
        parameters.append({"weight": draw(weight, shape), "bias": draw(bias, shape[-1:])})
    return parameters


def forward(spec, parameters, inputs):
    """The outputs of a batch; `inputs` is [batch, channel, y, x]."""
    values = jnp.moveaxis(inputs, 1, -1) if inputs.ndim == 4 else inputs
    left = iter(parameters)
    for layer in spec["layers"]:
        match layer["kind"]:
            case "dense":
                own = next(left)
                values = values @ own["weight"] + own["bias"]
            case "conv2d":
                own = next(left)
                padding = [(layer["padding"],) * 2] * 2
                strides = (layer["stride"],) * 2
                axes = ("NHWC", "HWIO", "NHWC")
                values = lax.conv_general_dilated(values, own["weight"], strides, padding, dimension_numbers=axes)
                values = values + own["bias"]
            case "max-pool":
                window, strides = ((1, layer[name], layer[name], 1) for name in ("size", "stride"))
                values = lax.reduce_window(values, -jnp.inf, lax.max, window, strides, "VALID")
            case "flatten":
                values = values.reshape(values.shape[0], -1)
            case "activation":
                values = ACTIVATIONS[layer["activation"]](values)
    return values


def loss_of(spec, parameters, inputs, targets):
    outputs = forward(spec, parameters, inputs)
    if spec["loss"] == "softmax-cross-entropy":
        return -jnp.take_along_axis(jax.nn.log_softmax(outputs), targets[:, None], 1).mean()
    return jnp.square(outputs - targets).mean()


def masked(parameters, masks):
    """Masks are 1 where a weight is kept; None of a network that is dense."""
    if masks is None:
        return parameters
    return [{**own, "weight": own["weight"] * mask} for own, mask in zip(parameters, masks)]


def fresh_moments(parameters):
    zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
    return {"first": zeros(), "second": zeros(), "step": jnp.zeros((), jnp.int32)}


def adam_step(spec, optimizer, learning_rate, parameters, moments, masks, inputs, targets):
    """A step of Adam (Kingma and Ba 2015) by the gradient of the masked network."""
    loss = lambda parameters: loss_of(spec, masked(parameters, masks), inputs, targets)
    gradients = jax.grad(loss)(parameters)
    first_decay, second_decay = optimizer["beta1"], optimizer["beta2"]
    step = moments["step"] + 1
    first = jax.tree.map(lambda m, g: first_decay * m + (1 - first_decay) * g, moments["first"], gradients)
    second = jax.tree.map(lambda v, g: second_decay * v + (1 - second_decay) * g * g, moments["second"], gradients)
    rate = learning_rate * jnp.sqrt(1 - second_decay**step) / (1 - first_decay**step)
    move = lambda p, m, v: p - rate * m / (jnp.sqrt(v) + optimizer["epsilon"])
    return jax.tree.map(move, parameters, first, second), {"first": first, "second": second, "step": step}
