"""Sliding windows and their transpose: what convolution and pooling are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.array_primitive import Linear

Sizes = tuple[int, ...]


def window_counts(sizes: Sizes, window: Sizes, stride: Sizes, dilation: Sizes) -> Sizes:
    """Return how many windows fit along each axis."""
    return tuple(
        [
            max((size - step * (width - 1) - 1) // move + 1, 0)
            for size, width, move, step in zip(sizes, window, stride, dilation, strict=True)
        ]
    )


def _windows(x: Any, *, window: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    count = len(window)
    lead, moved = x.shape[: x.ndim - count], x.strides[x.ndim - count :]
    counts = window_counts(x.shape[x.ndim - count :], window, stride, dilation)
    outer = tuple([size * move for size, move in zip(moved, stride, strict=True)])
    inner = tuple([size * step for size, step in zip(moved, dilation, strict=True)])
    return np.lib.stride_tricks.as_strided(
        x, (*lead, *counts, *window), (*x.strides[: x.ndim - count], *outer, *inner), writeable=False
    )


def _add_windows(x: Any, *, shape: Sizes, window: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    count = len(window)
    out = np.zeros(shape, x.dtype)
    counts = x.shape[x.ndim - 2 * count : x.ndim - count]
    # One strided addition for each place within a window: no two windows meet there.
    for place in np.ndindex(*window):
        target: Any = tuple(
            [
                slice(at * step, at * step + move * (number - 1) + 1, move)
                for at, step, move, number in zip(place, dilation, stride, counts, strict=True)
            ]
        )
        here: Any = (..., *place)
        out[(..., *target)] += x[here]
    return out


sliding_windows: Linear = Linear(
    "sliding_windows",
    _windows,
    lambda cotangent, x, *, window, stride, dilation: add_windows(
        cotangent, shape=x.shape, window=window, stride=stride, dilation=dilation
    ),
    doc="the windows over the last axes, as new axes at the end: a view, nothing is copied",
)
add_windows: Linear = Linear(
    "add_windows",
    _add_windows,
    lambda cotangent, x, *, shape, window, stride, dilation: sliding_windows(
        cotangent, window=window, stride=stride, dilation=dilation
    ),
    doc="windows added up where they came from: the transpose of sliding_windows",
)
