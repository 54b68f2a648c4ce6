"""HIPS/autograd, in an environment of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import data
import numpy as np
from autograd.scipy.signal import convolve
from autograd.scipy.special import logsumexp
from worker import Step, serve

from autograd import value_and_grad  # HIPS's, not this project's


def step_of(loss: Callable[[list[Any]], Any], arrays: list[Any]) -> Step:
    """Return a step that computes a loss of parameters, and their gradients."""
    both = value_and_grad(loss)
    return lambda: both(arrays)


def cost(scores: Any, labels: Any) -> Any:
    """Return the mean cross entropy."""
    log_p = scores - logsumexp(scores, axis=1, keepdims=True)
    return -anp.mean(log_p[np.arange(len(labels)), labels])


def mlp(dtype: str) -> Step:
    """Return the step of the MLP."""
    x, labels, arrays = data.mlp(dtype)

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = anp.maximum(anp.dot(x, W1.T) + b1, 0)
        h = anp.maximum(anp.dot(h, W2.T) + b2, 0)
        return cost(anp.dot(h, W3.T) + b3, labels)

    return step_of(loss, arrays)


def conv2d(x: Any, weight: Any, bias: Any) -> Any:
    """Return a 3x3 convolution that keeps the size, by the library's own function, as its example convnet.py does."""
    padded = anp.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), "constant")
    turned = weight[:, :, ::-1, ::-1]  # which reverses kernels
    return convolve(padded, turned, axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid") + bias[:, None, None]


def max_pool2d(x: Any) -> Any:
    """Return the largest of each 2x2 window."""
    n, c, h, w = x.shape
    return anp.max(anp.max(anp.reshape(x, (n, c, h // 2, 2, w // 2, 2)), axis=5), axis=3)


def cnn() -> Step:
    """Return the step of the CNN."""
    x, labels, arrays = data.cnn()

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = max_pool2d(anp.maximum(conv2d(x, W1, b1), 0))
        h = max_pool2d(anp.maximum(conv2d(h, W2, b2), 0))
        return cost(anp.dot(anp.reshape(h, (len(x), -1)), W3.T) + b3, labels)

    return step_of(loss, arrays)


CHAINS: dict[str, Callable[[Any, Any], Any]] = {
    "x + y": lambda x, y: x + y,
    "x * y": lambda x, y: x * y,
    "x / y": lambda x, y: x / y,
    "exp": lambda x, y: anp.exp(-x),
    "tanh": lambda x, y: anp.tanh(x),
    "sigmoid": lambda x, y: 1 / (1 + anp.exp(-x)),
    "relu": lambda x, y: anp.maximum(x, 0),
}


def elementwise(name: str) -> Step:
    """Return a step of many elementwise operations."""

    def loss(parameters: list[Any]) -> Any:
        x, y = parameters
        for _ in range(data.CHAIN):
            x = CHAINS[name](x, y)
        return anp.sum(x)

    return step_of(loss, data.elementwise())


STEPS = {
    **{f"MLP {dtype}": functools.partial(mlp, dtype) for dtype in ("float32", "float64")},
    "CNN": cnn,
    **{name: functools.partial(elementwise, name) for name in data.OPERATIONS},
}

if __name__ == "__main__":
    serve(STEPS)
