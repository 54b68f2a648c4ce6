"""The training loop: a compiled loss, mini-batches, Adam with a learning rate that falls to zero."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from autograd import Compiled, Value, compile, no_grad
from nn.losses import cross_entropy
from nn.optimizers import Adam
from nn.scalar import MLP

Rows = Sequence[Sequence[float]] | NDArray[np.float64]
Labels = Sequence[int] | NDArray[np.int64]


def batch_loss(model: MLP, rows: Rows, labels: Labels) -> Value:
    """Return the mean cross-entropy of a batch, with the whole computation behind it."""
    loss: Value = cross_entropy([model(row) for row in rows], labels)
    return loss


def compiled_loss(model: MLP) -> Compiled:
    """Return the loss of a batch as a compiled function of its rows and labels: the same code, at matrix speed."""

    @compile
    def loss(rows: Rows, labels: Labels) -> Value:
        return batch_loss(model, rows, labels)

    return loss


def compiled_scores(model: MLP) -> Compiled:
    """Return the class scores of rows as a compiled function."""

    @compile
    def scores(rows: Rows) -> list[list[Value]]:
        return [model(row) for row in rows]

    return scores


def train(
    model: MLP,
    loss_of: Callable[..., Value],
    rows: NDArray[np.float64],
    labels: NDArray[np.int64],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> Iterator[float]:
    """Train a model in place, one batch for each loss that is drawn from the iterator."""
    optimizer = Adam(model.parameters(), lr=learning_rate)
    steps = epochs * math.ceil(len(rows) / batch_size)
    for step, batch in enumerate(_batches(len(rows), batch_size, epochs, rng)):
        loss = loss_of(rows[batch], labels[batch])
        model.zero_grad()
        loss.backward()
        optimizer.lr = learning_rate * (1 - step / steps)
        optimizer.step()
        yield loss.data


def _batches(samples: int, batch_size: int, epochs: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Yield the positions of each batch; every epoch goes through all samples once, in an order of its own."""
    for _ in range(epochs):
        order = rng.permutation(samples).tolist()
        for start in range(0, samples, batch_size):
            yield order[start : start + batch_size]


def read_scores(scores_of: Compiled, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the class scores of each row, shape (rows, classes), without recording anything."""
    with no_grad():
        return np.array([[score.data for score in row] for row in scores_of(rows)])
