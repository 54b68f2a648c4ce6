"""This project."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import data
from worker import Step, serve

import nn
from autograd import Tensor, conv2d, linear, max_pool2d


def step_of(loss: Callable[[list[Any]], Any], arrays: list[Any]) -> Step:
    """Return a step that computes a loss of parameters, and their gradients."""
    parameters = [Tensor(array) for array in arrays]

    def step() -> tuple[Any, list[Any]]:
        for p in parameters:
            p.grad = 0.0
        found = loss(parameters)
        found.backward(keep="leaves")
        return found.item(), [p.grad for p in parameters]

    return step


def mlp(dtype: str) -> Step:
    """Return the step of the MLP."""
    array, labels, arrays = data.mlp(dtype)
    x = Tensor(array, constant=True)

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = linear(linear(x, W1, b1).relu(), W2, b2).relu()
        return nn.cross_entropy(linear(h, W3, b3), labels)

    return step_of(loss, arrays)


def cnn() -> Step:
    """Return the step of the CNN."""
    array, labels, arrays = data.cnn()
    x = Tensor(array, constant=True)

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = max_pool2d(conv2d(x, W1, b1, padding=1).relu(), 2)
        h = max_pool2d(conv2d(h, W2, b2, padding=1).relu(), 2)
        return nn.cross_entropy(linear(h.reshape(len(h), -1), W3, b3), labels)

    return step_of(loss, arrays)


def block() -> Step:
    """Return the step of the Transformer block."""
    array, arrays = data.block()
    x = Tensor(array, constant=True)
    layer = nn.TransformerEncoderLayer(data.WIDTH, data.HEADS, data.HIDDEN, dropout=0.0, norm_first=True)
    layer.astype("float32").load_state_dict(dict(zip(data.BLOCK, arrays, strict=True)))
    named = dict(layer.named_parameters())
    return step_of(lambda parameters: (layer(x) ** 2).mean(), [named[path] for path in data.BLOCK])


def lstm(dtype: str) -> Step:
    """Return the step of the LSTM."""
    array, y, arrays = data.lstm(dtype)
    x = Tensor(array, constant=True)
    layer = nn.LSTM(data.INPUTS, data.UNITS, rng=0).astype(dtype)
    layer.load_state_dict({name: array for (name, _), array in zip(layer.named_parameters(), arrays, strict=True)})

    def loss(_: list[Any]) -> Any:
        _, (h, _) = layer(x)
        return ((h[0] - y) ** 2).mean()

    return step_of(loss, layer.parameters())


CHAINS: dict[str, Callable[[Any, Any], Any]] = {
    "x + y": lambda x, y: x + y,
    "x * y": lambda x, y: x * y,
    "x / y": lambda x, y: x / y,
    "exp": lambda x, y: (-x).exp(),
    "tanh": lambda x, y: x.tanh(),
    "sigmoid": lambda x, y: x.sigmoid(),
    "relu": lambda x, y: x.relu(),
}


def elementwise(name: str) -> Step:
    """Return a step of many elementwise operations."""

    def loss(parameters: list[Any]) -> Any:
        x, y = parameters
        for _ in range(data.CHAIN):
            x = CHAINS[name](x, y)
        return x.sum()

    return step_of(loss, data.elementwise())


STEPS = {
    **{f"MLP {dtype}": functools.partial(mlp, dtype) for dtype in ("float32", "float64")},
    "CNN": cnn,
    **{f"LSTM {dtype}": functools.partial(lstm, dtype) for dtype in ("float32", "float64")},
    "Transformer block": block,
    **{name: functools.partial(elementwise, name) for name in data.OPERATIONS},
}

if __name__ == "__main__":
    serve(STEPS)
