"""Sliding windows and their transpose, and what pooling makes of windows: their means, and their largest entries.

A window's places are walked one after another: all the entries at one place of the windows are a strided view, and so
one operation of NumPy's serves all windows at once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive, Linear

Sizes = tuple[int, ...]


def window_counts(sizes: Sizes, window: Sizes, stride: Sizes, dilation: Sizes) -> Sizes:
    """Return how many windows fit along each axis."""
    return tuple(
        [
            max((size - step * (width - 1) - 1) // move + 1, 0)
            for size, width, move, step in zip(sizes, window, stride, dilation, strict=True)
        ]
    )


def entries_at(place: Sizes, counts: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    """Return the index, over the last axes, of what stands at one place of each window."""
    slices = [
        slice(at * step, at * step + move * (number - 1) + 1, move)
        for at, step, move, number in zip(place, dilation, stride, counts, strict=True)
    ]
    return (..., *slices)


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
        here: Any = (..., *place)
        out[entries_at(place, counts, stride, dilation)] += x[here]
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


# --- their means --------------------------------------------------------------------------------------------------


def _window_means(x: Any, *, window: Sizes, stride: Sizes) -> Any:
    close = (1,) * len(window)
    counts = window_counts(x.shape[x.ndim - len(window) :], window, stride, close)
    out = np.zeros((*x.shape[: x.ndim - len(window)], *counts), x.dtype)
    for place in np.ndindex(*window):
        out += x[entries_at(place, counts, stride, close)]
    out *= 1.0 / math.prod(window)
    return out


def _spread_means(x: Any, *, shape: Sizes, window: Sizes, stride: Sizes) -> Any:
    close = (1,) * len(window)
    counts = x.shape[x.ndim - len(window) :]
    out = np.zeros(shape, x.dtype)
    shares = x * (1.0 / math.prod(window))
    for place in np.ndindex(*window):
        out[entries_at(place, counts, stride, close)] += shares
    return out


window_means: Linear = Linear(
    "window_means",
    _window_means,
    lambda cotangent, x, *, window, stride: spread_means(cotangent, shape=x.shape, window=window, stride=stride),
    doc="the mean of each window over the last axes: average pooling",
)
spread_means: Linear = Linear(
    "spread_means",
    _spread_means,
    lambda cotangent, x, *, shape, window, stride: window_means(cotangent, window=window, stride=stride),
    doc="to each entry of a window its share of a number: the transpose of window_means",
)


# --- their largest entries ------------------------------------------------------------------------------------------


def _window_maxima(x: Any, *, window: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    counts = window_counts(x.shape[x.ndim - len(window) :], window, stride, dilation)
    places = np.ndindex(*window)
    out = np.array(x[entries_at(next(places), counts, stride, dilation)])
    for place in places:
        np.maximum(out, x[entries_at(place, counts, stride, dilation)], out=out)
    return out


def _winners(out: Any, x: Any, window: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    """Return which place of each window holds the largest: of several the first, and the last nan, as in PyTorch."""
    counts = out.shape[out.ndim - len(window) :]
    found = np.zeros(out.shape, np.min_scalar_type(math.prod(window)))
    missed = np.ones(out.shape, bool)
    # The number of the first is the number of places before it. (NumPy's `where=` would take ten times as long.)
    for place in list(np.ndindex(*window))[:-1]:
        missed &= x[entries_at(place, counts, stride, dilation)] != out
        found += missed
    if np.isnan(out).any():
        for number, place in enumerate(np.ndindex(*window)):
            found[np.isnan(x[entries_at(place, counts, stride, dilation)])] = number
    return found


def _choose(x: Any, *, winners: Any, window: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    counts = winners.shape[winners.ndim - len(window) :]
    out = np.zeros(winners.shape, x.dtype)
    for number, place in enumerate(np.ndindex(*window)):
        out += x[entries_at(place, counts, stride, dilation)] * (winners == number)
    return out


def _unchoose(x: Any, *, winners: Any, shape: Sizes, window: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    counts = winners.shape[winners.ndim - len(window) :]
    out = np.zeros(shape, x.dtype)
    apart = max(dilation) == 1 and all(move >= width for move, width in zip(stride, window, strict=True))
    for number, place in enumerate(np.ndindex(*window)):
        target = out[entries_at(place, counts, stride, dilation)]
        if apart:  # no two windows meet
            np.multiply(x, winners == number, out=target)
        else:
            target += x * (winners == number)
    return out


choose_in_windows: Linear = Linear(
    "choose_in_windows",
    _choose,
    lambda cotangent, x, *, winners, **geometry: add_in_windows(cotangent, winners=winners, shape=x.shape, **geometry),
    doc="of each window over the last axes the entry at a place that is given by number",
)
add_in_windows: Linear = Linear(
    "add_in_windows",
    _unchoose,
    lambda cotangent, x, *, winners, shape, **geometry: choose_in_windows(cotangent, winners=winners, **geometry),
    doc="zeros with numbers added up at one place of each window: the transpose of choose_in_windows",
)


def _raw(x: Any) -> Any:
    return x if x.__class__ is np.ndarray else x.array


window_maxima: ArrayPrimitive = ArrayPrimitive(
    "window_maxima",
    _window_maxima,
    # Which entry is the largest is data: nothing is passed on through it.
    lambda cotangent, out, x, **geometry: add_in_windows(
        cotangent, winners=_winners(_raw(out), _raw(x), **geometry), shape=x.shape, **geometry
    ),
    push=lambda tangents, out, x, **geometry: choose_in_windows(
        tangents[0], winners=_winners(_raw(out), _raw(x), **geometry), **geometry
    ),
    doc="the largest entry of each window over the last axes: max pooling; of equal ones the first counts",
)
