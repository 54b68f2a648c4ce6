"""Our own layered layout: the four steps put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from autograd.visual.layout.columns import lay_out_columns
from autograd.visual.layout.crossings import order_layers
from autograd.visual.layout.geometry import Layout, Place, Point, Route
from autograd.visual.layout.layers import assign_layers
from autograd.visual.layout.routes import Strip, column_strips, route
from autograd.visual.layout.rows import place_rows
from autograd.visual.layout.segments import Layered, split_long_arrows
from autograd.visual.measure import text_width
from autograd.visual.picture import Arrow, Picture
from autograd.visual.sizes import ARROW_FONT, ARROW_HEAD, PORT_PITCH, Size, arrivals, box_size

_BARE_PITCH: Final = 7.0  # between arrows without text that enter one box
_TEXT_RISE: Final = 3.0  # from an arrow to the base line of its text


def lay_out(picture: Picture) -> Layout:
    """Place the boxes in columns from left to right and route the arrows between them.

    The same picture gives the same layout, everywhere and always.

    Raises
    ------
    GraphError
        The arrows run in a circle.
    """
    if picture.columns:
        return lay_out_columns(picture)
    index = {box.id: place for place, box in enumerate(picture.boxes)}
    arrows = [(index[arrow.source], index[arrow.target]) for arrow in picture.arrows]
    layered = split_long_arrows(assign_layers(len(index), arrows), arrows)
    layers = order_layers(layered)
    arriving = arrivals(picture)
    sizes = [box_size(box, arriving.get(box.id, 0)) for box in picture.boxes]
    heights = [size.height for size in sizes] + [0.0] * (len(layered.layer_of) - len(sizes))
    ports = _ports(picture.arrows, layered, layers, sizes)
    y = _from_top(place_rows(layered, layers, heights), heights)
    strips = column_strips(layered, y, *_column_widths(picture, layered, sizes))
    places = [_place(size, y[box], strips[layered.layer_of[box]], layered.tails[box]) for box, size in enumerate(sizes)]
    routes = []
    for arrow, path, port in zip(picture.arrows, layered.paths, ports, strict=True):
        points = route(path, y[path[-1]] + port, layered, y, strips, places)
        routes.append(Route(points, _text_at(points[-1]) if arrow.text else None))
    ids = {box.id: place for box, place in zip(picture.boxes, places, strict=True)}
    bottom = max((place.y + place.height for place in places), default=0.0)
    return Layout(strips[-1].right if strips else 0.0, max([bottom, *y]), ids, tuple(routes))


def _ports(
    arrows: Sequence[Arrow], layered: Layered, layers: Sequence[Sequence[int]], sizes: Sequence[Size]
) -> list[float]:
    """Return how far from the middle of its target each arrow arrives, in the order in which they come from above."""
    position = {vertex: place for layer in layers for place, vertex in enumerate(layer)}
    arriving: dict[int, list[int]] = {}
    for arrow, path in enumerate(layered.paths):
        arriving.setdefault(path[-1], []).append(arrow)
    ports = [0.0] * len(arrows)
    for target, group in arriving.items():
        group.sort(key=lambda arrow: position[layered.paths[arrow][-2]])
        room = (sizes[target].height - 10.0) / len(group)
        pitch = PORT_PITCH if any(arrows[arrow].text for arrow in group) else min(_BARE_PITCH, room)
        for place, arrow in enumerate(group):
            ports[arrow] = (place - (len(group) - 1) / 2) * pitch
    return ports


def _from_top(y: Sequence[float], heights: Sequence[float]) -> list[float]:
    top = min((middle - height / 2 for middle, height in zip(y, heights, strict=True)), default=0.0)
    return [middle - top for middle in y]


def _column_widths(picture: Picture, layered: Layered, sizes: Sequence[Size]) -> tuple[list[float], list[float]]:
    """Return the width of each column and of the texts in front of it."""
    columns = [0.0] * len(layered.layers)
    texts = [0.0] * len(layered.layers)
    for box, size in enumerate(sizes):
        columns[layered.layer_of[box]] = max(columns[layered.layer_of[box]], size.width)
    for arrow, path in zip(picture.arrows, layered.paths, strict=True):
        column = layered.layer_of[path[-1]]
        texts[column] = max(texts[column], text_width(arrow.text, ARROW_FONT))
    return columns, texts


def _place(size: Size, y: float, strip: Strip, tails: Sequence[int]) -> Place:
    """Put a box at the side of its column where its arrows are: the left one if some arrive, else the right one."""
    return Place(strip.left if tails else strip.right - size.width, y - size.height / 2, size.width, size.height)


def _text_at(tip: Point) -> Point:
    return Point(tip.x - ARROW_HEAD - 2.0, tip.y - _TEXT_RISE)
