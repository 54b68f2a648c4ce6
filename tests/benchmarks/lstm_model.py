"""The LSTM that `lstm` measures, for any library with NumPy's names: it imports none but NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

BATCH, STEPS, WIDTH, UNITS = 32, 30, 32, 64
Arrays = list[Any]


def data(dtype: str) -> tuple[Any, Any, Arrays]:
    """Return inputs, targets for the last state, and weight_ih, weight_hh, bias_ih, bias_hh."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(BATCH, STEPS, WIDTH)).astype(dtype)
    y = rng.normal(size=(BATCH, UNITS)).astype(dtype)
    shapes = ((4 * UNITS, WIDTH), (4 * UNITS, UNITS), (4 * UNITS,), (4 * UNITS,))
    return x, y, [rng.uniform(-0.125, 0.125, shape).astype(dtype) for shape in shapes]


def plain(xp: Any, x: Any, y: Any, weights: Arrays) -> Any:
    """Return the loss as a person writes it, with the functions of any library that is like NumPy.

    This is also what peers without a layer of their own are measured with.
    """
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    h = c = np.zeros((BATCH, UNITS), x.dtype)
    for t in range(STEPS):
        z = xp.matmul(x[:, t], weight_ih.T) + xp.matmul(h, weight_hh.T) + (bias_ih + bias_hh)
        i, f, g, o = (z[:, k * UNITS : (k + 1) * UNITS] for k in range(4))
        c = c / (1 + xp.exp(-f)) + xp.tanh(g) / (1 + xp.exp(-i))
        h = xp.tanh(c) / (1 + xp.exp(-o))
    return ((h - y) ** 2).mean()
