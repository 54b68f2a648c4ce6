"""Windows of a series that stand in training and validation data both."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.diagnostics.layers import Array

#: By how many places windows are moved at most, how many numbers must agree, and how many windows are looked at.
_SHIFTS, _SHARED, _ROWS, _GLANCES = 8, 3, 256, 7


def leaked_part(training: Any, validation: Any) -> float:
    """Return which part of the validation windows follow or precede a training window of the same series.

    Of two windows of one series that lie a place apart, one from its second number on is the other up to its last but
    one. If one is held back and the other trained on, the network has been shown what it is asked for. Where a series
    is cut in time, this is so for the few windows at the cut only.

    Only equal numbers count. That neighbouring rows are nearly equal proves nothing: so are those of a table that is
    sorted by class, and those of a function sampled on a grid, which may well be held back at random.

    >>> import nn
    >>> X, _ = nn.data.windows(np.sin(np.arange(60.0)), 8)
    >>> leaked_part(X[::2], X[1::2]), round(leaked_part(X[:40], X[40:]), 2)
    (1.0, 0.25)
    """
    first, second = np.asarray(training), np.asarray(validation)
    if first.dtype.kind != "f" or first.dtype != second.dtype or first.shape[1:] != second.shape[1:]:
        return 0.0
    axes = {axis for axis in (1, first.ndim - 1) if 0 < axis < first.ndim and first.shape[axis] > _SHARED}
    chosen = second[np.linspace(0, len(second) - 1, min(len(second), _ROWS)).astype(int)]
    return max((_overlap(np.moveaxis(first, axis, 1), np.moveaxis(chosen, axis, 1)) for axis in axes), default=0.0)


def _overlap(training: Array, validation: Array) -> float:
    """Return the largest part of the validation windows (along axis 1) that are training windows moved by a shift."""
    # At a cut in time, as many windows as the shift have a partner: keep those below a quarter.
    largest = min(_SHIFTS, training.shape[1] - _SHARED, max(1, len(validation) // 4))
    parts = [
        np.mean(
            _found(validation[:, shift:], training[:, :-shift]) | _found(validation[:, :-shift], training[:, shift:])
        )
        for shift in range(1, largest + 1)
    ]
    return float(max(parts))


def _found(wanted: Array, among: Array) -> Any:
    """Tell for each row whether it is among others; rows of fewer than three different numbers do not count."""
    chosen = np.arange(len(among))
    for at in np.linspace(0, wanted[0].size - 1, _GLANCES).astype(int):  # most are told apart by a few of their numbers
        place = np.unravel_index(at, wanted.shape[1:])
        chosen = chosen[np.isin(among[(chosen, *place)], wanted[(slice(None), *place)])]
    keys = {row.tobytes() for row in among[chosen]}
    return np.array([row.tobytes() in keys and len(np.unique(row)) >= _SHARED for row in wanted])
