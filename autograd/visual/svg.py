"""SVG: one look for both layout engines, readable on light and dark pages, without a script or a font of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from autograd.errors import GraphError, MissingExtraError, UnknownNameError
from autograd.visual.kinds import KINDS
from autograd.visual.layout import Layout, Place, Point, lay_out
from autograd.visual.layout.geometry import Route, straight
from autograd.visual.layout.graphviz import lay_out_with_graphviz
from autograd.visual.measure import shorten, text_width
from autograd.visual.picture import Arrow, Engine, Picture
from autograd.visual.shapes import draw_arrow, draw_box, draw_outline, draw_text, escaped, length
from autograd.visual.sizes import CAPTION_FONT, CAPTION_LINE, HEADLINE_FONT, ROW_FONT
from autograd.visual.stylesheet import style_sheet

_MARGIN: Final = 18.0
_HEADLINE: Final = 26.0
_NOTE: Final = 22.0
_LEGEND: Final = 30.0
_GLYPH: Final = 22.0
_TITLE_LENGTH: Final = 90


def to_svg(picture: Picture, *, engine: Engine = "auto") -> str:
    """Draw a picture as SVG; see `Picture.svg`."""
    layout = _layout(picture, engine)
    head, legend = _head_height(picture), _legend(picture)
    lines_below = max((len(column.caption) for column in picture.columns), default=0)
    captions = CAPTION_LINE * lines_below + 8.0 if lines_below else 0.0
    width = max(layout.width, _head_width(picture), sum(room for _, _, room in legend)) + 2 * _MARGIN
    height = head + layout.height + captions + (_LEGEND if legend else 0.0) + 2 * _MARGIN
    size = f'width="{length(width)}" height="{length(height)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chainrule" role="img" {size}'
        f' viewBox="0 0 {length(width)} {length(height)}">',
        f"<title>{escaped(picture.title or 'picture')}</title>",
        f"<desc>{escaped(_description(picture))}</desc>",
        f"<style>{style_sheet(_kinds_used(picture))}</style>",
        f'<rect class="cr-page" {size} rx="6"/>',
        *_heading(picture),
        f'<g transform="translate({length((width - layout.width) / 2)} {length(_MARGIN + head)})">',
        *_drawing(picture, layout),
        "</g>",
        *_draw_legend(legend, height - _MARGIN - 8.0),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _layout(picture: Picture, engine: Engine) -> Layout:
    if engine not in ("auto", "graphviz", "builtin"):
        raise UnknownNameError(f"svg: no layout engine is called {engine!r}; expected 'auto', 'graphviz' or 'builtin'")
    # Graphviz has no say in a picture that places its boxes itself.
    if engine == "builtin" or picture.columns:
        return lay_out(picture)
    try:
        return lay_out_with_graphviz(picture)
    except (MissingExtraError, GraphError):
        if engine == "graphviz":
            raise
        return lay_out(picture)


def _drawing(picture: Picture, layout: Layout) -> Iterator[str]:
    """Draw arrows first, so that boxes lie on them, and texts last, so that nothing lies on those."""
    kinds = {box.id: KINDS[box.kind] for box in picture.boxes}
    for arrow, route in zip(picture.arrows, layout.routes, strict=True):
        yield draw_arrow(arrow, route, pointed=kinds[arrow.target].outline != "circle")
    for box in picture.boxes:
        yield from draw_box(box, layout.places[box.id])
    for arrow, route in zip(picture.arrows, layout.routes, strict=True):
        if route.text_at and arrow.text:
            yield draw_text(arrow.text, route.text_at, "cr-arrow-text", anchor="end")
    for column in picture.columns:
        at = Point(layout.places[column.boxes[0]].centre.x, layout.height + 4.0)
        for index, line in enumerate(column.caption):
            at = Point(at.x, at.y + CAPTION_LINE)
            yield draw_text(line, at, "cr-caption" if index else "cr-caption cr-strong", anchor="middle")


# --- around the drawing -----------------------------------------------------------------------------------------


def _head_height(picture: Picture) -> float:
    return (_HEADLINE if picture.title else 0.0) + (_NOTE * len(picture.notes) + 10.0 if picture.notes else 0.0)


def _head_width(picture: Picture) -> float:
    title = text_width(shorten(picture.title, _TITLE_LENGTH), HEADLINE_FONT, bold=True)
    return max([title, *(text_width(note, CAPTION_FONT) + 16.0 for note in picture.notes)])


def _heading(picture: Picture) -> Iterator[str]:
    y = _MARGIN
    if picture.title:
        yield draw_text(shorten(picture.title, _TITLE_LENGTH), Point(_MARGIN, y + 12.0), "cr-headline")
        y += _HEADLINE
    for note in picture.notes:
        width = length(text_width(note, CAPTION_FONT) + 16.0)
        yield f'<rect class="cr-note" x="{length(_MARGIN)}" y="{length(y)}" width="{width}" height="18" rx="3"/>'
        yield draw_text(note, Point(_MARGIN + 8.0, y + 13.0), "cr-caption")
        y += _NOTE


def _kinds_used(picture: Picture) -> list[str]:
    used = {box.kind for box in picture.boxes}
    return [name for name in KINDS if name in used]


def _legend(picture: Picture) -> list[tuple[str, str, float]]:
    """List what the legend explains: the kind of box (none for a line), its meaning, the room it needs."""
    meanings = [(name, KINDS[name].meaning) for name in _kinds_used(picture) if KINDS[name].meaning]
    if any(arrow.strength is not None for arrow in picture.arrows):
        meanings += [("", "weight above zero"), ("", "weight below zero")]
    return [(name, meaning, _GLYPH + 24.0 + text_width(meaning, ROW_FONT)) for name, meaning in meanings]


def _draw_legend(legend: list[tuple[str, str, float]], y: float) -> Iterator[str]:
    x = _MARGIN
    for name, meaning, room in legend:
        if name:
            yield f'<g class="cr-{name}">{draw_outline(KINDS[name], Place(x, y - 7.0, _GLYPH, 14.0))}</g>'
        else:
            line = Arrow("", "", strength=0.7 if "above" in meaning else -0.7)
            start = Point(x, y)
            yield draw_arrow(line, Route((start, *straight(start, Point(x + _GLYPH, y)))), pointed=False)
        yield draw_text(meaning, Point(x + _GLYPH + 6.0, y + 4.0), "cr-row cr-faint")
        x += room


def _description(picture: Picture) -> str:
    parts = [f"{len(picture.boxes)} boxes and {len(picture.arrows)} arrows, drawn from left to right.", *picture.notes]
    return " ".join(parts)
