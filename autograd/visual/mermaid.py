"""Mermaid flow charts, which GitHub, GitLab and many editors draw inside Markdown."""

from __future__ import annotations

import re
from typing import Final

from autograd.visual.kinds import KINDS, Kind, Outline
from autograd.visual.measure import shorten
from autograd.visual.picture import Arrow, Box, Picture

_BRACKETS: Final[dict[Outline, tuple[str, str]]] = {
    "rounded": ("(", ")"),
    "pill": ("([", "])"),
    "double": ("[[", "]]"),
    "octagon": ("{{", "}}"),
    "dashed": ("[", "]"),
    "circle": ("((", "))"),
    "none": ("[", "]"),
}
_SPECIAL: Final = re.compile(r"[^\w .,+*/()=…×÷−→-]")


def to_mermaid(picture: Picture) -> str:
    """Write a picture as a Mermaid flow chart; see `Picture.mermaid`.

    >>> print(to_mermaid(Picture((Box("x", "x"), Box("y", "<y>")), (Arrow("x", "y", "2"),))))
    flowchart LR
      n0("x"):::operation
      n1("#60;y#62;"):::operation
      n0 -->|"2"| n1
      ...
    """
    if picture.overview:
        return to_mermaid(picture.overview)
    names = {box.id: f"n{index}" for index, box in enumerate(picture.boxes)}
    lines = ["flowchart LR"]
    if picture.title:
        lines.append(f"  accTitle: {_escape(shorten(picture.title, 90))}")
    lines += [f'  note{index}["{_escape(note)}"]:::note' for index, note in enumerate(picture.notes)]
    lines += [f"  {names[box.id]}{_box(box)}:::{box.kind}" for box in picture.boxes]
    lines += [f"  {names[arrow.source]} {_arrow(arrow)} {names[arrow.target]}" for arrow in picture.arrows]
    used = {box.kind for box in picture.boxes}
    kinds = {name: kind for name, kind in KINDS.items() if name in used}
    lines += _legend(kinds)
    lines += [f"  classDef {name} {_look(kind)}" for name, kind in kinds.items()]
    if picture.notes:
        lines.append("  classDef note fill:#fff4c2,stroke:none,color:#1f2328")
    return "\n".join(lines) + "\n"


def _box(box: Box) -> str:
    opening, closing = _BRACKETS[KINDS[box.kind].outline]
    title = " ".join(filter(None, (shorten(box.title), shorten(box.tag))))
    lines = [title, *(f"{name} {shorten(text)}" for name, text in box.rows)]
    return f'{opening}"{"<br/>".join(map(_escape, lines))}"{closing}'


def _arrow(arrow: Arrow) -> str:
    return f'-->|"{_escape(arrow.text)}"|' if arrow.text else "-->"


def _legend(kinds: dict[str, Kind]) -> list[str]:
    """Write a row of boxes that name the kinds, held together by invisible links."""
    named = {name: kind for name, kind in kinds.items() if kind.meaning}
    cells = []
    for name, kind in named.items():
        opening, closing = _BRACKETS[kind.outline]
        cells.append(f'    legend_{name}{opening}"{_escape(kind.meaning)}"{closing}:::{name}')
    if not cells:
        return []
    row = "    " + " ~~~ ".join(f"legend_{name}" for name in named)
    return ["  subgraph legend", "    direction LR", *cells, row, "  end", "  style legend fill:none,stroke:none"]


def _look(kind: Kind) -> str:
    dashes = ",stroke-dasharray:4 3" if kind.outline == "dashed" else ""
    return f"fill:{kind.light.fill},stroke:{kind.light.stroke},stroke-width:{kind.border}px,color:#1f2328{dashes}"


def _escape(text: str) -> str:
    """Write every character that Mermaid or HTML might read as its own by its number.

    The colon too: Mermaid drops a semicolon that follows "style" and a colon, wherever they stand.

    >>> _escape('a"b<c>')
    'a#34;b#60;c#62;'
    """
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", shorten(text, 200)) or " "
