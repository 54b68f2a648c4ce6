"""One attention head over 10 tokens of width 8, each token attending to all, squared error against a target."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import exp

TOKENS, WIDTH = 10, 8


def parameters() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(9)
    return {name: rng.normal(0, 0.5, (WIDTH, WIDTH)) for name in ("Q", "K", "V")}


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(10)
    return rng.normal(size=(TOKENS, WIDTH)), rng.normal(size=(TOKENS, WIDTH))


def scalar(p: Any, X: Any, targets: Any) -> Any:
    def project(W):
        return [[sum(w * xi for w, xi in zip(row, x, strict=True)) for row in W] for x in X]

    queries, keys, values = project(p["Q"]), project(p["K"]), project(p["V"])
    loss = 0.0
    for query, target in zip(queries, targets, strict=True):
        exps = [exp(sum(a * b for a, b in zip(query, key, strict=True)) / math.sqrt(WIDTH)) for key in keys]
        normalizer = sum(exps)
        shares = [e / normalizer for e in exps]
        for j in range(WIDTH):
            out = sum(share * value[j] for share, value in zip(shares, values, strict=True))
            loss = loss + (out - target[j]) ** 2
    return loss / (TOKENS * WIDTH)


def arrays(xp: Any, p: Any, X: Any, targets: Any) -> Any:
    scores = (X @ p["Q"].T) @ (X @ p["K"].T).T / WIDTH**0.5
    return ((xp.softmax(scores, 1) @ (X @ p["V"].T) - targets) ** 2).mean()


def hand(p: dict[str, np.ndarray], X: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    q, k, v = X @ p["Q"].T, X @ p["K"].T, X @ p["V"].T  # (tokens, width)
    scores = q @ k.T / WIDTH**0.5  # (tokens, tokens)
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = exps / exps.sum(axis=1, keepdims=True)
    errors = shares @ v - targets  # (tokens, width)

    d_out = 2 * errors / errors.size
    d_shares = d_out @ v.T
    d_scores = shares * (d_shares - (d_shares * shares).sum(axis=1, keepdims=True)) / WIDTH**0.5
    gradients = {"Q": (d_scores @ k).T @ X, "K": (d_scores.T @ q).T @ X, "V": (shares.T @ d_out).T @ X}
    return (errors**2).mean(), gradients
