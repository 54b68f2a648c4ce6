"""NumPy, with gradients as a person writes them."""

from __future__ import annotations

import functools
from typing import Any

import data
import numpy as np
from worker import Step, serve


def mlp_step(x: Any, labels: Any, parameters: list[Any]) -> tuple[Any, list[Any]]:
    """Return loss and gradients as a person writes them in NumPy."""
    W1, b1, W2, b2, W3, b3 = parameters
    rows = np.arange(len(x))
    h1 = np.maximum(x @ W1.T + b1, 0)
    h2 = np.maximum(h1 @ W2.T + b2, 0)
    z = h2 @ W3.T + b3
    z = z - z.max(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    dz = np.exp(log_p)
    dz[rows, labels] -= 1
    dz /= len(x)
    dW3, db3 = dz.T @ h2, dz.sum(0)
    d2 = (dz @ W3) * (h2 > 0)
    dW2, db2 = d2.T @ h1, d2.sum(0)
    d1 = (d2 @ W2) * (h1 > 0)
    return loss, [d1.T @ x, d1.sum(0), dW2, db2, dW3, db3]


def mlp(dtype: str) -> Step:
    """Return the step of the MLP."""
    x, labels, parameters = data.mlp(dtype)
    return lambda: mlp_step(x, labels, parameters)


def lstm(dtype: str) -> Step:
    """Return the step of the LSTM."""
    x, y, (weight_ih, weight_hh, bias_ih, bias_hh) = data.lstm(dtype)

    def step() -> tuple[Any, list[Any]]:
        h = c = np.zeros((data.BATCH, data.UNITS), dtype)
        tape = []
        for t in range(data.STEPS):
            z = x[:, t] @ weight_ih.T + h @ weight_hh.T + (bias_ih + bias_hh)
            i, f, o = (1 / (1 + np.exp(-z[:, k * data.UNITS : (k + 1) * data.UNITS])) for k in (0, 1, 3))
            g, c_before, h_before = np.tanh(z[:, 2 * data.UNITS : 3 * data.UNITS]), c, h
            c = f * c + i * g
            squashed = np.tanh(c)
            h = o * squashed
            tape.append((i, f, g, o, squashed, c_before, h_before))
        dh, dc = (h - y) * (2 / y.size), np.zeros_like(c)
        dz = np.empty((data.STEPS, data.BATCH, 4 * data.UNITS), dtype)
        for t in reversed(range(data.STEPS)):
            i, f, g, o, squashed, c_before, _ = tape[t]
            dc = dc + dh * o * (1 - squashed * squashed)
            gates = (dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g * g))
            dz[t] = np.concatenate([*gates, dh * squashed * o * (1 - o)], axis=1)
            dh, dc = dz[t] @ weight_hh, dc * f
        rows = dz.reshape(-1, 4 * data.UNITS)
        inputs, before = x.swapaxes(0, 1).reshape(-1, data.INPUTS), np.concatenate([entry[-1] for entry in tape])
        total = rows.sum(0)
        return ((h - y) ** 2).mean(), [rows.T @ inputs, rows.T @ before, total, total]

    return step


STEPS = {
    **{f"MLP {dtype}": functools.partial(mlp, dtype) for dtype in ("float32", "float64")},
    **{f"LSTM {dtype}": functools.partial(lstm, dtype) for dtype in ("float32", "float64")},
}

if __name__ == "__main__":
    serve(STEPS)
