"""Windows of a series or a text: what came before, and what comes next."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, ShapeError


def windows(series: Any, length: int, *, horizon: int = 1, stride: int = 1) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return every stretch of `length` steps and the `horizon` steps that follow it, as views of the series.

    A series of shape (steps,) gives shapes (windows, length) and (windows, horizon), one of shape (steps, channels)
    gives (windows, length, channels) and (windows, horizon, channels). `stride` is from window to window.

    Split a series into past and future before windows are taken, not windows at random: neighbours share steps.

    >>> inputs, targets = windows([1, 2, 3, 4, 5, 6], 3, horizon=2)
    >>> inputs.tolist(), targets.tolist()
    ([[1, 2, 3], [2, 3, 4]], [[4, 5], [5, 6]])

    Raises
    ------
    OperandError, DomainError
        When a number is not whole, or below 1.
    ShapeError
        When the series is shorter than a window and what follows it.
    """
    stretches = _stretches("windows", series, length, horizon, stride)
    return stretches[:, :length], stretches[:, length:]


def next_tokens(tokens: Any, length: int, *, stride: int = 1) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return stretches of a text as numbers, and the same stretches one step on: what a language model learns.

    At each place the target is the token after it. Both are views of shape (windows, length).

    >>> inputs, targets = next_tokens([5, 6, 7, 8], 2)
    >>> inputs.tolist(), targets.tolist()
    ([[5, 6], [6, 7]], [[6, 7], [7, 8]])

    Raises
    ------
    OperandError, DomainError, ShapeError
        As `windows` does.
    """
    stretches = _stretches("next_tokens", tokens, length, 1, stride)
    return stretches[:, :-1], stretches[:, 1:]


def _stretches(name: str, series: Any, length: int, horizon: int, stride: int) -> NDArray[Any]:
    """Return a view of all stretches of `length + horizon` steps, shape (windows, length + horizon, ...)."""
    for setting, number in (("length", length), ("horizon", horizon), ("stride", stride)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer):
            raise OperandError(f"{name}: {setting} is {number!r}, expected a whole number")
        if number < 1:
            raise DomainError(f"{name}: {setting} is {number}, expected 1 or more")
    steps = np.asarray(series)
    if steps.dtype.kind not in "biuf":
        raise OperandError(f"{name}: got {type(series).__name__}, expected numbers; a text is encoded by a Vocabulary")
    if steps.ndim == 0 or len(steps) < length + horizon:
        have = "no axis" if steps.ndim == 0 else f"{len(steps)} steps"
        raise ShapeError(f"{name}: got {have}, expected at least {length} + {horizon} to fill one window")
    stretches = np.lib.stride_tricks.sliding_window_view(steps, length + horizon, axis=0)[::stride]
    return np.moveaxis(stretches, -1, 1)
