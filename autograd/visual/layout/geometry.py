"""The result of a layout: rectangles for the boxes and curves for the arrows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    """A point in pixels; y grows downwards."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Place:
    """The rectangle of a box: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The middle of the rectangle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one arrow.

    `points` are those of a chain of cubic Bézier curves: a start, then two control points and an end for each curve.
    The last point is the tip of the arrow head. `text_at` is where the arrow's text ends, on its base line.
    """

    points: tuple[Point, ...]
    text_at: Point | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Every box's place, by id, and every arrow's route, in the order of the picture's arrows."""

    width: float
    height: float
    places: dict[str, Place]
    routes: tuple[Route, ...]


def straight(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """Return the rest of the Bézier curve that is the straight line from `start` to `end`.

    >>> straight(Point(0, 0), Point(3, 6))
    (Point(x=1.0, y=2.0), Point(x=2.0, y=4.0), Point(x=3, y=6))
    """
    third = Point((end.x - start.x) / 3, (end.y - start.y) / 3)
    return Point(start.x + third.x, start.y + third.y), Point(end.x - third.x, end.y - third.y), end


def on_curve(start: Point, first: Point, second: Point, end: Point, at: float) -> Point:
    """Return the point of a cubic Bézier curve at the parameter `at`, from 0 to 1."""
    left = 1 - at
    weights = (left**3, 3 * left * left * at, 3 * left * at * at, at**3)
    points = (start, first, second, end)
    return Point(
        sum(w * p.x for w, p in zip(weights, points, strict=True)),
        sum(w * p.y for w, p in zip(weights, points, strict=True)),
    )
