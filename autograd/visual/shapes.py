"""Boxes, arrows and texts as SVG elements."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from autograd.visual.kinds import KINDS, Kind
from autograd.visual.layout import Place, Point, Route
from autograd.visual.measure import printable, shorten
from autograd.visual.picture import Arrow, Box
from autograd.visual.sizes import ARROW_HEAD, LINE, PADDING, STACK, TITLE_FONT, row_widths


def draw_box(box: Box, place: Place) -> Iterator[str]:
    """Draw a box: its outline, twice more behind it where it is a stack, and its text."""
    kind = KINDS[box.kind]
    yield f'<g class="cr-{box.kind}">'
    if box.detail:
        yield f"<title>{escaped(box.detail)}</title>"
    sheets = STACK if box.count > 1 else 0.0
    front = Place(place.x, place.y, place.width - sheets, place.height - sheets)
    for offset in (sheets, sheets / 2) if sheets else ():
        yield draw_outline(kind, Place(place.x + offset, place.y + offset, front.width, front.height))
    yield draw_outline(kind, front)
    yield from _box_text(box, front)
    yield "</g>"


def _box_text(box: Box, place: Place) -> Iterator[str]:
    left, right = place.x + PADDING, place.x + place.width - PADDING
    y = place.centre.y - LINE * len(box.rows) / 2 + TITLE_FONT * 0.36
    if box.title and not box.rows and not box.tag:
        yield draw_text(shorten(box.title), Point(place.centre.x, y), "cr-title", anchor="middle")
    elif box.title:
        yield draw_text(shorten(box.title), Point(left, y), "cr-title")
    if box.tag:
        yield draw_text(shorten(box.tag), Point(right, y), "cr-row", anchor="end")
    end = left + sum(row_widths(box))
    for name, text in box.rows:
        y += LINE
        yield draw_text(name, Point(left, y), "cr-row cr-faint")
        yield draw_text(shorten(text), Point(end, y), "cr-row", anchor="end")


def draw_outline(kind: Kind, place: Place) -> str:
    """Draw the outline of a kind of box."""
    x, y, width, height = place.x, place.y, place.width, place.height
    if kind.outline == "none":
        return ""
    if kind.outline == "circle":
        return f'<circle cx="{length(place.centre.x)}" cy="{length(place.centre.y)}" r="{length(width / 2)}"/>'
    if kind.outline == "octagon":
        cut = min(8.0, height / 3)
        xs, ys = (x, x + cut, x + width - cut, x + width), (y, y + cut, y + height - cut, y + height)
        corners = ((0, 1), (1, 0), (2, 0), (3, 1), (3, 2), (2, 3), (1, 3), (0, 2))
        return _polygon("", [Point(xs[i], ys[j]) for i, j in corners])
    if kind.outline == "double":
        return _rectangle(place, 0.0) + _rectangle(Place(x + 3, y + 3, width - 6, height - 6), 0.0)
    return _rectangle(place, {"rounded": 5.0, "pill": min(height / 2, 14.0), "dashed": 2.0}[kind.outline])


def draw_arrow(arrow: Arrow, route: Route, *, pointed: bool) -> str:
    """Draw the line of an arrow, and its head if it is pointed."""
    points = list(route.points)
    head = ""
    if pointed:
        tip = points[-1]
        before = next((point for point in points[-2::-1] if math.dist(point, tip) > 0.5), points[0])
        distance = math.dist(before, tip) or 1.0
        along = Point((tip.x - before.x) / distance, (tip.y - before.y) / distance)
        base = Point(tip.x - along.x * ARROW_HEAD, tip.y - along.y * ARROW_HEAD)
        across = Point(-along.y * ARROW_HEAD * 0.42, along.x * ARROW_HEAD * 0.42)
        sides = [Point(base.x + across.x, base.y + across.y), Point(base.x - across.x, base.y - across.y)]
        head = _polygon(' class="cr-head"', [tip, *sides])
        points[-1] = base
    return f'<path class="cr-line{"" if pointed else " cr-thin"}{_strength(arrow)}" d="{_curve(points)}"/>{head}'


def draw_text(text: str, at: Point, style: str, anchor: str = "") -> str:
    """Draw one line of text; `at` is on its base line."""
    anchored = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{style}" x="{length(at.x)}" y="{length(at.y)}"{anchored}>{escaped(text)}</text>'


def escaped(text: str) -> str:
    """Write a text so that XML takes every character of it for text.

    >>> escaped("a<b & c")
    'a&lt;b &amp; c'
    """
    return escape(printable(text), quote=True)


def length(x: float) -> str:
    """Write a length with one decimal, and none where it is whole.

    >>> length(2.0), length(2.46), length(-0.01)
    ('2', '2.5', '0')
    """
    return f"{round(x, 1) or 0.0:g}" if abs(x) < 1e5 else f"{x:.1f}"


def _strength(arrow: Arrow) -> str:
    if arrow.strength is None:
        return ""
    size = min(abs(arrow.strength), 1.0)
    sign = "positive" if arrow.strength >= 0 else "negative"
    return f' cr-{sign}" style="stroke-width:{length(0.4 + 2.6 * size)}px;stroke-opacity:{0.25 + 0.75 * size:.2f}'


def _curve(points: list[Point]) -> str:
    return f"M{length(points[0].x)},{length(points[0].y)} C{_pairs(points[1:])}"


def _polygon(attributes: str, corners: list[Point]) -> str:
    return f'<polygon{attributes} points="{_pairs(corners)}"/>'


def _pairs(points: list[Point]) -> str:
    return " ".join(f"{length(x)},{length(y)}" for x, y in points)


def _rectangle(place: Place, radius: float) -> str:
    size = f'width="{length(place.width)}" height="{length(place.height)}"'
    corner = f' rx="{length(radius)}"' if radius else ""
    return f'<rect x="{length(place.x)}" y="{length(place.y)}" {size}{corner}/>'
