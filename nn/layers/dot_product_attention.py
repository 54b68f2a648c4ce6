"""Attention: each position asks all others, and takes the mean of their values, weighted by how well they answer.

Wherever a mask is given, True marks what may be looked at, as in NumPy's `where`; and numbers are added to the scores.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from autograd import Node, OperandError, ShapeError, softmax, swapaxes
from autograd.arrays.checks import as_array
from autograd.primitives.attention import masked_softmax


def scaled_dot_product_attention(
    q: Any,
    k: Any,
    v: Any,
    *,
    mask: Any = None,
    causal: bool = False,
    scale: float | None = None,
    dropout: Callable[[Any], Any] | None = None,
) -> Any:
    """Return softmax(q k^T scale) v: for each query the mean of the values, weighted by how its key fits.

    Vaswani et al. 2017, arXiv:1706.03762, equation 1.

    Parameters
    ----------
    q
        Queries, shape (..., targets, width).
    k, v
        Keys, shape (..., sources, width), and their values, shape (..., sources, width of values).
    mask
        Of a shape that broadcasts to (..., targets, sources). Truth values: True where a query may look; a query that
        may look nowhere gets zeros. Numbers, which may be learned: they are added to the scores; -inf in an array is
        as False.
    causal
        Whether a query looks at no key behind its own place.
    scale
        By default 1 / sqrt(width), which keeps the variance of the scores at 1.
    dropout
        What is applied to the weights, such as `nn.Dropout(0.1)`.

    Raises
    ------
    ShapeError
        The shapes do not fit together.
    OperandError
        The mask holds whole numbers: neither truth values nor something to add.

    >>> q, k, v = np.array([[4.0, 0.0]]), np.array([[4.0, 0.0], [0.0, 4.0]]), np.array([[1.0], [2.0]])
    >>> scaled_dot_product_attention(q, k, v).round(4)
    array([[1.]])
    >>> scaled_dot_product_attention(q, k, v, mask=np.array([False, True])).round(4)
    array([[2.]])
    """
    weights = attention_weights(q, k, mask=mask, causal=causal, scale=scale)
    v = as_array(v, "attention")
    if v.ndim < 2 or v.shape[-2] != weights.shape[-1]:
        raise ShapeError(f"attention: there are {weights.shape[-1]} keys, but values of shape {v.shape}")
    return (weights if dropout is None else dropout(weights)) @ v  # (..., targets, width of values)


def attention_weights(
    q: Any, k: Any, *, mask: Any = None, present: Any = None, causal: bool = False, scale: float | None = None
) -> Any:
    """Return softmax(q k^T scale), how much each query looks at each key, shape (..., targets, sources).

    The parameters are those of `scaled_dot_product_attention`, and `present`: a second mask of truth values.

    >>> attention_weights(np.zeros((3, 2)), np.zeros((3, 2)), causal=True).round(2).tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.33, 0.33, 0.33]]
    """
    q, k = as_array(q, "attention"), as_array(k, "attention")
    if q.ndim < 2 or k.ndim < 2 or q.shape[-1] != k.shape[-1] or not q.shape[-1]:
        raise ShapeError(
            "attention: expected queries (..., targets, width) and keys (..., sources, width) of one width, at least "
            f"1, got {q.shape} and {k.shape}"
        )
    scale = 1.0 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = (q * scale) @ swapaxes(k, -1, -2)  # (..., targets, sources)
    masks = [np.array(each) if not isinstance(each, Node) else each for each in (mask, present) if each is not None]
    if causal:
        masks.append(_past(*scores.shape[-2:]))
    return _softmax_where(scores, masks)


def _softmax_where(scores: Any, masks: list[Any]) -> Any:
    """Return the softmax of scores where all truth values allow it, after numbers were added to them."""
    allowed: Any = None
    for mask in masks:
        _check_mask(mask, scores.shape)
        if mask.dtype != bool:
            mask, added = _split(mask)
            scores = scores + (added if isinstance(added, Node) else added.astype(scores.dtype))
        if mask is not None:
            allowed = mask if allowed is None else allowed & mask
    if allowed is None:
        return softmax(scores, axis=-1)
    return masked_softmax(scores, mask=allowed.reshape((1,) * (2 - allowed.ndim) + allowed.shape))


def _split(added: Any) -> tuple[Any, Any]:
    """Return where numbers that are added to scores are not -inf (None: everywhere), and what is to be added there.

    A softmax of nothing but -inf would be nan, and so would the gradients of all keys and values.
    """
    if isinstance(added, Node) or not (closed := added == -math.inf).any():
        return None, added
    return ~closed, np.where(closed, 0.0, added)


@lru_cache(maxsize=64)
def _past(targets: int, sources: int) -> Any:
    """Return where a source does not stand behind its target, shape (targets, sources)."""
    return np.tri(targets, sources, dtype=bool)


def _check_mask(mask: Any, shape: tuple[int, ...]) -> None:
    if not _broadcasts(mask.shape, shape):
        raise ShapeError(
            f"attention: a mask of shape {mask.shape} does not fit scores of shape (..., targets, sources) = {shape}"
        )
    if mask.dtype.kind not in "bf":
        raise OperandError(
            "attention: expected a mask of truth values, True where may be looked, or of numbers to add to the "
            f"scores, got {mask.dtype}; try mask.astype(bool)"
        )


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    return len(shape) <= len(target) and all(
        size in (1, wanted) for size, wanted in zip(shape[::-1], target[::-1], strict=False)
    )
