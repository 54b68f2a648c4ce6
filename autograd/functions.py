"""Functions with settings, and composites that have no rule of their own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from autograd.primitives import activations, comparison
from autograd.primitives.comparison import stop_gradient
from autograd.primitives.nary import largest, logsumexp, total
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


def log_softmax(scores: Iterable[Any]) -> list[Any]:
    """Return the logarithms of the softmax probabilities of a list of numbers, safe from overflow.

    >>> [round(p, 6) for p in log_softmax([1.0, 1.0])]
    [-0.693147, -0.693147]
    """
    shifted = _shifted(scores)
    norm = logsumexp(shifted)
    return [score - norm for score in shifted]


def softmax(scores: Iterable[Any]) -> list[Any]:
    """Return exp(score) / sum(exp(scores)): positive numbers that add up to 1.

    Raises
    ------
    ShapeError
        The list is empty.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    weights = [exp(score) for score in _shifted(scores)]
    norm = total(weights)
    return [weight / norm for weight in weights]


def _shifted(scores: Iterable[Any]) -> list[Any]:
    """Return the scores minus the largest: the same softmax, no overflow, and no digits lost to a common offset."""
    scores = list(scores)
    top = stop_gradient(largest(scores))
    return [score - top for score in scores]
