"""Twins: one network written twice, number by number on `Value`s and array by array on `Tensor`s."""

from __future__ import annotations

from copy import copy
from typing import Any

import autograd
from autograd import OperandError, Tensor
from nn.activations import Activation, find_activation, gelu_tanh, linear
from nn.layers.activations import (
    ELU,
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Step,
    Tanh,
)
from nn.layers.activations import Activation as Elementwise
from nn.layers.containers import Sequential
from nn.layers.linear import Linear
from nn.module import Module
from nn.scalar import MLP, Layer


def as_tensor_network(mlp: MLP) -> Sequential:
    """Return the network on arrays that computes what a scalar one does: of (batch, nin) it makes (batch, nout).

    The weights are copied; from then on the two learn apart. Layers of neurons become `Linear` layers followed by
    their activation.

    Raises
    ------
    OperandError
        It is not an `MLP`, or the neurons of a layer have different activations.

    >>> import numpy as np
    >>> mlp = MLP(3, [4, 2], activation="tanh", rng=0)
    >>> twin = as_tensor_network(mlp)
    >>> row = [0.1, -0.2, 0.3]
    >>> bool(np.allclose(twin(np.array([row])).data[0], [out.data for out in mlp(row)], rtol=1e-12))
    True
    """
    if not isinstance(mlp, MLP):
        raise OperandError(f"as_tensor_network: expected a scalar nn.MLP, got {type(mlp).__name__}")
    steps: list[Any] = []
    for place, layer in enumerate(mlp.layers):
        activations = {neuron.activation: neuron.activate for neuron in layer.neurons}
        if len(activations) > 1:
            raise OperandError(f"as_tensor_network: the neurons of layers.{place} differ: {', '.join(activations)}")
        steps.append(_linear_of(layer))
        steps += [copy(_MODULES.get(function, function)) for function in activations.values() if function is not linear]
    return Sequential(*steps)


def as_scalar_network(network: Sequential) -> MLP:
    """Return the scalar network that computes what `Linear` layers and elementwise activations in sequence do.

    The inverse of `as_tensor_network`; the weights are copied.

    Raises
    ------
    OperandError
        Some step has no scalar twin.

    >>> import nn, autograd
    >>> as_scalar_network(Sequential(nn.Linear(3, 4), autograd.tanh, nn.Linear(4, 2)))
    MLP(3, [4, 2], activation='tanh')  # 26 parameters
    """
    if not isinstance(network, Sequential) or not len(network):
        raise OperandError(f"as_scalar_network: expected nn.Sequential of some steps, got {type(network).__name__}")
    layers: list[tuple[Linear, Activation]] = []
    for place, step in enumerate(network):
        if isinstance(step, Linear):
            layers.append((step, linear))
        elif layers and layers[-1][1] is linear and _is_elementwise(step):
            layers[-1] = (layers[-1][0], _FUNCTIONS.get(repr(step), step))
        else:
            raise OperandError(
                f"as_scalar_network: step {place} is {step!r}; expected Linear layers, each followed by an activation "
                "or the next one"
            )
    return _mlp_of(layers)


#: The modules of the functions that scalar networks use.
_MODULES: dict[Activation, Activation] = {
    autograd.elu: ELU(),
    autograd.gelu: GELU(),
    gelu_tanh: GELU("tanh"),
    autograd.leaky_relu: LeakyReLU(),
    autograd.relu: ReLU(),
    autograd.sigmoid: Sigmoid(),
    autograd.silu: SiLU(),
    autograd.softplus: Softplus(),
    autograd.step: Step(),
    autograd.tanh: Tanh(),
}
_FUNCTIONS = {repr(module): function for function, module in _MODULES.items()}


def _is_elementwise(step: Any) -> bool:
    """Tell whether a step of a network makes a number of each number: an activation, or some function."""
    return not isinstance(step, Module) or (
        isinstance(step, Elementwise) and not isinstance(step, Softmax | LogSoftmax)
    )


def _linear_of(layer: Layer) -> Linear:
    """Return the layer on arrays with the weights of neurons."""
    neurons = layer.neurons
    twin = Linear(len(neurons[0].w), len(neurons), rng=0)
    twin.load_state_dict(
        {"weight": [[w.data for w in neuron.w] for neuron in neurons], "bias": [neuron.b.data for neuron in neurons]}
    )
    return twin


def _mlp_of(layers: list[tuple[Linear, Activation]]) -> MLP:
    """Return the network of neurons with the weights of layers on arrays."""
    widths = [step.weight.shape[0] for step, _ in layers]
    mlp = MLP(layers[0][0].weight.shape[1], widths, rng=0)
    for (step, activation), layer in zip(layers, mlp.layers, strict=True):
        biases = step.bias.tolist() if isinstance(step.bias, Tensor) else [0.0] * len(layer.neurons)
        for neuron, weights, bias in zip(layer.neurons, step.weight.tolist(), biases, strict=True):
            neuron.activation, neuron.activate = find_activation(activation)
            for w, number in zip(neuron.w, weights, strict=True):
                w.data = number
            neuron.b.data = bias
    return mlp
