"""Inference: what a trained network says, as plain arrays; no graph is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import DomainError, ShapeError, sigmoid, softmax
from nn.settings import count
from nn.training.runners import Array, evaluating, runner_of


def predict(model: Callable[[Any], Any], X: Any, *, batch_size: int = 1024) -> Array:
    """Return the outputs of a model for samples, as an array of shape (samples, ...).

    The model behaves as in use (nothing is dropped, running averages are fixed), and no graph is recorded.

    Parameters
    ----------
    model
        A network of `Tensor`s or of `Value`s, or any function of a batch.
    X
        An array of samples along its first axis, or nested lists.
    batch_size
        How many samples are looked at together.

    Raises
    ------
    DomainError
        There are no samples; or `batch_size` is no number of samples, 1 or more.

    >>> import nn
    >>> predict(nn.Linear(3, 2, rng=0), np.zeros((5, 3))).shape
    (5, 2)
    """
    batch_size = count("predict", "batch_size", batch_size)
    runner = runner_of(model)
    array = np.asarray(X)
    if array.ndim == 0 or not len(array):
        raise DomainError(f"predict: expected samples along the first axis, got an array of shape {array.shape}")
    array = runner.prepare(array.astype(np.float64) if array.dtype.kind == "b" else array)
    with evaluating(model), np.errstate(all="ignore"):
        batches = [runner.outputs(array[start : start + batch_size]) for start in range(0, len(array), batch_size)]
    return np.concatenate(batches)


def predict_proba(model: Callable[[Any], Any], X: Any, *, batch_size: int = 1024) -> Array:
    """Return the model's confidence in each class, shape (samples, classes): positive numbers that add up to 1.

    The outputs of the model are read as logits: of several, the softmax; a single one is that of the second of two
    classes. It is the model's own confidence, which training makes as large as it can: how often it is right must be
    measured.

    Raises
    ------
    ShapeError
        The outputs are not one row of scores a sample.

    >>> import nn
    >>> predict_proba(nn.Linear(3, 2, rng=0), np.zeros((1, 3))).shape
    (1, 2)
    """
    logits = predict(model, X, batch_size=batch_size)
    if logits.ndim == 1:
        logits = logits[:, None]
    if logits.ndim != 2:
        raise ShapeError(f"predict_proba: expected outputs of shape (samples, classes), got {logits.shape}")
    if logits.shape[1] == 1:
        return np.concatenate([sigmoid(-logits), sigmoid(logits)], axis=1)
    return softmax(logits, axis=1)  # type: ignore[no-any-return]
