"""Losses for numbers: how far the predictions are from their targets.

Predictions and targets have one shape: arrays or tensors, or a number or nested lists of numbers of one structure.
A target takes the precision of the predictions, and no target may be nan.
"""

from __future__ import annotations

from typing import Any

from autograd import absolute, clip, equal, relu, sqrt, where
from nn.losses.pairs import pointwise
from nn.settings import positive


def mse_loss(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """Return the mean squared error: mean((p - t)**2).

    Raises
    ------
    ShapeError
        Predictions and targets differ in shape, or there are none.
    DomainError
        A target is nan.
    UnknownNameError
        The reduction is none of "mean", "sum" and "none" (a cost for each prediction).

    >>> mse_loss([1.0, 3.0], [0.0, 0.0])
    5.0
    >>> from autograd import Tensor
    >>> mse_loss(Tensor([1.0, 3.0]), [0.0, 0.0], reduction="none")
    Tensor([1., 9.])
    """
    return pointwise("mse_loss", lambda p, t: (p - t) ** 2, predictions, targets, reduction)


def half_sse_loss(predictions: Any, targets: Any, *, reduction: str = "sum") -> Any:
    """Return half of the sum of squared errors: sum((t - p)**2) / 2, the loss of most derivations by hand.

    >>> half_sse_loss([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    return pointwise(
        "half_sse_loss", lambda p, t: (p - t) ** 2, predictions, targets, reduction, finish=lambda cost: cost * 0.5
    )


def rmse_loss(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """Return the root of the mean squared error, which has the unit of the targets: sqrt(mean((p - t)**2)).

    The root of `mse_loss` with the same reduction: of "sum" the Euclidean distance. Where it is 0 its slope is taken
    as 0, like that of a norm (the root alone would give nan).

    >>> rmse_loss([1.0, 7.0], [0.0, 0.0])
    5.0
    """
    return pointwise("rmse_loss", lambda p, t: (p - t) ** 2, predictions, targets, reduction, finish=_root)


def _root(square: Any) -> Any:
    # The root of 0 has an infinite slope, and 0 times that is nan: it is taken elsewhere and thrown away.
    exact = equal(square, 0.0)
    return where(exact, 0.0, sqrt(square + exact))


def l1_loss(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """Return the mean absolute error (MAE): mean(|p - t|), with slope 0 where they are equal.

    >>> l1_loss([1.0, 3.0], [0.0, 0.0])
    2.0
    """
    return pointwise("l1_loss", lambda p, t: absolute(p - t), predictions, targets, reduction)


def huber_loss(predictions: Any, targets: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """Return the mean of Huber's cost: quadratic up to the distance delta, and straight beyond (Huber 1964).

    (p - t)**2 / 2 where |p - t| <= delta, else delta * (|p - t| - delta / 2): outliers pull with a force of at most
    delta.

    Raises
    ------
    DomainError
        `delta` is not positive, or not finite: then it is half of `mse_loss`.

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    [0.125, 2.5]
    """
    delta = positive("huber_loss", "delta", delta)
    return pointwise("huber_loss", lambda p, t: _huber(p - t, delta), predictions, targets, reduction)


def smooth_l1_loss(predictions: Any, targets: Any, *, beta: float = 1.0, reduction: str = "mean") -> Any:
    """Return the mean of |p - t| - beta / 2, rounded to (p - t)**2 / (2 beta) below beta (Girshick 2015).

    It is `huber_loss` with delta = beta, divided by beta; with beta = 0 it is `l1_loss`.

    Raises
    ------
    DomainError
        `beta` is negative, or not finite.

    >>> smooth_l1_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    [0.125, 2.5]
    """
    if beta == 0:
        return pointwise("smooth_l1_loss", lambda p, t: absolute(p - t), predictions, targets, reduction)
    beta = positive("smooth_l1_loss", "beta", beta)
    return pointwise("smooth_l1_loss", lambda p, t: _huber(p - t, beta) / beta, predictions, targets, reduction)


def _huber(distance: Any, delta: float) -> Any:
    # Half the square of what lies within delta, plus the rest times delta: no branch, so nothing meets inf * 0.
    return 0.5 * clip(distance, -delta, delta) ** 2 + delta * relu(absolute(distance) - delta)
