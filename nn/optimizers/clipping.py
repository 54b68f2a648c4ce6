"""Gradient clipping: what keeps one steep place from throwing the parameters far away (Pascanu et al. 2013)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.pool import Pool, find_flat
from nn.optimizers.blocks import Array
from nn.optimizers.groups import as_list, read_parameters
from nn.settings import not_negative


def clip_grad_norm(parameters: Any, max_norm: float) -> float:
    """Scale all gradients together so that their common Euclidean norm is at most `max_norm`; return the norm before.

    A norm of inf or nan gives gradients of 0 or nan, as in PyTorch: nothing is raised, and the returned norm tells.

    Raises
    ------
    OperandError
        What was given are not parameters.
    DomainError
        There is no parameter, or the bound is negative or not finite.

    >>> from autograd import Tensor, Value
    >>> x, y = Value(0.0), Tensor([0.0, 0.0])
    >>> (3.0 * x + (4.0 * y).sum() / 2.0).backward()
    >>> round(clip_grad_norm([x, y], 1.0), 6)
    4.123106
    >>> round(x.grad, 3), y.grad.round(3)
    (0.728, array([0.485, 0.485]))
    """
    max_norm = not_negative("clip_grad_norm", "max_norm", max_norm)
    pool, values, tensors = _split("clip_grad_norm", parameters)
    slopes = pool.grad.tolist() if pool else [value.grad for value in values]
    norm = math.hypot(*slopes, *[_norm(tensor.grad) for tensor in tensors])
    factor = min(max_norm / (norm + 1e-6), 1.0)  # PyTorch's guard against a norm of 0
    if factor >= 1.0 and not math.isnan(norm):
        return norm
    with np.errstate(all="ignore"):
        if pool:
            pool.grad *= factor
        else:
            for value in values:
                value.grad = value.grad * factor
        for tensor in tensors:
            tensor.grad = tensor.grad * tensor.dtype.type(factor)  # a new array: others may hold the old one
    return norm


def clip_grad_value(parameters: Any, limit: float) -> None:
    """Hold every entry of every gradient between -limit and limit.

    Raises
    ------
    OperandError
        What was given are not parameters.
    DomainError
        There is no parameter, or the bound is negative or not finite.

    >>> from autograd import Tensor, Value
    >>> x, y = Value(1.0), Tensor([1.0, 1.0])
    >>> (7.0 * x + y @ np.array([-3.0, 0.5])).backward()
    >>> clip_grad_value([x, y], 2.0)
    >>> x.grad, y.grad
    (2.0, array([-2. ,  0.5]))
    """
    limit = not_negative("clip_grad_value", "limit", limit)
    pool, values, tensors = _split("clip_grad_value", parameters)
    if pool:
        np.clip(pool.grad, -limit, limit, out=pool.grad)
    else:
        for value in values:
            value.grad = min(max(value.grad, -limit), limit)
    for tensor in tensors:
        tensor.grad = np.clip(tensor.grad, *map(tensor.dtype.type, (-limit, limit)))


def _split(user: str, parameters: Any) -> tuple[Pool | None, list[Any], list[Any]]:
    """Return the pool that all `Value`s are in, if there is one, these `Value`s, and the `Tensor`s with a gradient."""
    found = as_list(user, parameters)
    if pool := find_flat(found):  # they are known already, and a look at each would take as long as a step
        return pool, found, []
    read_parameters(user, found)
    values = [parameter for parameter in found if not parameter.is_array]
    tensors = [p for p in found if p.is_array and isinstance(p.grad, np.ndarray | np.generic)]
    return find_flat(values), values, tensors


def _norm(gradient: Array) -> float:
    """Return the Euclidean norm, also where the squares would overflow or vanish."""
    flat = np.ravel(gradient)
    with np.errstate(all="ignore"):
        square = float(np.dot(flat, flat))
        if 1e-30 < square < 1e30:
            return math.sqrt(square)
        largest = float(np.max(np.abs(flat), initial=0.0))
        if largest == 0.0 or not math.isfinite(largest):
            return largest
        scaled = flat / flat.dtype.type(largest)
        return largest * math.sqrt(float(np.dot(scaled, scaled)))
