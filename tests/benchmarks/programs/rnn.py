"""A vanilla recurrent network: 8 hidden units, 12 steps, batch 16, squared error of the last state's readout."""

from __future__ import annotations

from typing import Any

import numpy as np

HIDDEN, STEPS, BATCH, WIDTH = 8, 12, 16, 3


def parameters() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    shapes = {"U": (HIDDEN, WIDTH), "W": (HIDDEN, HIDDEN), "b": (HIDDEN,), "v": (HIDDEN,)}
    return {name: rng.normal(0, 0.4, shape) for name, shape in shapes.items()}


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(BATCH, STEPS, WIDTH)), rng.normal(size=BATCH)


def scalar(p: Any, X: Any, y: Any) -> Any:
    U, W, b, v = p["U"], p["W"], p["b"], p["v"]
    errors = []
    for sequence, target in zip(X, y, strict=True):
        h = [0.0] * HIDDEN
        for x in sequence:
            h = [
                (sum(U[i][j] * x[j] for j in range(WIDTH)) + sum(W[i][j] * h[j] for j in range(HIDDEN)) + b[i]).tanh()
                for i in range(HIDDEN)
            ]
        errors.append(sum(vi * hi for vi, hi in zip(v, h, strict=True)) - target)
    return sum(e * e for e in errors) / len(errors)


def arrays(xp: Any, p: Any, X: Any, y: Any) -> Any:
    h = xp.zeros((BATCH, HIDDEN))
    for step in range(STEPS):
        h = xp.tanh(X[:, step] @ p["U"].T + h @ p["W"].T + p["b"])
    return ((h @ p["v"] - y) ** 2).mean()


def hand(p: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    states = [np.zeros((BATCH, HIDDEN))]
    driven = X @ p["U"].T + p["b"]  # (batch, steps, hidden)
    for step in range(STEPS):
        states.append(np.tanh(driven[:, step] + states[-1] @ p["W"].T))
    errors = states[-1] @ p["v"] - y  # (batch,)

    d_out = 2 * errors / BATCH
    d_h = np.outer(d_out, p["v"])  # (batch, hidden)
    d_U, d_W, d_b = np.zeros_like(p["U"]), np.zeros_like(p["W"]), np.zeros_like(p["b"])
    for step in reversed(range(STEPS)):
        d_z = d_h * (1 - states[step + 1] ** 2)
        d_U += d_z.T @ X[:, step]
        d_W += d_z.T @ states[step]
        d_b += d_z.sum(axis=0)
        d_h = d_z @ p["W"]
    return (errors**2).mean(), {"U": d_U, "W": d_W, "b": d_b, "v": d_out @ states[-1]}
