"""A line search: how far to go along a direction so that the loss falls enough and has become flat enough.

What it looks for are the strong Wolfe conditions (Nocedal & Wright, Numerical Optimization, 2nd edition, equation 3.7):

    loss(t) <= loss(0) + c1 t slope(0)        and        |slope(t)| <= c2 |slope(0)|

First steps are lengthened until a point that fulfils them lies between two (algorithm 3.5); then the bracket is
narrowed (algorithm 3.6). The choices that the book leaves open are those of PyTorch's L-BFGS, and so are its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from nn.optimizers.blocks import Array

#: c1 and c2 of the conditions.
DECREASE: Final = 1e-4
CURVATURE: Final = 0.9


class Point(NamedTuple):
    """A point on the line: how far along, and what was found there. A loss of nan counts as infinite."""

    length: float
    loss: float
    slope: float
    gradient: Array


def search_line(
    evaluate: Callable[[float], Point], start: Point, first: float, *, reach: float, tolerance: float, most: int
) -> tuple[Point, int]:
    """Return a point that fulfils the strong Wolfe conditions, or the best one met, and the number of evaluations.

    Parameters
    ----------
    evaluate
        The point at a length.
    start
        The point at length 0.
    first
        The length to try first.
    reach
        The largest entry of the direction.
    tolerance
        Below which change of a parameter the bracket is narrow enough.
    most
        How many evaluations, after the first, there may be before the best point so far must do.

    >>> def bowl(length):
    ...     return Point(length, (length - 2.0) ** 2, 2.0 * (length - 2.0), None)
    >>> point, evaluations = search_line(bowl, bowl(0.0), 0.1, reach=1.0, tolerance=1e-9, most=25)
    >>> point.length, evaluations
    (1.0, 2)
    """
    low, high, evaluations = _find_bracket(evaluate, start, first, most)
    is_stuck = False  # whether the last point lay near an end of the bracket
    while low is not high and evaluations <= most:
        if abs(high.length - low.length) * reach <= tolerance:
            break
        length, is_stuck = _choose_between(low, high, is_stuck=is_stuck)
        point, evaluations = evaluate(length), evaluations + 1
        if not _has_fallen(point, start) or point.loss >= low.loss:
            low, high = (low, point) if low.loss <= point.loss else (point, low)
            continue
        if _is_flat(point, start):
            return point, evaluations
        low, high = point, low if point.slope * (high.length - low.length) >= 0 else high
    return low, evaluations


def _find_bracket(
    evaluate: Callable[[float], Point], start: Point, first: float, most: int
) -> tuple[Point, Point, int]:
    """Return two points, the lower one first, with a good one in between; twice the same if it is good itself."""
    before, point, evaluations = start, evaluate(first), 1
    while evaluations <= most:
        if not _has_fallen(point, start) or (evaluations > 2 and point.loss >= before.loss):
            break
        if _is_flat(point, start):
            return point, point, evaluations
        if point.slope >= 0:
            break
        bounds = [point.length + 0.01 * (point.length - before.length), point.length * 10]
        before, point = point, evaluate(_lowest_between(before, point, bounds))
        evaluations += 1
    else:
        before = start
    return (before, point, evaluations) if before.loss <= point.loss else (point, before, evaluations)


def _choose_between(low: Point, high: Point, *, is_stuck: bool) -> tuple[float, bool]:
    """Return the length to try next, and whether it lies near an end of the bracket; not twice in a row."""
    left, right = ends = sorted((low.length, high.length))
    length, margin = _lowest_between(low, high, ends), 0.1 * (right - left)
    if min(right - length, length - left) >= margin:
        return length, False
    if is_stuck or not left < length < right:
        return (right - margin if right - length < length - left else left + margin), False
    return length, True


def _has_fallen(point: Point, start: Point) -> bool:
    return point.loss <= start.loss + DECREASE * point.length * start.slope


def _is_flat(point: Point, start: Point) -> bool:
    return abs(point.slope) <= -CURVATURE * start.slope


def _lowest_between(a: Point, b: Point, bounds: list[float]) -> float:
    """Return where the cubic through two points and their slopes is lowest (equation 3.59), held between bounds."""
    left, right = (a, b) if a.length <= b.length else (b, a)
    d1 = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.length - right.length)
    square = d1 * d1 - left.slope * right.slope
    d2 = math.sqrt(square) if 0 <= square < math.inf else 0.0
    bend = right.slope - left.slope + 2 * d2
    if not 0 <= square < math.inf or bend == 0:  # no minimum, or a loss that is not finite
        return (bounds[0] + bounds[1]) / 2
    length = right.length - (right.length - left.length) * ((right.slope + d2 - d1) / bend)
    return min(max(length, bounds[0]), bounds[1])
