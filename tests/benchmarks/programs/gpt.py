"""The character GPT of the engine's benchmark on one name; by hand, all positions and heads at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks import gpt
from tests.benchmarks.gpt import HEADS, WIDTH

EPSILON = 1e-5
SIZE = WIDTH // HEADS


def parameters() -> dict[str, np.ndarray]:
    return {name: np.array(matrix) for name, matrix in gpt.initial_weights(float).items()}


def data(name: str = "christopher") -> tuple[np.ndarray]:
    return (np.array(gpt.tokenize(name)),)


scalar = gpt.loss


def arrays(xp: Any, p: Any, tokens: Any) -> Any:
    def norm(x):
        return x * ((x * x).mean(1)[:, None] + EPSILON) ** -0.5

    def heads(x):
        return xp.swapaxes(x.reshape(len(x), HEADS, SIZE), 0, 1)  # (heads, positions, size)

    past, targets = tokens[:-1], tokens[1:]
    count = len(past)
    x = norm(p["token"][past] + p["position"][:count])
    normed = norm(x)
    q, k, v = (heads(normed @ p[name].T) for name in ("query", "key", "value"))
    hidden_future = xp.triu(xp.full((count, count), -xp.inf), 1)
    shares = xp.softmax(q @ xp.swapaxes(k, 1, 2) / SIZE**0.5 + hidden_future, 2)
    x = x + xp.swapaxes(shares @ v, 0, 1).reshape(count, WIDTH) @ p["projection"].T
    x = x + xp.relu(norm(x) @ p["expand"].T) @ p["contract"].T
    logits = x @ p["unembed"].T
    return (xp.logsumexp(logits, 1) - logits[xp.arange(count), targets]).mean()


def norm(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x over its root mean square, and the factor."""
    scale = ((x * x).mean(axis=1, keepdims=True) + EPSILON) ** -0.5
    return x * scale, scale


def norm_backward(d_y: np.ndarray, y: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return scale * (d_y - y * (d_y * y).mean(axis=1, keepdims=True))


def hand(p: dict[str, np.ndarray], tokens: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    past, targets = tokens[:-1], tokens[1:]
    count = len(past)
    rows = np.arange(count)

    def split(x):
        return x.reshape(count, HEADS, SIZE).swapaxes(0, 1)  # (heads, positions, size)

    def join(x):
        return x.swapaxes(0, 1).reshape(count, WIDTH)

    x0, scale0 = norm(p["token"][past] + p["position"][:count])  # (positions, width)
    n1, scale1 = norm(x0)
    q, k, v = (split(n1 @ p[name].T) for name in ("query", "key", "value"))
    scores = q @ k.swapaxes(1, 2) / SIZE**0.5  # (heads, positions, positions)
    scores[:, rows[:, None] < rows] = -np.inf  # no look into the future
    shares = np.exp(scores - scores.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    mixed = join(shares @ v)
    x1 = x0 + mixed @ p["projection"].T
    n2, scale2 = norm(x1)
    z = n2 @ p["expand"].T  # (positions, 4 width)
    a = np.maximum(z, 0)
    x2 = x1 + a @ p["contract"].T
    logits = x2 @ p["unembed"].T  # (positions, characters)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = (np.log(sums[:, 0]) - shifted[rows, targets]).mean()

    d_logits = exps / sums
    d_logits[rows, targets] -= 1
    d_logits /= count
    d_x = d_logits @ p["unembed"]  # by x2
    d_z = d_x @ p["contract"] * (z > 0)
    gradients = {"unembed": d_logits.T @ x2, "contract": d_x.T @ a, "expand": d_z.T @ n2}
    d_x = d_x + norm_backward(d_z @ p["expand"], n2, scale2)  # by x1
    gradients["projection"] = d_x.T @ mixed
    d_mixed = split(d_x @ p["projection"])
    d_shares = d_mixed @ v.swapaxes(1, 2)
    d_scores = shares * (d_shares - (d_shares * shares).sum(axis=2, keepdims=True)) / SIZE**0.5
    d_q, d_k, d_v = join(d_scores @ k), join(d_scores.swapaxes(1, 2) @ q), join(shares.swapaxes(1, 2) @ d_mixed)
    gradients |= {"query": d_q.T @ n1, "key": d_k.T @ n1, "value": d_v.T @ n1}
    d_n1 = d_q @ p["query"] + d_k @ p["key"] + d_v @ p["value"]
    d_x = norm_backward(d_x + norm_backward(d_n1, n1, scale1), x0, scale0)  # by the embeddings' sum
    gradients["token"] = np.zeros_like(p["token"])
    np.add.at(gradients["token"], past, d_x)
    gradients["position"] = np.zeros_like(p["position"])
    gradients["position"][:count] = d_x
    return loss, gradients
