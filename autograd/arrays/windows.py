"""Windows that slide over the last axes."""

from __future__ import annotations

from typing import Any

from autograd.arrays.checks import as_array
from autograd.errors import DomainError, ShapeError
from autograd.primitives import windows


def sliding_windows(x: Any, window: Any, *, stride: Any = 1, dilation: Any = 1) -> Any:
    """Return the windows of x over its last axes, as a view.

    Parameters
    ----------
    window
        The size of a window along each of the last k axes; a number: one axis.
    stride, dilation
        The distance between windows, and between the entries within one; a number counts for every axis.

    Returns
    -------
        Of x with shape (..., n_1, ..., n_k) the shape (..., m_1, ..., m_k, w_1, ..., w_k), where m counts windows.

    Raises
    ------
    ShapeError
        A window is larger than its axis, or there are not enough axes.
    DomainError
        A size, stride or dilation is below 1.

    >>> import numpy as np
    >>> sliding_windows(np.arange(5.0), 3, stride=2).tolist()
    [[0.0, 1.0, 2.0], [2.0, 3.0, 4.0]]
    """
    x = as_array(x, "sliding_windows")
    sizes = (window,) if isinstance(window, int) else tuple(window)
    moves, steps = ((each,) * len(sizes) if isinstance(each, int) else tuple(each) for each in (stride, dilation))
    for name, each in (("window", sizes), ("stride", moves), ("dilation", steps)):
        if len(each) != len(sizes) or any(size < 1 for size in each):
            raise DomainError(f"sliding_windows: expected {len(sizes)} numbers from 1 upwards as {name}, got {each}")
    if len(sizes) > x.ndim or 0 in windows.window_counts(x.shape[x.ndim - len(sizes) :], sizes, moves, steps):
        raise ShapeError(
            f"sliding_windows: a window of {sizes} with dilation {steps} does not fit into shape {x.shape}; pad it?"
        )
    return windows.sliding_windows(x, window=sizes, stride=moves, dilation=steps)
