"""Pooling: of each window over sequences or images one number, its largest or its mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.arrays.checks import as_array, per_axis
from autograd.arrays.shapes import concatenate, pad
from autograd.errors import DomainError, ShapeError
from autograd.primitives import windows
from autograd.primitives.indexing import getitem

Sizes = tuple[int, ...]


def max_pool1d(x: Any, kernel_size: Any, *, stride: Any = None, padding: Any = 0, dilation: Any = 1) -> Any:
    """Return the largest number of each window over sequences; see `max_pool2d`, with one axis in place of two.

    >>> max_pool1d([[[1.0, 3.0, 2.0, 0.0]]], 2).tolist()
    [[[3.0, 2.0]]]
    """
    return _max_pool("max_pool1d", 1, x, kernel_size, stride, padding, dilation)


def max_pool2d(x: Any, kernel_size: Any, *, stride: Any = None, padding: Any = 0, dilation: Any = 1) -> Any:
    """Return the largest number of each window over images (as torch.nn.functional.max_pool2d).

    The gradient goes to the largest; of several that are equal, to the first. A window with nan gives nan.

    Parameters
    ----------
    x
        Shape (..., height, width).
    kernel_size
        The size of a window; a number, or one for each axis, as all of these.
    stride
        The distance between windows; by default they lie side by side.
    padding
        How many entries that are never the largest are put on both sides; at most half of the window.
    dilation
        The distance between the entries of a window.

    Returns
    -------
        Shape (..., rows, columns).

    Raises
    ------
    ShapeError
        A window is larger than the padded image.
    DomainError
        A setting is out of its range.

    >>> import numpy as np
    >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    return _max_pool("max_pool2d", 2, x, kernel_size, stride, padding, dilation)


def avg_pool1d(
    x: Any, kernel_size: Any, *, stride: Any = None, padding: Any = 0, count_include_pad: bool = True
) -> Any:
    """Return the mean of each window over sequences; see `avg_pool2d`, with one axis in place of two.

    >>> avg_pool1d([[[1.0, 3.0, 2.0, 0.0]]], 2).tolist()
    [[[2.0, 1.0]]]
    """
    return _avg_pool("avg_pool1d", 1, x, kernel_size, stride, padding, count_include_pad)


def avg_pool2d(
    x: Any, kernel_size: Any, *, stride: Any = None, padding: Any = 0, count_include_pad: bool = True
) -> Any:
    """Return the mean of each window over images, shape (..., height, width) (as torch.nn.functional.avg_pool2d).

    Parameters
    ----------
    kernel_size, stride, padding
        As those of `max_pool2d`; the padding is made of zeros.
    count_include_pad
        Whether these zeros count in the mean.

    >>> import numpy as np
    >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    return _avg_pool("avg_pool2d", 2, x, kernel_size, stride, padding, count_include_pad)


def adaptive_max_pool1d(x: Any, output_size: Any) -> Any:
    """Return the largest numbers of as many windows as are asked for; see `adaptive_avg_pool2d`.

    >>> adaptive_max_pool1d([[[1.0, 3.0, 2.0]]], 2).tolist()
    [[[3.0, 3.0]]]
    """
    return _adaptive("adaptive_max_pool1d", 1, x, output_size, _maxima)


def adaptive_max_pool2d(x: Any, output_size: Any) -> Any:
    """Return the largest numbers of as many windows as are asked for; see `adaptive_avg_pool2d`.

    >>> import numpy as np
    >>> adaptive_max_pool2d(np.arange(9.0).reshape(1, 1, 3, 3), (1, 2)).tolist()
    [[[[7.0, 8.0]]]]
    """
    return _adaptive("adaptive_max_pool2d", 2, x, output_size, _maxima)


def adaptive_avg_pool1d(x: Any, output_size: Any) -> Any:
    """Return the means of as many windows as are asked for; see `adaptive_avg_pool2d`.

    >>> adaptive_avg_pool1d([[[1.0, 3.0, 2.0]]], 2).tolist()
    [[[2.0, 2.5]]]
    """
    return _adaptive("adaptive_avg_pool1d", 1, x, output_size, windows.window_means)


def adaptive_avg_pool2d(x: Any, output_size: Any) -> Any:
    """Return the means of as many windows as are asked for, whatever the size of the images.

    Window i of m along an axis of size n goes from floor(i n / m) up to, but not including, ceil((i + 1) n / m) (as
    torch.nn.functional.adaptive_avg_pool2d).

    Parameters
    ----------
    x
        Shape (..., height, width).
    output_size
        How many windows along each axis: a number, or one for each axis, where None leaves an axis as it is.

    >>> import numpy as np
    >>> adaptive_avg_pool2d(np.arange(9.0).reshape(1, 1, 3, 3), (1, 2)).tolist()
    [[[[3.5, 4.5]]]]
    """
    return _adaptive("adaptive_avg_pool2d", 2, x, output_size, windows.window_means)


def _max_pool(user: str, axes: int, x: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    steps = per_axis(user, "dilation", dilation, axes)
    x, window, moves, around = _settings(user, axes, x, kernel_size, stride, padding, steps)
    if any(around):
        x = pad(x, _widths(x, around), value=-math.inf)
    return windows.window_maxima(x, window=window, stride=moves, dilation=steps)


def _avg_pool(user: str, axes: int, x: Any, kernel_size: Any, stride: Any, padding: Any, count_pad: bool) -> Any:
    x, window, moves, around = _settings(user, axes, x, kernel_size, stride, padding, (1,) * axes)
    sizes = x.shape[x.ndim - axes :]
    if not any(around):
        return windows.window_means(x, window=window, stride=moves)
    y = windows.window_means(pad(x, _widths(x, around)), window=window, stride=moves)
    if count_pad:
        return y
    inside = np.pad(np.ones(sizes, x.dtype), [(width, width) for width in around])
    return y / windows.window_means.array(inside, window=window, stride=moves)


def _settings(
    user: str, axes: int, x: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Sizes
) -> tuple[Any, Sizes, Sizes, Sizes]:
    x = _checked(user, axes, x)
    window = per_axis(user, "kernel_size", kernel_size, axes)
    moves = window if stride is None else per_axis(user, "stride", stride, axes)
    around = per_axis(user, "padding", padding, axes, least=0)
    if any(2 * width > wide for width, wide in zip(around, window, strict=True)):
        raise DomainError(f"{user}: padding must be at most half of the window {window}, got {around}")
    padded = tuple([size + 2 * width for size, width in zip(x.shape[x.ndim - axes :], around, strict=True)])
    if 0 in windows.window_counts(padded, window, moves, dilation):
        raise ShapeError(
            f"{user}: a window of {window} with dilation {dilation} is larger than the padded image of {padded} "
            f"(x has shape {x.shape}); use a smaller window"
        )
    return x, window, moves, around


def _checked(user: str, axes: int, x: Any) -> Any:
    x = as_array(x, user)
    if x.ndim < axes + 1 or 0 in x.shape[x.ndim - axes :]:
        raise ShapeError(
            f"{user}: expected shape (batch, channels, {'height, width' if axes == 2 else 'length'}), got {x.shape}"
        )
    return x


def _widths(x: Any, around: Sizes) -> list[tuple[int, int]]:
    return [(0, 0)] * (x.ndim - len(around)) + [(width, width) for width in around]


def _maxima(x: Any, *, window: Sizes, stride: Sizes) -> Any:
    return windows.window_maxima(x, window=window, stride=stride, dilation=(1,) * len(window))


def _adaptive(user: str, axes: int, x: Any, output_size: Any, pooled: Any) -> Any:
    x = _checked(user, axes, x)
    sizes = x.shape[x.ndim - axes :]
    asked = output_size if isinstance(output_size, tuple | list) else (output_size,) * axes
    given = [size if count is None else count for count, size in zip(asked, sizes, strict=False)]
    counts = per_axis(user, "output_size", given if len(asked) == axes else asked, axes)
    if not any(size % count for size, count in zip(sizes, counts, strict=True)):
        window = tuple([size // count for size, count in zip(sizes, counts, strict=True)])
        return pooled(x, window=window, stride=window)
    # One axis after the other, the last one first: so the first of several largest is found, row by row.
    for axis in reversed(range(axes)):
        x = _along(x, x.ndim - axes + axis, axes - axis, sizes[axis], counts[axis], pooled)
    return x


def _along(x: Any, axis: int, after: int, size: int, count: int, pooled: Any) -> Any:
    """Return x with one axis pooled to so many windows, which may overlap."""
    parts = []
    for place in range(count):
        start, end = place * size // count, -((place + 1) * size // -count)
        window = (end - start, *[1] * (after - 1))
        part = getitem(x, index=(*[slice(None)] * axis, slice(start, end)))
        parts.append(pooled(part, window=window, stride=window))
    return concatenate(parts, axis=axis)
