"""Functions with settings, and composites that have no rule of their own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.array_node import ArrayNode
from autograd.arrays import entries, reducing
from autograd.primitives import activations, comparison, nary
from autograd.primitives.comparison import stop_gradient
from autograd.primitives.nary import largest, total
from autograd.primitives.transcendental import exp


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """Return x where x > 0, else slope * x (Maas et al. 2013); the slope may be a node and learn.

    >>> leaky_relu(-2.0)
    -0.02
    """
    return activations.leaky_relu(x, slope)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """Return x where x > 0, else alpha * (exp(x) - 1) (Clevert et al. 2015, arXiv:1511.07289).

    >>> round(elu(-1.0), 6)
    -0.632121
    """
    return activations.elu(x, alpha)


def clip(x: Any, low: Any = -math.inf, high: Any = math.inf) -> Any:
    """Return x held between low and high; the derivative in x is 1 inside and at the bounds, else 0.

    >>> clip(3.0, 0.0, 1.0), clip(-3.0, low=0.0)
    (1.0, 0.0)
    """
    return comparison.clip(x, low, high)


def is_array(x: Any) -> bool:
    """Tell whether x is a tensor or an array of numbers, rather than a list of numbers or nodes."""
    return isinstance(x, ArrayNode) or (isinstance(x, np.ndarray) and x.dtype.kind in "fiub")


def logsumexp(xs: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Return log(exp(x_1) + ... + exp(x_n)) as one node: of a list of numbers, or of a tensor over some axes.

    Its derivative is the softmax of the numbers.

    Raises
    ------
    ShapeError
        The list is empty, or the tensor has no such axis.

    >>> from autograd import Value
    >>> logsumexp([Value(1000.0), Value(1000.0)])
    Value(1000.6931471805599)
    """
    if is_array(xs):
        return reducing.logsumexp(xs, axis, keepdims=keepdims)
    return nary.logsumexp(xs)


def take(rows: Any, index: Any, axis: int = 0) -> Any:
    """Return `rows[index]`: of an array of positions, a list of rows; of a tensor, the rows as a tensor.

    What a language model does with a token, and a cross-entropy with a target. In a compiled function, positions that
    come from an integer array are data: one program serves all texts of a length. (`rows[index]` would be looked up
    once, when the program is made, and made again for every other position.)

    Parameters
    ----------
    rows
        Numbers, or lists of numbers of one structure; or a tensor, of any shape.
    index
        A position from 0 to len(rows) - 1, or an array or list of them.
    axis
        Of a tensor: the axis to take from.

    Raises
    ------
    DomainError
        A position lies outside of the list, or is not a whole number.

    >>> take([[1.0, 2.0], [3.0, 4.0]], 1)
    [3.0, 4.0]
    >>> take([10.0, 20.0], [1, 1, 0])
    [20.0, 20.0, 10.0]
    """
    if isinstance(rows, ArrayNode):
        return entries.take(rows, index, axis)
    return nary.take(rows, index)


def log_softmax(scores: Any, axis: Any = -1) -> Any:
    """Return the logarithms of the softmax probabilities of a list of numbers, or along an axis of a tensor.

    Safe from overflow.

    >>> [round(p, 6) for p in log_softmax([1.0, 1.0])]
    [-0.693147, -0.693147]
    """
    if is_array(scores):
        return reducing.log_softmax(scores, axis)
    shifted = _shifted(scores)
    norm = nary.logsumexp(shifted)
    return [score - norm for score in shifted]


def softmax(scores: Any, axis: Any = -1) -> Any:
    """Return exp(score) / sum(exp(scores)): positive numbers that add up to 1.

    Of a list of numbers a list; of a tensor, along an axis, a tensor.

    Raises
    ------
    ShapeError
        The list is empty.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    if is_array(scores):
        return reducing.softmax(scores, axis)
    weights = [exp(score) for score in _shifted(scores)]
    norm = total(weights)
    return [weight / norm for weight in weights]


def _shifted(scores: Iterable[Any]) -> list[Any]:
    """Return the scores minus the largest: the same softmax, no overflow, and no digits lost to a common offset."""
    scores = list(scores)
    top = stop_gradient(largest(scores))
    return [score - top for score in scores]
