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


def softmax(x: Any) -> Any:
    """Return the softmax over the last axis."""
    weights = anp.exp(x - anp.max(x, axis=-1, keepdims=True))
    return weights / anp.sum(weights, axis=-1, keepdims=True)


def normalized(x: Any, scale: Any, shift: Any) -> Any:
    """Return a layer normalization of the last axis."""
    centred = x - anp.mean(x, axis=-1, keepdims=True)
    size = anp.sqrt(anp.mean(centred * centred, axis=-1, keepdims=True) + np.float32(1e-5))
    return centred / size * scale + shift


def heads(x: Any) -> Any:
    """Return queries, keys or values with the heads as an axis of their own, before time."""
    batch, time, width = x.shape
    return anp.transpose(anp.reshape(x, (batch, time, data.HEADS, width // data.HEADS)), (0, 2, 1, 3))


def attention(x: Any, weight: Any, bias: Any) -> Any:
    """Return what all heads find, side by side."""
    width = data.WIDTH
    parts = [slice(place * width, (place + 1) * width) for place in range(3)]
    q, k, v = (heads(anp.matmul(x, weight[part].T) + bias[part]) for part in parts)
    scores = anp.matmul(q * np.float32(np.sqrt(data.HEADS / width)), anp.swapaxes(k, -1, -2))
    found = anp.matmul(softmax(scores), v)
    return anp.reshape(anp.transpose(found, (0, 2, 1, 3)), x.shape)


def block() -> Step:
    """Return the step of the Transformer block."""
    x, arrays = data.block()

    def loss(parameters: list[Any]) -> Any:
        Wi, bi, Wo, bo, W1, b1, W2, b2, g1, s1, g2, s2 = parameters
        h = x + anp.matmul(attention(normalized(x, g1, s1), Wi, bi), Wo.T) + bo
        inner = anp.maximum(anp.matmul(normalized(h, g2, s2), W1.T) + b1, 0)
        h = h + anp.matmul(inner, W2.T) + b2
        return anp.mean(h * h)

    return step_of(loss, arrays)


def lstm(dtype: str) -> Step:
    """Return the step of the LSTM."""
    x, y, arrays = data.lstm(dtype)
    return step_of(lambda parameters: data.lstm_loss(anp, x, y, parameters), arrays)


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
    **{f"LSTM {dtype}": functools.partial(lstm, dtype) for dtype in ("float32", "float64")},
    "Transformer block": block,
    **{name: functools.partial(elementwise, name) for name in data.OPERATIONS},
}

if __name__ == "__main__":
    serve(STEPS)
