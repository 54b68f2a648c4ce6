"""The rows that bring numbers to a common size: what batch, layer, group and RMS normalization are made of.

Normalization is two rows in turn, `centre` and `unit_rms`, and then the layer's own scale and shift. The Jacobian of
each of the two is symmetric, so that one map serves both directions.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive, Linear
from autograd.primitives.contraction import einsum_row
from autograd.primitives.reductions import Axis, kept_shape, mean, size_along
from autograd.primitives.shaping import reshape, sum_to
from autograd.primitives.transcendental import sqrt


@lru_cache(maxsize=256)
def _letters(shape: tuple[int, ...]) -> tuple[str, str]:
    """Return a letter for each axis, and the letters of those that are longer than 1."""
    letters = "abcdefghijklmnopqrstuvwxyz"[: len(shape)]
    return letters, "".join([letter for letter, size in zip(letters, shape, strict=True) if size != 1])


def _sum_of_products(x: Any, y: Any, shape: tuple[int, ...]) -> Any:
    """Return the sum of x * y over all axes along which `shape` has size 1, without the products in between."""
    letters, kept = _letters(shape)
    if x.__class__ is np.ndarray and y.__class__ is np.ndarray:  # the same, without looking for products of matrices
        return np.einsum(f"{letters},{letters}->{kept}", x, y).reshape(shape)
    return reshape(einsum_row(x, y, inputs=(letters, letters), output=kept), shape=shape)


def _mean_of_products(x: Any, y: Any, axis: Axis) -> Any:
    count = size_along(x.shape, axis)
    return _sum_of_products(x, y, kept_shape(x.shape, axis)) * (1.0 / count if count else math.nan)


def _centred(x: Any, axis: Axis) -> Any:
    return x - mean(x, axis=axis, keepdims=True)


centre: Linear = Linear(
    "centre",
    lambda x, *, axis: _centred(x, axis),
    lambda cotangent, x, *, axis: _centred(cotangent, axis),
    doc="x minus its mean over some axes",
)


def _inverse_size(x: Any, axis: Axis, eps: float) -> Any:
    square = _mean_of_products(x, x, axis) + eps
    return 1.0 / (np.sqrt(square) if square.__class__ is np.ndarray else sqrt(square))


def _unit_rms(x: Any, *, axis: Axis, eps: float) -> Any:
    with np.errstate(all="ignore"):  # of zeros without eps: nan, as in PyTorch
        return x * _inverse_size(x, axis, eps)


def _through_unit_rms(derivative: Any, out: Any, x: Any, axis: Axis, eps: float) -> Any:
    away = out * _mean_of_products(derivative, out, axis)
    if away.__class__ is np.ndarray and away.dtype == np.result_type(derivative):
        np.subtract(derivative, away, out=away)  # in place: new memory takes longer than the arithmetic
        away *= _inverse_size(x, axis, eps)
        return away
    return (derivative - away) * _inverse_size(x, axis, eps)


unit_rms: ArrayPrimitive = ArrayPrimitive(
    "unit_rms",
    _unit_rms,
    lambda cotangent, out, x, *, axis, eps: _through_unit_rms(cotangent, out, x, axis, eps),
    push=lambda tangents, out, x, *, axis, eps: _through_unit_rms(tangents[0], out, x, axis, eps),
    doc="x / sqrt(mean(x²) + eps), the mean over some axes",
)


def _push_scale_shift(tangents: Any, out: Any, x: Any, scale: Any, shift: Any) -> Any:
    moved_x, moved_scale, moved_shift = tangents
    total = np.zeros(out.shape, out.dtype)
    for term in (
        None if moved_x is None else moved_x * scale,
        None if moved_scale is None else x * moved_scale,
        moved_shift,
    ):
        total = total if term is None else total + term
    return total


def _scale_shift(x: Any, scale: Any, shift: Any) -> Any:
    out = x * scale
    if out.dtype != shift.dtype or out.ndim == 0:
        return out + shift
    out += shift  # in place: the product is nobody else's
    return out


def _pull_scale(cotangent: Any, out: Any, x: Any, scale: Any, shift: Any) -> Any:
    gathered = _sum_of_products(cotangent, x, (1,) * (x.ndim - scale.ndim) + scale.shape)
    return gathered if gathered.shape == scale.shape else reshape(gathered, shape=scale.shape)


scale_shift: ArrayPrimitive = ArrayPrimitive(
    "scale_shift",
    _scale_shift,
    lambda cotangent, out, x, scale, shift: cotangent * scale,
    _pull_scale,
    lambda cotangent, out, x, scale, shift: sum_to(cotangent, shape=shift.shape),
    push=_push_scale_shift,
    symbol="x·γ+β",
    doc="x * scale + shift, where scale and shift broadcast to the shape of x",
    reads="operands",
)
