"""The training loop: eager mode, mini-batches, Adam with a learning rate that falls to zero."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from autograd import Value, no_grad
from nn.losses import cross_entropy
from nn.optimizers import Adam
from nn.scalar import MLP

Rows = Sequence[Sequence[float]]


def batch_loss(model: MLP, rows: Rows, labels: Sequence[int]) -> Value:
    """Return the mean cross-entropy of a batch, with the whole computation behind it."""
    loss: Value = cross_entropy([model(row) for row in rows], labels)
    return loss


def train(
    model: MLP,
    rows: Rows,
    labels: Sequence[int],
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
        loss = batch_loss(model, [rows[k] for k in batch], [labels[k] for k in batch])
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


def scores(model: MLP, rows: Rows) -> NDArray[np.float64]:
    """Return the class scores of each row, shape (rows, classes), without recording anything."""
    with no_grad():
        return np.array([[score.data for score in model(row)] for row in rows])
