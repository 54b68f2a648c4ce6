"""The rows that choose entries by position: getitem and its transpose, which adds entries up where they came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.array_primitive import Joint, Linear

#: What chooses each entry at most once; arrays of positions may choose one twice.
_ONCE = (int, slice, type(None), type(Ellipsis), np.bool_, bool, np.integer)


def is_basic(index: Any) -> bool:
    """Tell whether an index is made of numbers, slices, None and `...` only: what NumPy answers with a view."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, _ONCE) and not isinstance(part, bool | np.bool_) for part in parts)


def _chooses_once(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, _ONCE) or (isinstance(part, np.ndarray) and part.dtype == bool) for part in parts)


def _scatter_add(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    out = np.zeros(shape, x.dtype)
    if _chooses_once(index):
        out[index] = x
    elif isinstance(index, np.ndarray) and index.ndim and len(shape) > 1 and x.size > 4 * index.size:
        _add_rows(out, index.reshape(-1), x.reshape(-1, *shape[1:]))
    else:
        np.add.at(out, index, x)
    return out


def _add_rows(out: Any, index: Any, rows: Any) -> None:
    """Add rows up at positions (an embedding's gradient): sorted, each position is one run of rows."""
    if not index.size:
        return
    index = np.where(index < 0, index + len(out), index)
    order = np.argsort(index, kind="stable")
    ranked = index[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    out[ranked[starts]] = np.add.reduceat(rows[order], starts, axis=0)


getitem: Linear = Linear(
    "getitem",
    lambda x, *, index: x[index],
    lambda cotangent, x, *, index: scatter_add(cotangent, index=index, shape=x.shape),
    symbol="[ ]",
    doc="the entries at an index: numbers, slices, arrays of positions, masks",
)
scatter_add: Linear = Linear(
    "scatter_add",
    _scatter_add,
    lambda cotangent, x, *, index, shape: getitem(cotangent, index=index),
    doc="zeros of a shape with x added up at an index: the transpose of getitem",
)


def _set(x: Any, values: Any, *, index: Any) -> Any:
    out = np.array(x, np.result_type(x, values))
    out[index] = values
    return out


def _unset(cotangent: Any, place: int, x: Any, values: Any, *, index: Any) -> Any:
    if place:
        return getitem(cotangent, index=index)
    return index_set(cotangent, np.zeros(values.shape, values.dtype), index=index)


index_set: Joint = Joint(
    "index_set", _set, _unset, symbol="[ ]=", doc="x with other values at an index, which chooses no entry twice"
)


def _put_along(x: Any, *, indices: Any, axis: int, size: int) -> Any:
    out = np.zeros((*x.shape[:axis], size, *x.shape[axis + 1 :]), x.dtype)
    grid = list(np.ogrid[tuple([slice(length) for length in indices.shape])])
    grid[axis] = indices
    np.add.at(out, tuple(grid), x)
    return out


take_along_axis: Linear = Linear(
    "take_along_axis",
    lambda x, *, indices, axis: np.take_along_axis(x, indices, axis),
    lambda cotangent, x, *, indices, axis: add_along_axis(cotangent, indices=indices, axis=axis, size=x.shape[axis]),
    doc="along an axis the entries at positions that are given for each place of the other axes",
)
add_along_axis: Linear = Linear(
    "add_along_axis",
    _put_along,
    lambda cotangent, x, *, indices, axis, size: take_along_axis(cotangent, indices=indices, axis=axis),
    doc="zeros with x added up at positions along an axis: the transpose of take_along_axis",
)
