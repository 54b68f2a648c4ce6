"""An LSTM cell unrolled: 8 hidden units, 4 inputs, 10 steps, batch 8, squared error of the last state's readout."""

from __future__ import annotations

from typing import Any

import numpy as np

HIDDEN, STEPS, BATCH, WIDTH = 8, 10, 8, 4


def parameters() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    # The rows of W are those of the input, forget and output gates and of the candidate, one below the other.
    shapes = {"W": (4 * HIDDEN, WIDTH + HIDDEN), "b": (4 * HIDDEN,), "v": (HIDDEN,)}
    return {name: rng.normal(0, 0.4, shape) for name, shape in shapes.items()}


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    return rng.normal(size=(BATCH, STEPS, WIDTH)), rng.normal(size=BATCH)


def scalar(p: Any, X: Any, y: Any) -> Any:
    def cell(x, h, c):
        z = [sum((w * s for w, s in zip(row, [*x, *h], strict=True)), b) for row, b in zip(p["W"], p["b"], strict=True)]
        i, f, o = ([u.sigmoid() for u in z[start : start + HIDDEN]] for start in (0, HIDDEN, 2 * HIDDEN))
        g = [u.tanh() for u in z[3 * HIDDEN :]]
        c = [f[k] * c[k] + i[k] * g[k] for k in range(HIDDEN)]
        return [o[k] * c[k].tanh() for k in range(HIDDEN)], c

    loss = 0.0
    for sequence, target in zip(X, y, strict=True):
        h = c = [0.0] * HIDDEN
        for x in sequence:
            h, c = cell(x, h, c)
        loss = loss + (sum(v * hk for v, hk in zip(p["v"], h, strict=True)) - target) ** 2
    return loss / BATCH


def arrays(xp: Any, p: Any, X: Any, y: Any) -> Any:
    h = c = xp.zeros((BATCH, HIDDEN))
    for step in range(STEPS):
        z = xp.concatenate([X[:, step], h], 1) @ p["W"].T + p["b"]
        i, f, o = (xp.sigmoid(z[:, start : start + HIDDEN]) for start in (0, HIDDEN, 2 * HIDDEN))
        c = f * c + i * xp.tanh(z[:, 3 * HIDDEN :])
        h = o * xp.tanh(c)
    return ((h @ p["v"] - y) ** 2).mean()


def hand(p: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    h = c = np.zeros((BATCH, HIDDEN))
    tape = []
    for step in range(STEPS):
        inputs = np.concatenate([X[:, step], h], axis=1)  # (batch, width + hidden)
        z = inputs @ p["W"].T + p["b"]  # (batch, 4 hidden)
        gates = 1 / (1 + np.exp(-z[:, : 3 * HIDDEN]))
        i, f, o = gates[:, :HIDDEN], gates[:, HIDDEN : 2 * HIDDEN], gates[:, 2 * HIDDEN :]
        g, before = np.tanh(z[:, 3 * HIDDEN :]), c
        c = f * before + i * g
        squashed = np.tanh(c)
        h = o * squashed
        tape.append((inputs, i, f, o, g, before, squashed))
    errors = h @ p["v"] - y  # (batch,)

    d_out = 2 * errors / BATCH
    d_h, d_c = np.outer(d_out, p["v"]), np.zeros((BATCH, HIDDEN))
    d_W, d_b = np.zeros_like(p["W"]), np.zeros_like(p["b"])
    for inputs, i, f, o, g, before, squashed in reversed(tape):
        d_c = d_c + d_h * o * (1 - squashed**2)
        d_z = np.concatenate(
            [
                d_c * g * i * (1 - i),
                d_c * before * f * (1 - f),
                d_h * squashed * o * (1 - o),
                d_c * i * (1 - g**2),
            ],
            axis=1,
        )
        d_W += d_z.T @ inputs
        d_b += d_z.sum(axis=0)
        d_h = d_z @ p["W"][:, WIDTH:]
        d_c = d_c * f
    return (errors**2).mean(), {"W": d_W, "b": d_b, "v": d_out @ h}
