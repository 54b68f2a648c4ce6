"""Metrics of predicted numbers: how far they lie from the targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, ShapeError
from nn.metrics.reading import check_lengths, read_numbers, refuse_nan

Numbers = NDArray[np.float64]


def mae(predictions: Any, targets: Any) -> float:
    """Return the mean absolute error, in the unit of the targets: mean(|p - t|).

    Rows of one number count as that number, so that outputs of shape (n, 1) fit targets of shape (n,).

    >>> mae([[2.5], [0.0]], [3.0, -0.5])
    0.5

    Raises
    ------
    OperandError
        When predictions or targets are not numbers.
    ShapeError
        When there are none of them, or shapes differ.
    DomainError
        When there is a nan.
    """
    predicted, wanted = _columns(predictions, targets)
    return float(np.abs(predicted - wanted).mean())


def rmse(predictions: Any, targets: Any) -> float:
    """Return the root of the mean squared error, in the unit of the targets; arguments and errors as `mae` has them.

    With several numbers a sample it is the mean of the roots of each.

    >>> rmse([2.0, 4.0], [3.0, 5.0])
    1.0
    """
    predicted, wanted = _columns(predictions, targets)
    return float(np.sqrt(((predicted - wanted) ** 2).mean(axis=0)).mean())


def r2(predictions: Any, targets: Any) -> float:
    """Return the coefficient of determination: 1 - sum((t - p)^2) / sum((t - mean(t))^2).

    1.0 is perfect, 0.0 is what predicting the mean of the targets gives, and worse is below. Targets that are all
    alike give 1.0 when met and 0.0 otherwise. With several numbers a sample it is the mean over them.

    >>> round(r2([2.5, 0.0, 2.0, 8.0], [3.0, -0.5, 2.0, 7.0]), 4)
    0.9486

    Raises
    ------
    OperandError, ShapeError, DomainError
        As `mae` does; also when there is a single sample, which has no variance.
    """
    predicted, wanted = _columns(predictions, targets)
    if len(wanted) < 2:
        raise DomainError("r2: got a single sample, expected at least two; try mae")
    left = ((wanted - predicted) ** 2).sum(axis=0)
    whole = ((wanted - wanted.mean(axis=0)) ** 2).sum(axis=0)
    perfect = np.where(left == 0, 1.0, 0.0)
    return float(np.where(whole > 0, 1.0 - left / np.where(whole > 0, whole, 1.0), perfect).mean())


def _columns(predictions: Any, targets: Any) -> tuple[Numbers, Numbers]:
    """Return predictions and targets as columns, each of shape (samples, numbers a sample)."""
    predicted = read_numbers(predictions, "predictions", most_axes=32)
    wanted = read_numbers(targets, "targets", most_axes=32)
    refuse_nan(predicted, "predictions", "has the training diverged?")
    refuse_nan(wanted, "targets", "remove samples without a target first")
    check_lengths(predicted, wanted, "target")
    if predicted.shape != wanted.shape and not predicted.size == wanted.size == len(wanted):
        raise ShapeError(
            f"predictions of shape {predicted.shape} do not fit targets of shape {wanted.shape}, expected one "
            "prediction a target; give the last layer as many outputs as a sample has targets"
        )
    shape = len(wanted), -1
    return predicted.reshape(shape).astype(np.float64), wanted.reshape(shape).astype(np.float64)
