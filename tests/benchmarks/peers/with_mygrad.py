"""MyGrad, in an environment of its own; its memory guard, which takes time, is off."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import data
import mygrad
import numpy as np
from mygrad.nnet.activations import relu, sigmoid, softmax
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy
from worker import Step, serve


def step_of(loss: Callable[[list[Any]], Any], arrays: list[Any]) -> Step:
    """Return a step that computes a loss of parameters, and their gradients."""
    parameters = [mygrad.tensor(array) for array in arrays]

    def step() -> tuple[Any, list[Any]]:
        for p in parameters:
            p.null_grad()
        found = loss(parameters)
        found.backward()
        return found.item(), [0.0 if p.grad is None else p.grad for p in parameters]

    return step


def mlp(dtype: str) -> Step:
    """Return the step of the MLP."""
    x, labels, arrays = data.mlp(dtype)

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = relu(mygrad.matmul(x, W1.T) + b1)
        h = relu(mygrad.matmul(h, W2.T) + b2)
        return softmax_crossentropy(mygrad.matmul(h, W3.T) + b3, labels)

    return step_of(loss, arrays)


def cnn() -> Step:
    """Return the step of the CNN."""
    x, labels, arrays = data.cnn()

    def conv2d(x: Any, weight: Any, bias: Any) -> Any:
        return conv_nd(x, weight, stride=1, padding=1) + bias.reshape(-1, 1, 1)

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = max_pool(relu(conv2d(x, W1, b1)), (2, 2), 2)
        h = max_pool(relu(conv2d(h, W2, b2)), (2, 2), 2)
        return softmax_crossentropy(mygrad.matmul(h.reshape(len(x), -1), W3.T) + b3, labels)

    return step_of(loss, arrays)


def normalized(x: Any, scale: Any, shift: Any) -> Any:
    """Return a layer normalization of the last axis."""
    centred = x - mygrad.mean(x, axis=-1, keepdims=True)
    size = mygrad.sqrt(mygrad.mean(centred * centred, axis=-1, keepdims=True) + np.float32(1e-5))
    return centred / size * scale + shift


def heads(x: Any) -> Any:
    """Return queries, keys or values with the heads as an axis of their own, before time."""
    batch, time, width = x.shape
    return mygrad.transpose(mygrad.reshape(x, (batch, time, data.HEADS, width // data.HEADS)), (0, 2, 1, 3))


def attention(x: Any, weight: Any, bias: Any) -> Any:
    """Return what all heads find, side by side."""
    width = data.WIDTH
    parts = [slice(place * width, (place + 1) * width) for place in range(3)]
    q, k, v = (heads(mygrad.matmul(x, weight[part].T) + bias[part]) for part in parts)
    scores = mygrad.matmul(q * np.float32(np.sqrt(data.HEADS / width)), mygrad.swapaxes(k, -1, -2))
    found = mygrad.matmul(softmax(scores), v)
    return mygrad.reshape(mygrad.transpose(found, (0, 2, 1, 3)), x.shape)


def block() -> Step:
    """Return the step of the Transformer block."""
    x, arrays = data.block()

    def loss(parameters: list[Any]) -> Any:
        Wi, bi, Wo, bo, W1, b1, W2, b2, g1, s1, g2, s2 = parameters
        h = x + mygrad.matmul(attention(normalized(x, g1, s1), Wi, bi), Wo.T) + bo
        inner = relu(mygrad.matmul(normalized(h, g2, s2), W1.T) + b1)
        h = h + mygrad.matmul(inner, W2.T) + b2
        return mygrad.mean(h * h)

    return step_of(loss, arrays)


def lstm(dtype: str) -> Step:
    """Return the step of the LSTM."""
    x, y, arrays = data.lstm(dtype)
    return step_of(lambda parameters: data.lstm_loss(mygrad, x, y, parameters), arrays)


CHAINS: dict[str, Callable[[Any, Any], Any]] = {
    "x + y": lambda x, y: x + y,
    "x * y": lambda x, y: x * y,
    "x / y": lambda x, y: x / y,
    "exp": lambda x, y: mygrad.exp(-x),
    "tanh": lambda x, y: mygrad.tanh(x),
    "sigmoid": lambda x, y: sigmoid(x),
    "relu": lambda x, y: relu(x),
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
    mygrad.turn_memory_guarding_off()
    serve(STEPS)
