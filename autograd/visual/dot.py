"""DOT, the language of Graphviz, written by the `graphviz` package."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Final

import graphviz

from autograd.visual.kinds import KINDS, LIGHT, Kind, Outline
from autograd.visual.measure import printable, shorten
from autograd.visual.picture import Arrow, Box, Picture

_SHAPES: Final[dict[Outline, dict[str, str]]] = {
    "rounded": {"shape": "box", "style": "rounded,filled"},
    "pill": {"shape": "ellipse", "style": "filled", "margin": "0.02,0"},
    "double": {"shape": "box", "style": "filled", "peripheries": "2"},
    "octagon": {"shape": "octagon", "style": "filled", "margin": "0.02,0"},
    "dashed": {"shape": "box", "style": "dashed,filled"},
    "circle": {"shape": "circle", "style": "filled", "width": "0.4", "fixedsize": "true"},
    "none": {"shape": "plaintext"},
}


def to_dot(picture: Picture) -> str:
    """Write a picture in DOT; see `Picture.dot`.

    >>> print(to_dot(Picture((Box("x", "x"),), title="one box")))
    digraph {
    ...
    """
    graph = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR",
            "fontname": "Helvetica",
            "labelloc": "t",
            "label": _html(_heading(picture)),
            **({"splines": "line", "ranksep": "1.2", "nodesep": "0.15"} if picture.columns else {}),
        },
        node_attr={"fontname": "Helvetica", "fontsize": "11"},
        edge_attr={"fontname": "Helvetica", "fontsize": "9", "arrowsize": "0.6", "color": LIGHT.line},
    )
    # Names of our own making, since a colon in a name would mean a port to DOT.
    names = {box.id: f"n{index}" for index, box in enumerate(picture.boxes)}
    for box in picture.boxes:
        graph.node(names[box.id], **_box(box))
    for arrow in picture.arrows:
        headless = KINDS[_kind_of(picture, arrow.target)].outline == "circle"
        graph.edge(names[arrow.source], names[arrow.target], **_arrow(arrow, headless=headless))
    for index, column in enumerate(picture.columns):
        _stack(graph, f"caption{index}", column.caption, [names[name] for name in column.boxes])
    source: str = graph.source
    return source


def _stack(graph: graphviz.Digraph, name: str, caption: Sequence[str], boxes: Sequence[str]) -> None:
    """Keep the boxes of a column, and its caption below them, in their order by invisible edges."""
    graph.node(name, shape="plaintext", label=_html("<BR/>".join(map(_text, caption))))
    with graph.subgraph(graph_attr={"rank": "same"}, edge_attr={"style": "invis"}) as column:
        for upper, lower in pairwise([*boxes, name]):
            column.edge(upper, lower)


def _box(box: Box) -> dict[str, str]:
    kind = KINDS[box.kind]
    attributes = dict(_SHAPES[kind.outline]) | {"penwidth": str(kind.border)}
    if kind.outline != "none":
        attributes |= {"fillcolor": kind.light.fill, "color": kind.light.stroke}
    if box.count > 1:
        attributes |= {"shape": "box3d", "peripheries": "1"}
    if box.detail:
        attributes["tooltip"] = graphviz.escape(printable(box.detail))
    return attributes | {"label": _html(_table(box))}


def _table(box: Box) -> str:
    """Write the box's text as an HTML-like table: the title, and rows of a name and a text."""
    if not box.rows and not box.tag:
        return f"<B>{_text(box.title)}</B>" if box.title else ""
    rows = [(f"<B>{_text(box.title)}</B>", _text(box.tag))]
    rows += [(f'<FONT COLOR="{LIGHT.faint}">{_text(name)}</FONT>', _text(text)) for name, text in box.rows]
    cells = "".join(f'<TR><TD ALIGN="LEFT">{left}</TD><TD ALIGN="RIGHT">{right}</TD></TR>' for left, right in rows)
    return f'<TABLE BORDER="0" CELLSPACING="2" CELLPADDING="1">{cells}</TABLE>'


def _arrow(arrow: Arrow, *, headless: bool) -> dict[str, str]:
    attributes = {"arrowhead": "none"} if headless else {}
    if arrow.text:
        attributes["label"] = _html(_text(arrow.text))
    if arrow.strength is not None:
        size = min(abs(arrow.strength), 1.0)
        attributes["color"] = LIGHT.positive if arrow.strength >= 0 else LIGHT.negative
        attributes["penwidth"] = f"{0.4 + 2.6 * size:.2f}"
    return attributes


def _heading(picture: Picture) -> str:
    """Write title, notes and legend."""
    used = {box.kind for box in picture.boxes}
    rows = [f'<FONT POINT-SIZE="15"><B>{_text(picture.title, 90)}</B></FONT>'] if picture.title else []
    rows += [f'<FONT POINT-SIZE="11">{_text(note, 200)}</FONT>' for note in picture.notes]
    legend = "".join(_legend_cell(kind) for name, kind in KINDS.items() if name in used and kind.meaning)
    if legend:
        rows.append(f'<TABLE BORDER="0" CELLSPACING="6"><TR>{legend}</TR></TABLE>')
    lines = "".join(f'<TR><TD ALIGN="LEFT">{row}</TD></TR>' for row in rows)
    return f'<TABLE BORDER="0" CELLBORDER="0">{lines}</TABLE>' if lines else ""


def _legend_cell(kind: Kind) -> str:
    look = f'BORDER="{round(kind.border)}" COLOR="{kind.light.stroke}" BGCOLOR="{kind.light.fill}"'
    style = ' STYLE="dashed"' if kind.outline == "dashed" else ' STYLE="rounded"' * (kind.outline != "double")
    return f'<TD {look}{style} CELLPADDING="4"><FONT POINT-SIZE="10">{_text(kind.meaning)}</FONT></TD>'


def _kind_of(picture: Picture, id: str) -> str:
    return next(box.kind for box in picture.boxes if box.id == id)


def _text(text: str, length: int = 32) -> str:
    return escape(shorten(text, length), quote=True)


def _html(text: str) -> str:
    """Mark a text as HTML-like for the `graphviz` package, which then passes it on as it is."""
    return f"<{text}>" if text else ""
