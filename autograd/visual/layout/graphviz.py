"""The other engine: Graphviz places the boxes, in the sizes that we draw them.

What it is given holds only numbers, no text of the picture's, so there is nothing to escape.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any, Final

from autograd.errors import GraphError, MissingExtraError
from autograd.visual.layout.geometry import Layout, Place, Point, Route, straight
from autograd.visual.measure import text_width
from autograd.visual.picture import Picture
from autograd.visual.sizes import ARROW_FONT, arrivals, box_size

_INCH: Final = 72.0
_TIMEOUT: Final = 30.0


def lay_out_with_graphviz(picture: Picture) -> Layout:
    """Ask Graphviz where everything stands.

    Raises
    ------
    MissingExtraError
        There is no Graphviz.
    GraphError
        It failed.
    """
    answer = run_graphviz(_question(picture), "json0")
    try:
        return _read(json.loads(answer), picture)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise GraphError(f"Graphviz gave a layout that cannot be read ({error}); try engine='builtin'") from error


def run_graphviz(source: str, format: str) -> bytes:
    """Run the system's `dot`, or else `pygraphviz`, on a text in DOT.

    Raises
    ------
    MissingExtraError
        There is neither.
    GraphError
        It failed.
    """
    program = shutil.which("dot")
    if program is None:
        return _run_pygraphviz(source, format)
    try:
        done = subprocess.run(
            [program, f"-T{format}"], input=source.encode(), capture_output=True, check=True, timeout=_TIMEOUT
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise GraphError(f"Graphviz failed: {program} -T{format}: {error}") from error
    return done.stdout


def _run_pygraphviz(source: str, format: str) -> bytes:
    try:
        import pygraphviz
    except ImportError as error:
        raise MissingExtraError(
            f"making {format} of a picture needs Graphviz, and there is neither a program 'dot' nor the package "
            "'pygraphviz'; try: pip install 'chainrule[graphviz]', or save as .svg, which needs neither"
        ) from error
    try:
        drawn: bytes = pygraphviz.AGraph(string=source).draw(format=format, prog="dot")
    except (OSError, ValueError, RuntimeError) as error:
        raise GraphError(f"Graphviz failed: pygraphviz, format {format}: {error}") from error
    return drawn


def _question(picture: Picture) -> str:
    """Write the bare graph: boxes by number and size, arrows with room for their texts."""
    arriving = arrivals(picture)
    names = {box.id: f"n{index}" for index, box in enumerate(picture.boxes)}
    lines = ["digraph {", 'rankdir=LR; nodesep=0.25; ranksep=0.4; node [shape=box fixedsize=true label=""];']
    for box in picture.boxes:
        size = box_size(box, arriving.get(box.id, 0))
        lines.append(f"{names[box.id]} [width={size.width / _INCH:.4f} height={size.height / _INCH:.4f}];")
    for index, arrow in enumerate(picture.arrows):
        width = round(text_width(arrow.text, ARROW_FONT)) + 6
        room = f'<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="12"><TR><TD></TD></TR></TABLE>'
        label = f" label=<{room}>" if arrow.text else ""
        lines.append(f"{names[arrow.source]} -> {names[arrow.target]} [id={index}{label}];")
    return "\n".join([*lines, "}"])


def _read(answer: dict[str, Any], picture: Picture) -> Layout:
    _, _, width, height = (float(number) for number in answer["bb"].split(","))
    places = {}
    found_boxes = sorted(answer["objects"], key=lambda found: int(found["name"].removeprefix("n")))
    for box, found in zip(picture.boxes, found_boxes, strict=True):
        middle = _point(found["pos"], height)
        size = Point(float(found["width"]) * _INCH, float(found["height"]) * _INCH)
        places[box.id] = Place(middle.x - size.x / 2, middle.y - size.y / 2, size.x, size.y)
    found_arrows = sorted(answer.get("edges", ()), key=lambda found: int(found["id"]))
    routes = [_route(found, arrow.text, height) for arrow, found in zip(picture.arrows, found_arrows, strict=True)]
    return Layout(width, height, places, tuple(routes))


def _route(found: dict[str, Any], text: str, height: float) -> Route:
    """Read one arrow: `e,x,y` is the tip of its head, the other points are the curve."""
    tip, points = None, []
    for part in found["pos"].split():
        if part.startswith("e,"):
            tip = _point(part[2:], height)
        else:
            points.append(_point(part.removeprefix("s,"), height))
    if tip is not None:
        points.extend(straight(points[-1], tip))
    if "lp" not in found:
        return Route(tuple(points))
    middle = _point(found["lp"], height)
    return Route(tuple(points), Point(middle.x + text_width(text, ARROW_FONT) / 2, middle.y + ARROW_FONT * 0.36))


def _point(text: str, height: float) -> Point:
    x, y = text.split(",")
    return Point(float(x), height - float(y))
