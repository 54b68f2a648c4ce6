"""Functions that make one entry of many, or run along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arrays.checks import as_array, normal_axis, one_axis, raw
from autograd.arrays.shapes import reshape
from autograd.errors import DomainError, ShapeError
from autograd.primitives import reductions
from autograd.primitives.comparison import where
from autograd.primitives.transcendental import sqrt


def _reduction(row: Any, name: str, what: str, *, of_none: bool = True) -> Callable[..., Any]:
    def reduce(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        x = as_array(x, name)
        axis = normal_axis(axis, x.ndim, name)
        if not of_none and not reductions.size_along(x.shape, axis):
            raise ShapeError(f"{name}: there is no {what} of nothing (shape {x.shape}, axis={axis})")
        return row(x, axis=axis, keepdims=keepdims)

    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = f"""Return the {what} over an axis, several axes, or all entries.

    Raises
    ------
    ShapeError
        There is no such axis{"" if of_none else ", or there are no entries"}.

    >>> import numpy as np
    >>> {name}(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0).shape
    (2,)
    """
    return reduce


sum = _reduction(reductions.sum, "sum", "sum")
mean = _reduction(reductions.mean, "mean", "mean")
prod = _reduction(reductions.prod, "prod", "product")
amax = _reduction(reductions.amax, "amax", "largest entry", of_none=False)
amin = _reduction(reductions.amin, "amin", "smallest entry", of_none=False)
max, min = amax, amin


def var(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Return the variance over some axes: the mean square of the distances to the mean.

    Parameters
    ----------
    ddof
        What is subtracted from the number of entries to divide by: 0 as in NumPy; 1 is PyTorch's default.

    >>> import numpy as np
    >>> float(var(np.array([1.0, 2.0, 4.0]), ddof=1))
    2.333...
    """
    x = as_array(x, "var")
    axis = normal_axis(axis, x.ndim, "var")
    count = reductions.size_along(x.shape, axis) - ddof
    away = x - reductions.mean(x, axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        return reductions.sum(away * away, axis=axis, keepdims=keepdims) * float(np.divide(1.0, count))


def std(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Return the standard deviation over some axes, the square root of `var`; of equal numbers with slope 0.

    >>> import numpy as np
    >>> float(std(np.array([1.0, 3.0])))
    1.0
    """
    return _root(var(x, axis, ddof=ddof, keepdims=keepdims))


def _root(square: Any) -> Any:
    # The root of 0 has an infinite slope, and 0 times that is nan: it is taken elsewhere and thrown away.
    empty = np.asarray(raw(square) == 0)
    return where(empty, 0.0, sqrt(where(empty, 1.0, square))) if empty.any() else sqrt(square)


def norm(x: Any, ord: float | None = None, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Return the length of vectors: over an axis, or of all entries as one vector.

    Parameters
    ----------
    ord
        None or 2: the root of the sum of squares, whose derivative at 0 is taken as 0, as in PyTorch. 1: the sum of
        the sizes. inf, -inf: the largest, the smallest size. Another p: (sum of |x|**p)**(1/p).

    >>> import numpy as np
    >>> float(norm(np.array([3.0, 4.0])))
    5.0
    """
    x = as_array(x, "norm")
    if ord is None or ord == 2:
        return _root(sum(x * x, axis, keepdims=keepdims))
    size = abs(x)
    if ord == 1:
        return sum(size, axis, keepdims=keepdims)
    if ord in (np.inf, -np.inf):
        return (amax if ord > 0 else amin)(size, axis, keepdims=keepdims)
    if ord == 0:
        raise DomainError("norm: ord=0 counts entries that are not 0, which has no derivative; use (t.data != 0).sum()")
    return sum(size**ord, axis, keepdims=keepdims) ** (1.0 / ord)


def cumsum(x: Any, axis: int | None = None) -> Any:
    """Return the sums of the first 1, 2, ... entries along an axis; of all entries in order when it is None.

    >>> cumsum([1.0, 2.0, 3.0]).tolist()
    [1.0, 3.0, 6.0]
    """
    x, axis = along(x, axis, "cumsum")
    return reductions.cumsum(x, axis=axis)


def cumprod(x: Any, axis: int | None = None) -> Any:
    """Return the products of the first 1, 2, ... entries along an axis; of all entries in order when it is None.

    >>> cumprod([1.0, 2.0, 3.0]).tolist()
    [1.0, 2.0, 6.0]
    """
    x, axis = along(x, axis, "cumprod")
    return reductions.cumprod(x, axis=axis)


def along(x: Any, axis: int | None, user: str) -> tuple[Any, int]:
    """Return an array and the axis to run along: that of all entries in a row when it is None."""
    x = as_array(x, user)
    if axis is None or x.ndim == 0:
        x, axis = reshape(x, (-1,)), 0
    return x, one_axis(axis, x.ndim, user)


def logsumexp(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Return log(sum(exp(x))) over some axes, safe from overflow.

    >>> float(logsumexp([1000.0, 1000.0]))
    1000.693...
    """
    x = as_array(x, "logsumexp")
    return reductions.logsumexp(x, axis=normal_axis(axis, x.ndim, "logsumexp"), keepdims=keepdims)


def softmax(x: Any, axis: Any = -1) -> Any:
    """Return exp(x) / sum(exp(x)) along an axis.

    >>> softmax([0.0, 0.0]).tolist()
    [0.5, 0.5]
    """
    x = as_array(x, "softmax")
    return reductions.softmax(x, axis=normal_axis(axis, x.ndim, "softmax"))


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """Return the logarithm of softmax along an axis.

    >>> log_softmax([0.0, 0.0]).round(6).tolist()
    [-0.693147, -0.693147]
    """
    x = as_array(x, "log_softmax")
    return reductions.log_softmax(x, axis=normal_axis(axis, x.ndim, "log_softmax"))
