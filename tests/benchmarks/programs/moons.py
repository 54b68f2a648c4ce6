"""micrograd's demo: 100 moons, an MLP 2-16-16-1 with relu, hinge loss and L2."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn

PENALTY = 1e-4


def parameters() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    widths = (2, 16, 16, 1)
    weights = {f"W{i + 1}": rng.uniform(-1, 1, (widths[i + 1], widths[i])) for i in range(3)}
    return weights | {f"b{i + 1}": rng.uniform(-0.1, 0.1, widths[i + 1]) for i in range(3)}


def data() -> tuple[np.ndarray, np.ndarray]:
    X, labels = nn.datasets.moons(100, noise=0.1, rng=0)
    return X, 2.0 * labels - 1.0


def scalar(p: Any, X: Any, y: Any) -> Any:
    def layer(W, b, x):
        return [sum((w * xi for w, xi in zip(row, x, strict=True)), bias) for row, bias in zip(W, b, strict=True)]

    def score(x):
        hidden = [z.relu() for z in layer(p["W1"], p["b1"], x)]
        hidden = [z.relu() for z in layer(p["W2"], p["b2"], hidden)]
        return layer(p["W3"], p["b3"], hidden)[0]

    losses = [(1 + -yi * score(x)).relu() for x, yi in zip(X, y, strict=True)]
    everything = [w for k in ("W1", "W2", "W3") for row in p[k] for w in row] + p["b1"] + p["b2"] + p["b3"]
    return sum(losses) * (1.0 / len(losses)) + PENALTY * sum(w * w for w in everything)


def arrays(xp: Any, p: Any, X: Any, y: Any) -> Any:
    a1 = xp.relu(X @ p["W1"].T + p["b1"])
    a2 = xp.relu(a1 @ p["W2"].T + p["b2"])
    scores = (a2 @ p["W3"].T + p["b3"])[:, 0]
    return xp.relu(1 - y * scores).mean() + PENALTY * sum((w * w).sum() for w in p.values())


def hand(p: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    z1 = X @ p["W1"].T + p["b1"]  # (100, 16)
    a1 = np.maximum(z1, 0)
    z2 = a1 @ p["W2"].T + p["b2"]  # (100, 16)
    a2 = np.maximum(z2, 0)
    scores = (a2 @ p["W3"].T + p["b3"])[:, 0]  # (100,)
    margins = np.maximum(1 - y * scores, 0)
    loss = margins.mean() + PENALTY * sum((w * w).sum() for w in p.values())

    d_scores = (-y * (margins > 0) / len(y))[:, None]  # (100, 1)
    d_z2 = d_scores @ p["W3"] * (z2 > 0)  # (100, 16)
    d_z1 = d_z2 @ p["W2"] * (z1 > 0)  # (100, 16)
    gradients = {
        "W1": d_z1.T @ X,
        "W2": d_z2.T @ a1,
        "W3": d_scores.T @ a2,
        "b1": d_z1.sum(axis=0),
        "b2": d_z2.sum(axis=0),
        "b3": d_scores.sum(axis=0),
    }
    return loss, {name: gradient + 2 * PENALTY * p[name] for name, gradient in gradients.items()}
