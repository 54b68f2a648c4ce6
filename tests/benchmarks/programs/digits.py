"""Handwritten digits: a batch of 64 images, an MLP 64-32-10 with relu, softmax cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn
from autograd import logsumexp, take


def parameters() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "W1": rng.normal(0, (2 / 64) ** 0.5, (32, 64)),
        "b1": rng.uniform(-0.1, 0.1, 32),
        "W2": rng.normal(0, (1 / 32) ** 0.5, (10, 32)),
        "b2": rng.uniform(-0.1, 0.1, 10),
    }


def data() -> tuple[np.ndarray, np.ndarray]:
    digits = nn.datasets.digits()
    return digits.images[:64].reshape(64, 64) / 16.0, digits.target[:64]


def scalar(p: Any, X: Any, labels: Any) -> Any:
    losses = []
    for x, label in zip(X, labels, strict=True):
        z = [sum(w * xi for w, xi in zip(row, x, strict=True)) + b for row, b in zip(p["W1"], p["b1"], strict=True)]
        a = [zi.relu() for zi in z]
        logits = [
            sum(w * ai for w, ai in zip(row, a, strict=True)) + b for row, b in zip(p["W2"], p["b2"], strict=True)
        ]
        losses.append(logsumexp(logits) - take(logits, label))
    return sum(losses) / len(losses)


def arrays(xp: Any, p: Any, X: Any, labels: Any) -> Any:
    a = xp.relu(X @ p["W1"].T + p["b1"])
    logits = a @ p["W2"].T + p["b2"]
    return (xp.logsumexp(logits, 1) - logits[xp.arange(len(labels)), labels]).mean()


def hand(p: dict[str, np.ndarray], X: np.ndarray, labels: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    rows = np.arange(len(labels))
    z = X @ p["W1"].T + p["b1"]  # (64, 32)
    a = np.maximum(z, 0)
    logits = a @ p["W2"].T + p["b2"]  # (64, 10)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = (np.log(sums[:, 0]) - shifted[rows, labels]).mean()

    d_logits = exps / sums  # softmax - one-hot
    d_logits[rows, labels] -= 1
    d_logits /= len(labels)
    d_z = d_logits @ p["W2"] * (z > 0)  # (64, 32)
    return loss, {"W1": d_z.T @ X, "b1": d_z.sum(axis=0), "W2": d_logits.T @ a, "b2": d_logits.sum(axis=0)}
