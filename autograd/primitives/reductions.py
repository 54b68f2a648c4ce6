"""The rows that make one entry of many, or run along an axis: sums, extremes, products, softmax.

An axis is None (all of them), a number or a tuple of numbers, counted from the front.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive, Linear
from autograd.primitives.comparison import equal, where
from autograd.primitives.contraction import matmul
from autograd.primitives.shaping import broadcast_to, concatenate, crop, flip, reshape, transpose
from autograd.primitives.transcendental import exp

Axis = int | tuple[int, ...] | None
_add: Any = np.add.reduce
_multiply: Any = np.multiply.reduce
_largest: Any = np.maximum.reduce
_smallest: Any = np.minimum.reduce


def kept_shape(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """Return the shape after a reduction that keeps the reduced axes at size 1."""
    if axis is None:
        return (1,) * len(shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple([1 if place in axes else size for place, size in enumerate(shape)])


def spread(reduced: Any, x: Any, axis: Axis) -> Any:
    """Return what a reduction gave as an array that broadcasts against its operand."""
    shape = kept_shape(x.shape, axis)
    return reduced if reduced.shape == shape else reshape(reduced, shape=shape)


def _spread_out(cotangent: Any, x: Any, axis: Axis) -> Any:
    return broadcast_to(cotangent if axis is None else spread(cotangent, x, axis), shape=x.shape)


def size_along(shape: tuple[int, ...], axis: Axis) -> int:
    """Return how many entries a reduction makes one of."""
    if axis is None:
        return math.prod(shape)
    return math.prod([shape[place] for place in axis]) if isinstance(axis, tuple) else shape[axis]


sum: Linear = Linear(
    "sum",
    lambda x, *, axis, keepdims: _add(x, axis=axis, keepdims=keepdims),
    lambda cotangent, x, *, axis, keepdims: _spread_out(cotangent, x, axis),
    symbol="Σ",
    doc="the sum over some axes",
)


def _mean(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    with np.errstate(all="ignore"):  # of nothing: nan
        return _add(x, axis=axis, keepdims=keepdims) / x.dtype.type(size_along(x.shape, axis))


mean: Linear = Linear(
    "mean",
    _mean,
    lambda cotangent, x, *, axis, keepdims: _spread_out(cotangent / x.dtype.type(size_along(x.shape, axis)), x, axis),
    doc="the mean over some axes",
)
cumsum: Linear = Linear(
    "cumsum",
    lambda x, *, axis: np.cumsum(x, axis),
    lambda cotangent, x, *, axis: flip(cumsum(flip(cotangent, axis=axis), axis=axis), axis=axis),
    doc="the sums of the first 1, 2, ... entries along an axis",
)


# --- the largest and the smallest ---------------------------------------------------------------------------------


def _shares(out: Any, x: Any, axis: Axis) -> Any:
    # Ties share equally, as in PyTorch's amax. The winners are data: nothing is passed on through them.
    winners = equal(x, spread(out, x, axis))
    lone = np.add.reduce(winners, axis=axis, keepdims=True, dtype=x.dtype)
    return winners / np.maximum(lone, 1.0)


def _pull_extreme(cotangent: Any, out: Any, x: Any, *, axis: Axis, keepdims: bool) -> Any:
    return spread(cotangent, x, axis) * _shares(out, x, axis)


def _push_extreme(tangents: Any, out: Any, x: Any, *, axis: Axis, keepdims: bool) -> Any:
    return sum(tangents[0] * _shares(out, x, axis), axis=axis, keepdims=keepdims)


amax: ArrayPrimitive = ArrayPrimitive(
    "amax",
    lambda x, *, axis, keepdims: _largest(x, axis=axis, keepdims=keepdims),
    _pull_extreme,
    push=_push_extreme,
    symbol="max",
    doc="the largest over some axes; ties share the derivative equally",
)
amin: ArrayPrimitive = ArrayPrimitive(
    "amin",
    lambda x, *, axis, keepdims: _smallest(x, axis=axis, keepdims=keepdims),
    _pull_extreme,
    push=_push_extreme,
    symbol="min",
    doc="the smallest over some axes; ties share the derivative equally",
)


# --- logsumexp and softmax ------------------------------------------------------------------------------------------


def _logsumexp(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    if not x.size:
        return _add(np.exp(x), axis=axis, keepdims=keepdims)
    with np.errstate(all="ignore"):
        top = np.maximum.reduce(x, axis=axis, keepdims=True)
        shift = np.where(np.isfinite(top), top, x.dtype.type(0))
        out = np.log(np.add.reduce(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return out if keepdims else out.reshape(np.maximum.reduce(x, axis=axis).shape)[()]


def _softmax_of(out: Any, x: Any, axis: Axis) -> Any:
    return exp(x - spread(out, x, axis))


logsumexp: ArrayPrimitive = ArrayPrimitive(
    "logsumexp over axes",
    _logsumexp,
    lambda cotangent, out, x, *, axis, keepdims: spread(cotangent, x, axis) * _softmax_of(out, x, axis),
    push=lambda tangents, out, x, *, axis, keepdims: sum(
        tangents[0] * _softmax_of(out, x, axis), axis=axis, keepdims=keepdims
    ),
    symbol="log Σ exp",
    doc="log(sum(exp(x))) over some axes, safe from overflow",
)


def has_short_rows(x: Any, axis: Axis) -> bool:
    """Tell whether columns are reduced sooner, copies included: NumPy takes its time for each row, however short."""
    return x.ndim == 2 and axis == 1 and x.shape[1] <= 16 < x.shape[0]


def softmax_of_array(x: Any, *, axis: Axis, out: Any = None) -> Any:
    """Return exp(x) / sum(exp(x)) along some axes, safe from overflow; `out` may be x itself, to be written over."""
    if not x.size:
        return x
    if has_short_rows(x, axis) and out is None:
        columns = x.T.copy()
        return softmax_of_array(columns, axis=0, out=columns).T.copy()
    with np.errstate(invalid="ignore"):
        out = np.subtract(x, np.maximum.reduce(x, axis=axis, keepdims=True), out=out)
        out = np.exp(out, out=out) if isinstance(out, np.ndarray) else np.exp(out)
        norm = np.add.reduce(out, axis=axis, keepdims=True)
        return np.divide(out, norm, out=out) if isinstance(out, np.ndarray) else out / norm


def through_softmax(derivative: Any, out: Any, axis: Axis) -> Any:
    """Carry a derivative through a softmax; its Jacobian is symmetric, so that one map serves both directions."""
    if derivative.__class__ is np.ndarray and out.__class__ is np.ndarray and axis == out.ndim - 1:
        centred = derivative - np.einsum("...i,...i->...", derivative, out)[..., None]
        centred *= out
        return centred
    return out * (derivative - sum(derivative * out, axis=axis, keepdims=True))


softmax: ArrayPrimitive = ArrayPrimitive(
    "softmax",
    softmax_of_array,
    lambda cotangent, out, x, *, axis: through_softmax(cotangent, out, axis),
    push=lambda tangents, out, x, *, axis: through_softmax(tangents[0], out, axis),
    doc="exp(x) / sum(exp(x)) along some axes",
    reads="out",
)


def _log_softmax(x: Any, *, axis: Axis) -> Any:
    if not x.size:
        return x
    with np.errstate(all="ignore"):
        shifted = x - np.maximum.reduce(x, axis=axis, keepdims=True)
        return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))


log_softmax: ArrayPrimitive = ArrayPrimitive(
    "log_softmax",
    _log_softmax,
    lambda cotangent, out, x, *, axis: cotangent - exp(out) * sum(cotangent, axis=axis, keepdims=True),
    push=lambda tangents, out, x, *, axis: tangents[0] - sum(exp(out) * tangents[0], axis=axis, keepdims=True),
    doc="the logarithm of softmax, safe from overflow",
    reads="out",
)


# --- products -------------------------------------------------------------------------------------------------------


def _others(x: Any, axis: int) -> Any:
    """Return for each entry the product of the others along an axis: no division, so zeros are no trouble."""
    return _before(x, axis) * flip(_before(flip(x, axis=axis), axis), axis=axis)


def _before(x: Any, axis: int) -> Any:
    """Return for each entry the product of all entries before it."""
    first = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    ones = np.ones(first, x.dtype)
    rest = crop(x, start=(0,) * x.ndim, shape=(*x.shape[:axis], max(x.shape[axis] - 1, 0), *x.shape[axis + 1 :]))
    return cumprod(concatenate(ones, rest, axis=axis), axis=axis)


def _slopes_of_prod(x: Any, axis: Axis) -> Any:
    if x.size == 0:
        return x
    if isinstance(axis, int):
        return _others(x, axis)
    # Several axes are one after they are brought together.
    axes = tuple(range(x.ndim)) if axis is None else axis
    rest = [place for place in range(x.ndim) if place not in axes]
    order = (*rest, *axes)
    moved = transpose(x, axes=order) if x.ndim else x
    flat = reshape(moved, shape=(*[x.shape[place] for place in rest], size_along(x.shape, axes)))
    slopes = reshape(_others(flat, len(rest)), shape=moved.shape)
    return transpose(slopes, axes=tuple([order.index(place) for place in range(x.ndim)])) if x.ndim else slopes


prod: ArrayPrimitive = ArrayPrimitive(
    "prod",
    lambda x, *, axis, keepdims: _multiply(x, axis=axis, keepdims=keepdims),
    lambda cotangent, out, x, *, axis, keepdims: spread(cotangent, x, axis) * _slopes_of_prod(x, axis),
    push=lambda tangents, out, x, *, axis, keepdims: sum(
        tangents[0] * _slopes_of_prod(x, axis), axis=axis, keepdims=keepdims
    ),
    symbol="Π",
    doc="the product over some axes",
)


def _cumprod_map(derivative: Any, x: Any, axis: int, *, transposed: bool) -> Any:
    """Apply the Jacobian of cumprod, or its transpose: entry (k, j) is the product of the first k without the j-th."""
    size, last = x.shape[axis], x.ndim - 1
    order = (*[place for place in range(x.ndim) if place != axis], axis)
    back = tuple([order.index(place) for place in range(x.ndim)])
    moved, along = transpose(x, axes=order), transpose(derivative, axes=order)
    rows = broadcast_to(reshape(moved, shape=(*moved.shape[:-1], 1, size)), shape=(*moved.shape[:-1], size, size))
    # In row j the j-th entry is replaced by 1; what stands before j in its running product does not depend on it.
    jacobian = cumprod(where(np.eye(size, dtype=bool), 1.0, rows), axis=last + 1) * np.triu(
        np.ones((size, size), x.dtype)
    )
    column = reshape(along, shape=(*along.shape, 1))
    if transposed:
        moved_back = matmul(jacobian, column)
    else:
        swap = (*range(last), last + 1, last)
        moved_back = matmul(transpose(jacobian, axes=swap), column)
    return transpose(reshape(moved_back, shape=along.shape), axes=back)


cumprod: ArrayPrimitive = ArrayPrimitive(
    "cumprod",
    lambda x, *, axis: np.cumprod(x, axis),
    lambda cotangent, out, x, *, axis: _cumprod_map(cotangent, x, axis, transposed=True),
    push=lambda tangents, out, x, *, axis: _cumprod_map(tangents[0], x, axis, transposed=False),
    doc="the products of the first 1, 2, ... entries along an axis",
)
