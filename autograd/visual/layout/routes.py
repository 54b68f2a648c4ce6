"""Step four: the columns' places from left to right, and the way each arrow takes.

An arrow runs level through every column, at the height of its bend, and level again in front of its target, where
its text stands above it; it changes height only in the empty strip between two columns. So no arrow can touch
a box that is not its end, and no text a box or another arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from autograd.visual.layout.geometry import Place, Point, straight
from autograd.visual.layout.segments import Layered
from autograd.visual.sizes import ARROW_HEAD

_NARROWEST: Final = 34.0
_WIDEST: Final = 150.0
_STEEPNESS: Final = 0.22
_TEXT_GAP: Final = 4.0


@dataclass(frozen=True, slots=True)
class Strip:
    """One column and the room before it: curves from `curve` to `level`, then texts up to `left`."""

    curve: float
    level: float
    left: float
    right: float


def column_strips(layered: Layered, y: Sequence[float], widths: Sequence[float], texts: Sequence[float]) -> list[Strip]:
    """Return where each column begins and ends, given its width and the width of the texts in front of it."""
    rise = [0.0] * len(widths)
    for vertex, heads in enumerate(layered.heads):
        for head in heads:
            column = layered.layer_of[head]
            rise[column] = max(rise[column], abs(y[head] - y[vertex]))
    strips: list[Strip] = []
    x = 0.0
    for column, width in enumerate(widths):
        curve = x
        if column:
            x += min(max(_NARROWEST, rise[column] * _STEEPNESS), _WIDEST)
        level = x
        if column:
            x += texts[column] + ARROW_HEAD + 2 * _TEXT_GAP
        strips.append(Strip(curve, level, x, x + width))
        x += width
    return strips


def route(
    path: Sequence[int],
    port: float,
    layered: Layered,
    y: Sequence[float],
    strips: Sequence[Strip],
    places: Sequence[Place],
) -> tuple[Point, ...]:
    """Return the curve of one arrow along the vertices of its path; it arrives at the height `port`."""
    source, target = places[path[0]], places[path[-1]]
    points = [Point(source.x + source.width, y[path[0]])]
    for vertex, following in pairwise(path):
        here, there = strips[layered.layer_of[vertex]], strips[layered.layer_of[following]]
        height = port if following == path[-1] else y[following]
        _level(points, here.right)
        _curve(points, Point(there.level, height))
    _level(points, target.x)
    return tuple(points)


def _level(points: list[Point], x: float) -> None:
    """Go on horizontally to `x`; a level piece that is already there becomes longer."""
    end = points[-1]
    if x - end.x < 0.01:
        return
    while len(points) > 3 and all(abs(point.y - end.y) < 0.01 for point in points[-4:]):
        del points[-3:]
    points.extend(straight(points[-1], Point(x, end.y)))


def _curve(points: list[Point], end: Point) -> None:
    """Go on to `end`, leaving and arriving horizontally."""
    start = points[-1]
    if abs(end.y - start.y) < 0.01:
        _level(points, end.x)
        return
    middle = (start.x + end.x) / 2
    points.extend((Point(middle, start.y), Point(middle, end.y), end))
