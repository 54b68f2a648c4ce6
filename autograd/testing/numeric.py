"""Derivatives without calculus: central differences, extrapolated to a step of zero.

The error of (f(x + h) - f(x - h)) / 2h is a series in h², so differences at several steps can be combined until its
first terms cancel (Richardson 1911). What is left shows in how well the combinations agree (Ridders 1982, "Accurate
computation of F'(x) and F'(x) F''(x)"), and the steps shrink only until that is small enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.errors import DomainError

Array = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
VectorFunction = Callable[[list[float]], Sequence[float]]

#: By what each step is smaller than the one before. With a power of 2, rounded differences would agree by accident.
SHRINKAGE = 1.6
#: How many steps are tried.
STEPS = 48
#: The terms of the series that are cancelled; more would amplify rounding.
TERMS = 6


class Extrapolation:
    """Derivatives of several outputs in one input, which get better with each difference that is added.

    Attributes
    ----------
    slopes
        The best estimates so far.
    uncertainty
        How far each may be off; infinite until three differences are known.
    exhausted
        Where smaller steps would only bring more rounding.
    """

    def __init__(self) -> None:
        self.slopes: Array = np.array(math.nan)
        self.uncertainty: Array = np.array(math.inf)
        self.exhausted: Bools = np.array(False)
        self._row: list[Array] = []

    def add(self, difference: Array, rounding: Array) -> None:
        """Add the difference quotients at the next smaller step; `rounding` is how much of them is surely that."""
        earlier, self._row = self._row, _next_row(difference, self._row)
        spread, estimate = _most_agreed(self._row, earlier)
        spread = spread + rounding
        # Disagreement that grows again after it was small is rounding inside of the function. Go no further:
        # at tiny steps the rounded numbers come to agree by accident.
        was_small = self.uncertainty < 1e-3 * np.abs(self.slopes)
        self.exhausted = self.exhausted | (was_small & (spread > 10 * self.uncertainty))
        better = (spread < self.uncertainty) & ~self.exhausted
        self.slopes = np.where(better, estimate, self.slopes)
        self.uncertainty = np.where(better, spread, self.uncertainty)
        self.exhausted |= rounding >= self.uncertainty

    def is_settled(self, rtol: float, atol: float) -> bool:
        """Tell whether all are known to atol + rtol * |slope|, or as well as they can be."""
        known = self.uncertainty <= atol + rtol * np.abs(self.slopes)
        return bool(np.all(known | self.exhausted))


def differentiate_numerically(
    function: VectorFunction,
    point: Sequence[float],
    position: int,
    *,
    name: str = "the input",
    eps: float,
    rtol: float,
    atol: float,
) -> Extrapolation:
    """Estimate the derivatives of all outputs in the input at `position`.

    Parameters
    ----------
    name
        What messages call the input.
    eps
        The first and longest step, relative to the input where that is larger than 1.
    rtol, atol
        Steps shrink until the uncertainty is below atol + rtol * |slope|, or until rounding forbids it.

    Raises
    ------
    DomainError
        The function is not finite on both sides of the point, however near.

    >>> found = differentiate_numerically(lambda x: [x[0] ** 3], [2.0], 0, eps=0.01, rtol=1e-9, atol=0.0)
    >>> bool(abs(found.slopes[0] - 12.0) < 1e-9)
    True
    """
    step = eps * max(1.0, abs(point[position]))
    found = Extrapolation()
    for _ in range(STEPS):
        difference, rounding = _central_difference(function, point, position, step)
        if np.isfinite(difference).all():
            found.add(difference, rounding)
        else:
            found = Extrapolation()  # outside of the domain: begin again, nearer to the point
        if found.is_settled(rtol, atol):
            break
        step /= SHRINKAGE
    if not np.isfinite(found.uncertainty).all():
        raise DomainError(
            f"the function, or its derivative, is not finite on both sides of {name} = {point[position]!r}, so there "
            "are no differences to take; choose a point further inside of its domain, or a smaller eps"
        )
    return found


def _central_difference(
    function: VectorFunction, point: Sequence[float], position: int, step: float
) -> tuple[Array, Array]:
    """Return the difference quotients, and how much of them may be the rounding of the results."""
    upper, lower = point[position] + step, point[position] - step
    above, below = (np.array(function([*point[:position], x, *point[position + 1 :]])) for x in (upper, lower))
    with np.errstate(all="ignore"):
        width = np.subtract(upper, lower)  # as rounded, not 2 * step
        largest = np.maximum(np.abs(above), np.abs(below))
        return (above - below) / width, np.finfo(float).eps * largest / width


def _next_row(difference: Array, earlier: list[Array]) -> list[Array]:
    """Return the next row of Richardson's table: its k-th entry is free of the first k terms of the error."""
    row = [difference]
    for term, coarser in enumerate(earlier[:TERMS], start=1):
        row.append(row[-1] + (row[-1] - coarser) / (SHRINKAGE ** (2 * term) - 1.0))
    return row


def _most_agreed(row: list[Array], earlier: list[Array]) -> tuple[Array, Array]:
    """Return how far the entry that agrees best with its three neighbours is from them, and that entry."""
    spread, estimate = np.full_like(row[0], math.inf), row[0]
    for column in range(1, len(earlier)):
        neighbours = np.stack([row[column - 1], earlier[column - 1], earlier[column]])
        farthest = np.abs(neighbours - row[column]).max(axis=0)
        estimate = np.where(farthest < spread, row[column], estimate)
        spread = np.minimum(farthest, spread)
    return spread, estimate
