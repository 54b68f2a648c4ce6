"""The linear rows that move entries: reshape, transpose, broadcasting, concatenation, padding, masks.

Each stands beside its transpose, which is another row of this file: what copies an entry is transposed by what adds up.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.array_primitive import Joint, Linear

Shape = tuple[int, ...]


def _broadcast(x: Any, *, shape: Shape) -> Any:
    # A new array, not a view with strides of zero: matrix products of such views are fifty times slower.
    out = np.empty(shape, x.dtype)
    out[...] = x
    return out


@lru_cache(maxsize=64)
def _few_ones(count: int, dtype: Any) -> Any:
    ones = np.ones(count, dtype)
    ones.flags.writeable = False
    return ones


def _sum_to(x: Any, *, shape: Shape) -> Any:
    extra = x.ndim - len(shape)
    if extra == len(shape) == 1 < shape[0] == x.shape[1]:  # a bias: BLAS adds rows sooner
        rows = len(x)
        return (_few_ones(rows, x.dtype) if rows <= 4096 else np.ones(rows, x.dtype)).dot(x)
    axes = (*range(extra), *[extra + axis for axis, size in enumerate(shape) if size == 1 != x.shape[extra + axis]])
    out = np.add.reduce(x, axis=axes[0] if len(axes) == 1 else axes, dtype=x.dtype)
    return out if out.shape == shape else np.reshape(out, shape)


broadcast_to: Linear = Linear(
    "broadcast_to",
    _broadcast,
    lambda cotangent, x, *, shape: sum_to(cotangent, shape=x.shape),
    doc="x repeated to a larger shape, by NumPy's rules of broadcasting",
)
sum_to: Linear = Linear(
    "sum_to",
    _sum_to,
    lambda cotangent, x, *, shape: broadcast_to(cotangent, shape=x.shape),
    doc="x summed over what broadcasting has repeated: the transpose of broadcast_to",
)
reshape: Linear = Linear(
    "reshape",
    lambda x, *, shape: x.reshape(shape),
    lambda cotangent, x, *, shape: reshape(cotangent, shape=x.shape),
    doc="the same entries in another shape",
)


def _inverse(axes: Shape) -> Shape:
    return tuple([axes.index(axis) for axis in range(len(axes))])


transpose: Linear = Linear(
    "transpose",
    lambda x, *, axes: x.transpose(axes),
    lambda cotangent, x, *, axes: transpose(cotangent, axes=_inverse(axes)),
    symbol="T",
    doc="the axes in another order",
)
astype: Linear = Linear(
    "astype",
    lambda x, *, dtype: x.astype(dtype),
    lambda cotangent, x, *, dtype: astype(cotangent, dtype=x.dtype),
    doc="the same numbers in another precision",
)
flip: Linear = Linear(
    "flip",
    lambda x, *, axis: np.flip(x, axis),
    lambda cotangent, x, *, axis: flip(cotangent, axis=axis),
    doc="the entries along some axes in reverse order",
)


def _back(shift: Any) -> Any:
    return tuple([-amount for amount in shift]) if isinstance(shift, tuple) else -shift


roll: Linear = Linear(
    "roll",
    lambda x, *, shift, axis: np.roll(x, shift, axis),
    lambda cotangent, x, *, shift, axis: roll(cotangent, shift=_back(shift), axis=axis),
    doc="the entries shifted along an axis; what leaves at the end enters at the start",
)


def _pad(x: Any, *, widths: tuple[tuple[int, int], ...]) -> Any:
    out = np.zeros([before + size + after for size, (before, after) in zip(x.shape, widths, strict=True)], x.dtype)
    out[_inside(x.shape, widths)] = x
    return out


def _inside(shape: Shape, widths: tuple[tuple[int, int], ...]) -> tuple[slice, ...]:
    return tuple([slice(before, before + size) for size, (before, _) in zip(shape, widths, strict=True)])


pad: Linear = Linear(
    "pad",
    _pad,
    lambda cotangent, x, *, widths: crop(cotangent, start=tuple([before for before, _ in widths]), shape=x.shape),
    doc="x with zeros around it",
)


def _crop(x: Any, *, start: Shape, shape: Shape) -> Any:
    return x[tuple([slice(first, first + size) for first, size in zip(start, shape, strict=True)])]


def _uncrop(cotangent: Any, x: Any, *, start: Shape, shape: Shape) -> Any:
    ends = [whole - first - size for whole, first, size in zip(x.shape, start, shape, strict=True)]
    return pad(cotangent, widths=tuple(zip(start, ends, strict=True)))


crop: Linear = Linear("crop", _crop, _uncrop, doc="a block of x: the transpose of pad")


def _triangle(name: str, array: Any, what: str) -> Linear:
    row = Linear(
        name,
        lambda x, *, k: array(x, k),
        lambda cotangent, x, *, k: row(cotangent, k=k),
        doc=f"x with zeros {what} the k-th diagonal of its last two axes",
    )
    return row


tril: Linear = _triangle("tril", np.tril, "above")
triu: Linear = _triangle("triu", np.triu, "below")


def _part(cotangent: Any, place: int, *operands: Any, axis: int) -> Any:
    start = sum(operand.shape[axis] for operand in operands[:place])
    first = tuple([start if each == axis else 0 for each in range(cotangent.ndim)])
    return crop(cotangent, start=first, shape=operands[place].shape)


concatenate: Joint = Joint(
    "concatenate",
    lambda *xs, axis: np.concatenate(xs, axis),
    _part,
    doc="arrays joined along an axis",
)


def _slice(cotangent: Any, place: int, *operands: Any, axis: int) -> Any:
    shape = operands[place].shape
    start = tuple([place if each == axis else 0 for each in range(cotangent.ndim)])
    return reshape(crop(cotangent, start=start, shape=(*shape[:axis], 1, *shape[axis:])), shape=shape)


stack: Joint = Joint(
    "stack",
    lambda *xs, axis: np.stack(xs, axis),
    _slice,
    doc="arrays of one shape side by side, along a new axis",
)


def _tile(x: Any, *, counts: Shape) -> Any:
    return np.tile(x, counts)


def _untile(cotangent: Any, x: Any, *, counts: Shape) -> Any:
    shape = (1,) * (cotangent.ndim - x.ndim) + x.shape
    counts = (1,) * (cotangent.ndim - len(counts)) + counts
    pairs = tuple([size for pair in zip(counts, shape, strict=True) for size in pair])
    kept = tuple([size for pair in zip((1,) * len(shape), shape, strict=True) for size in pair])
    return reshape(sum_to(reshape(cotangent, shape=pairs), shape=kept), shape=x.shape)


tile: Linear = Linear("tile", _tile, _untile, doc="x repeated as a whole along its axes")


def count(shape: Shape) -> int:
    """Return the number of entries of an array of this shape."""
    return math.prod(shape)
