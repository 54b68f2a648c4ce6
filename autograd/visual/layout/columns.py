"""The layout of a picture that says itself where its boxes stand: columns of units, joined by straight lines."""

from __future__ import annotations

import math
from typing import Final

from autograd.visual.layout.geometry import Layout, Place, Point, Route, straight
from autograd.visual.measure import text_width
from autograd.visual.picture import Column, Picture
from autograd.visual.sizes import CAPTION_FONT, Size, box_size

_GAP: Final = 14.0
_NARROWEST: Final = 110.0
_WIDEST: Final = 320.0
_STEEPNESS: Final = 0.45


def lay_out_columns(picture: Picture) -> Layout:
    """Stack each column about the middle line, and draw every arrow straight from border to border.

    Columns are set so far apart that a line to the far end of the next column passes clear of its neighbours.
    """
    sizes = {box.id: box_size(box) for box in picture.boxes}
    heights = [_height(column, sizes) for column in picture.columns]
    tallest = max(heights)
    gap = min(max(_NARROWEST, _STEEPNESS * tallest), _WIDEST)
    places: dict[str, Place] = {}
    x = 0.0
    for column, height in zip(picture.columns, heights, strict=True):
        width = max(sizes[name].width for name in column.boxes)
        room = max([width, *(text_width(line, CAPTION_FONT) + 12.0 for line in column.caption)])
        x = x if not places else x + max(gap, room / 2 + 20.0)
        y = (tallest - height) / 2
        for name in column.boxes:
            size = sizes[name]
            places[name] = Place(x + (room - size.width) / 2, y, size.width, size.height)
            y += size.height + _GAP
        x += room
    routes = [_line(places[arrow.source], places[arrow.target]) for arrow in picture.arrows]
    return Layout(x, tallest, places, tuple(routes))


def _height(column: Column, sizes: dict[str, Size]) -> float:
    return sum(sizes[name].height for name in column.boxes) + _GAP * (len(column.boxes) - 1)


def _line(source: Place, target: Place) -> Route:
    start, end = source.centre, target.centre
    length = math.dist(start, end) or 1.0
    along = Point((end.x - start.x) / length, (end.y - start.y) / length)
    first = Point(start.x + along.x * source.width / 2, start.y + along.y * source.width / 2)
    last = Point(end.x - along.x * target.width / 2, end.y - along.y * target.width / 2)
    return Route((first, *straight(first, last)))
