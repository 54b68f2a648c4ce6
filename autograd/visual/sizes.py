"""How large everything in a drawing is, in pixels: fonts, paddings, and from them each box."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from autograd.visual.kinds import KINDS
from autograd.visual.measure import shorten, text_width
from autograd.visual.picture import Box, Picture

TITLE_FONT: Final = 13.0
ROW_FONT: Final = 11.0
ARROW_FONT: Final = 10.0
CAPTION_FONT: Final = 12.0
CAPTION_LINE: Final = 18.0
HEADLINE_FONT: Final = 15.0
LINE: Final = 15.0  # from one row's baseline to the next
PADDING: Final = 9.0
TAG_GAP: Final = 10.0
ROW_GAP: Final = 8.0
ARROW_HEAD: Final = 8.0
PORT_PITCH: Final = 15.0  # between arrows that enter one box, each with its text
STACK: Final = 4.0  # how far the sheets of a stack show behind the first
CIRCLE: Final = 30.0
MORE: Final = 34.0


class Size(NamedTuple):
    """Width and height in pixels."""

    width: float
    height: float


def box_size(box: Box, arriving: int = 0) -> Size:
    """Return the room that a box needs for its text and for the arrows arriving at it.

    >>> box_size(Box("b", "tanh", (("data", "0.7071"), ("grad", "1"))), arriving=2)
    Size(width=..., height=55.0)
    """
    outline = KINDS[box.kind].outline
    if outline == "circle":
        return Size(CIRCLE, CIRCLE)
    if outline == "none":
        return Size(max(MORE, text_width(box.title, TITLE_FONT)), MORE)
    lines = [text_width(shorten(box.title), TITLE_FONT, bold=True)]
    if box.tag:
        lines[0] += TAG_GAP + text_width(shorten(box.tag), ROW_FONT)
    names, texts = row_widths(box)
    lines.append(names + texts)
    sheets = STACK if box.count > 1 else 0.0
    height = 25.0 + LINE * len(box.rows)
    return Size(max(lines) + 2 * PADDING + sheets, max(height, PORT_PITCH * arriving + 10.0) + sheets)


def row_widths(box: Box) -> tuple[float, float]:
    """Return the width of the column of names in a box, with the gap behind it, and of the column of texts."""
    names = max((text_width(name, ROW_FONT) + ROW_GAP for name, _ in box.rows), default=0.0)
    return names, max((text_width(shorten(text), ROW_FONT) for _, text in box.rows), default=0.0)


def arrivals(picture: Picture) -> dict[str, int]:
    """Count the arrows that need a place of their own at each box, by its id.

    Arrows without text can share a place, unless others there have one.
    """
    texts = {arrow.target for arrow in picture.arrows if arrow.text}
    return Counter(arrow.target for arrow in picture.arrows if arrow.target in texts)
