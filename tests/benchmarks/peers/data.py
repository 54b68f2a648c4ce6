"""The numbers of each row: the same for everybody. Nothing but NumPy is imported here."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

SIZES, ROWS = (784, 256, 128, 10), 128
#: How many elementwise operations make a step.
CHAIN = 50
OPERATIONS = ("x + y", "x * y", "x / y", "exp", "tanh", "sigmoid", "relu")


def mlp(dtype: str) -> tuple[Any, Any, list[Any]]:
    """Return inputs, classes and the parameters W1, b1, ... of weights of shape (outputs, inputs)."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, SIZES[0])).astype(dtype)
    labels = rng.integers(0, SIZES[-1], ROWS)
    parameters: list[Any] = []
    for fan_in, fan_out in itertools.pairwise(SIZES):
        parameters.append((rng.normal(size=(fan_out, fan_in)) * np.sqrt(2 / fan_in)).astype(dtype))
        parameters.append(np.zeros(fan_out, dtype))
    return x, labels, parameters


def cnn() -> tuple[Any, Any, list[Any]]:
    """Return images, classes, and the kernels, biases and last layer of two 3x3 convolutions."""
    rng = np.random.default_rng(1)
    shapes = [(16, 1, 3, 3), (16,), (32, 16, 3, 3), (32,), (10, 32 * 7 * 7), (10,)]
    x = rng.normal(size=(32, 1, 28, 28)).astype(np.float32)
    parameters = [(rng.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32) for shape in shapes]
    return x, rng.integers(0, 10, 32), parameters


#: An LSTM: sequences in a batch, their steps, and the widths of inputs and states.
BATCH, STEPS, INPUTS, UNITS = 32, 30, 32, 64


def lstm(dtype: str) -> tuple[Any, Any, list[Any]]:
    """Return sequences, targets for the last state, and weight_ih, weight_hh, bias_ih, bias_hh by PyTorch's layout."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(BATCH, STEPS, INPUTS)).astype(dtype)
    y = rng.normal(size=(BATCH, UNITS)).astype(dtype)
    shapes = ((4 * UNITS, INPUTS), (4 * UNITS, UNITS), (4 * UNITS,), (4 * UNITS,))
    return x, y, [rng.uniform(-0.125, 0.125, shape).astype(dtype) for shape in shapes]


def lstm_loss(xp: Any, x: Any, y: Any, weights: list[Any]) -> Any:
    """Return the loss of the last state as a person writes it, with the functions of a library that is like NumPy."""
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    h = c = np.zeros((BATCH, UNITS), x.dtype)
    for t in range(STEPS):
        z = xp.matmul(x[:, t], weight_ih.T) + xp.matmul(h, weight_hh.T) + (bias_ih + bias_hh)
        i, f, g, o = (z[:, k * UNITS : (k + 1) * UNITS] for k in range(4))
        c = c / (1 + xp.exp(-f)) + xp.tanh(g) / (1 + xp.exp(-i))
        h = xp.tanh(c) / (1 + xp.exp(-o))
    return ((h - y) ** 2).mean()


#: What a Transformer block is made of, by PyTorch's names: 4 heads, relu, normalized first.
WIDTH, HEADS, HIDDEN = 64, 4, 256
BLOCK = {
    "self_attn.in_proj_weight": (3 * WIDTH, WIDTH),
    "self_attn.in_proj_bias": (3 * WIDTH,),
    "self_attn.out_proj.weight": (WIDTH, WIDTH),
    "self_attn.out_proj.bias": (WIDTH,),
    "linear1.weight": (HIDDEN, WIDTH),
    "linear1.bias": (HIDDEN,),
    "linear2.weight": (WIDTH, HIDDEN),
    "linear2.bias": (WIDTH,),
    "norm1.weight": (WIDTH,),
    "norm1.bias": (WIDTH,),
    "norm2.weight": (WIDTH,),
    "norm2.bias": (WIDTH,),
}


def block() -> tuple[Any, list[Any]]:
    """Return sequences (8, 64, 64), and the parameters of a Transformer block in the order of BLOCK."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(8, 64, WIDTH)).astype(np.float32)
    return x, [(rng.normal(size=shape) / np.sqrt(shape[-1])).astype(np.float32) for shape in BLOCK.values()]


def elementwise() -> list[Any]:
    """Return the two operands of the chain, of 10 elements each."""
    return [np.linspace(0.5, 1.5, 10), np.linspace(0.98, 1.01, 10)]
