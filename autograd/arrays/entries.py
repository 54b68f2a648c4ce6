"""Functions that choose entries, by position or by size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.arrays.checks import as_array, one_axis, raw
from autograd.arrays.reducing import along, sum
from autograd.arrays.shapes import reshape
from autograd.errors import OperandError
from autograd.node import Node
from autograd.primitives import comparison, indexing


def getitem(x: Any, index: Any) -> Any:
    """Return x[index]: numbers, slices, None, `...`, arrays of positions, masks."""
    return indexing.getitem(as_array(x, "getitem"), index=normal_index(index))


def normal_index(index: Any) -> Any:
    """Return an index that nobody can change: arrays in it are copied, lists become arrays."""
    if indexing.is_basic(index):
        return index
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, Node) for part in parts):
        raise OperandError("an index is data and has no derivative; index with integers or masks, such as t[i.data]")
    fixed = [np.array(part) if isinstance(part, np.ndarray | list | tuple) else part for part in parts]
    fixed = [part.astype(np.intp) if isinstance(part, np.ndarray) and not part.size else part for part in fixed]
    return tuple(fixed) if isinstance(index, tuple) else fixed[0]


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Return the entries at positions along an axis (None: of all entries in order), as numpy.take.

    >>> take([10.0, 20.0, 30.0], [2, 0]).tolist()
    [30.0, 10.0]
    """
    x, axis = (reshape(x, (-1,)), 0) if axis is None else (as_array(x, "take"), axis)
    place = one_axis(axis, x.ndim, "take")
    positions = np.array(indices)
    if positions.dtype.kind not in "iu" and positions.size:
        raise OperandError(f"take: expected whole numbers as positions, got {positions.dtype}")
    return indexing.getitem(x, index=(*((slice(None),) * place), positions.astype(np.intp)))


def take_along_axis(x: Any, indices: Any, axis: int) -> Any:
    """Return along an axis the entries at positions given for each place of the other axes.

    >>> take_along_axis([[1.0, 2.0], [3.0, 4.0]], [[1], [0]], axis=1).tolist()
    [[2.0], [3.0]]
    """
    x = as_array(x, "take_along_axis")
    place = one_axis(axis, x.ndim, "take_along_axis")
    return indexing.take_along_axis(x, indices=np.array(indices), axis=place)


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Return each entry repeated along an axis: so many times, or as often as is given for each.

    >>> repeat([1.0, 2.0], 2).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    x, axis = (reshape(x, (-1,)), 0) if axis is None else (as_array(x, "repeat"), axis)
    place = one_axis(axis, x.ndim, "repeat")
    return getitem(x, (*((slice(None),) * place), np.repeat(np.arange(x.shape[place]), repeats)))


def diagonal(x: Any, offset: int = 0) -> Any:
    """Return the diagonal of the last two axes.

    >>> diagonal([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [1.0, 4.0]
    """
    x = as_array(x, "diagonal")
    rows, columns = np.nonzero(np.eye(x.shape[-2], x.shape[-1], k=offset))
    return indexing.getitem(x, index=(Ellipsis, rows, columns))


def trace(x: Any) -> Any:
    """Return the sum of the diagonal of the last two axes.

    >>> float(trace([[1.0, 2.0], [3.0, 4.0]]))
    5.0
    """
    return sum(diagonal(x), axis=-1)


def _position(choose: Callable[..., Any], name: str) -> Callable[..., Any]:
    def position(x: Any, axis: int | None = None) -> Any:
        return choose(raw(as_array(x, name)), axis)

    position.__name__ = position.__qualname__ = name
    return position


argmax = _position(np.argmax, "argmax")
argmin = _position(np.argmin, "argmin")
argmax.__doc__ = "Return the position of the largest entry, as integers: a constant to every derivative."
argmin.__doc__ = "Return the position of the smallest entry, as integers: a constant to every derivative."


def argsort(x: Any, axis: int | None = -1) -> Any:
    """Return the positions that sort the entries along an axis (None: of all entries in order), as integers.

    >>> argsort([3.0, 1.0, 2.0]).tolist()
    [1, 2, 0]
    """
    return np.argsort(raw(as_array(x, "argsort")), axis, kind="stable")


def sort(x: Any, axis: int | None = -1) -> Any:
    """Return the entries in ascending order along an axis; each derivative goes where its entry came from.

    >>> sort([3.0, 1.0, 2.0]).tolist()
    [1.0, 2.0, 3.0]
    """
    x, axis = along(x, axis, "sort")
    return indexing.take_along_axis(x, indices=np.argsort(raw(x), axis, kind="stable"), axis=axis)


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """Return x held between low and high; the derivative in x is 1 inside and at the bounds, else 0.

    >>> import numpy as np
    >>> clip(np.array([-1.0, 0.5, 2.0]), 0.0, 1.0).tolist()
    [0.0, 0.5, 1.0]
    """
    return comparison.clip(x, -np.inf if low is None else low, np.inf if high is None else high)


def round(x: Any, decimals: int = 0) -> Any:
    """Return rounded numbers, which are constants to every derivative.

    >>> round([0.126], 2).tolist()
    [0.13]
    """
    x = as_array(x, "round")
    rounded = np.round(raw(x), decimals)
    return type(x)(rounded, constant=True) if isinstance(x, Node) else rounded  # type: ignore[call-arg]
