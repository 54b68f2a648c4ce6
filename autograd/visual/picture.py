"""A picture before it has a format: boxes, arrows between them, and what to say about the whole.

Whatever can be drawn is turned into a `Picture` (a computation graph in `graph`, a network in `architecture`);
each format (`svg`, `dot`, `mermaid`) is one file that takes a picture. Neither side knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from autograd.errors import DomainError, UnknownNameError
from autograd.visual.kinds import KINDS

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

Engine = Literal["auto", "graphviz", "builtin"]


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a picture.

    Parameters
    ----------
    id
        What arrows call it; never shown.
    title, tag
        The first line: a name, and beside it what made it.
    rows
        The lines below: pairs of a name and a text.
    kind
        A row of `KINDS`: colour and outline.
    count
        How many things it stands for; more than one is drawn as a stack.
    detail
        What the pointer shows when it rests on the box.
    """

    id: str
    title: str
    rows: tuple[tuple[str, str], ...] = ()
    kind: str = "operation"
    tag: str = ""
    count: int = 1
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow from box to box.

    `strength`, between -1 and 1, is drawn as width and, by its sign, as colour (the weights of a network).
    """

    source: str
    target: str
    text: str = ""
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """Boxes that stand above one another in the order given, with lines of text below them."""

    boxes: tuple[str, ...]
    caption: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """Boxes and arrows, drawn from left to right.

    Parameters
    ----------
    boxes, arrows
        What is drawn. Two arrows between the same boxes are two arrows.
    title
        One line above the picture.
    notes
        What a reader must know before believing the numbers; lines below the title.
    columns
        Where the boxes stand, when the drawing may not choose.
    overview
        The same thing in few boxes, for formats that are read as text (Mermaid).

    Raises
    ------
    DomainError
        Two boxes with one id, an arrow from or to no box, or a column of something else than boxes.
    UnknownNameError
        A kind of box that `KINDS` does not list.

    >>> picture = Picture((Box("x", "x", kind="input"), Box("y", "y")), (Arrow("x", "y", "2.5"),), title="y = f(x)")
    >>> picture
    Picture('y = f(x)', 2 boxes, 1 arrow)
    >>> print(picture.mermaid())
    flowchart LR
      ...
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...] = ()
    title: str = ""
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    overview: Picture | None = None

    def __post_init__(self) -> None:
        ids = {box.id for box in self.boxes}
        if len(ids) != len(self.boxes):
            raise DomainError(f"picture: {len(self.boxes)} boxes share {len(ids)} ids; give each box its own")
        for box in self.boxes:
            if box.kind not in KINDS:
                raise UnknownNameError(f"picture: no kind of box is called {box.kind!r}; there are {', '.join(KINDS)}")
        for arrow in self.arrows:
            if missing := {arrow.source, arrow.target} - ids:
                raise DomainError(f"picture: an arrow names {min(missing)!r}, but no box has that id")
        placed = [name for column in self.columns for name in column.boxes]
        if self.columns and sorted(placed) != sorted(ids):
            raise DomainError("picture: the columns must hold every box exactly once")

    def svg(self, *, engine: Engine = "auto") -> str:
        """Return the picture as SVG, which a browser, a notebook or an editor shows.

        Parameters
        ----------
        engine
            Who places boxes and arrows: "graphviz" (a system `dot`, or `pygraphviz`), "builtin" (our own layout, the
            same bytes on every machine), or "auto": Graphviz when there is one, our own otherwise. Where a picture's
            columns say where its boxes stand, no engine is asked.

        Raises
        ------
        UnknownNameError
            An engine that does not exist.
        MissingExtraError
            `engine="graphviz"` where there is no Graphviz.
        GraphError
            The arrows run in a circle.
        """
        from autograd.visual.svg import to_svg

        return to_svg(self, engine=engine)

    def dot(self) -> str:
        """Return the picture in DOT, the language of Graphviz."""
        from autograd.visual.dot import to_dot

        return to_dot(self)

    def mermaid(self) -> str:
        """Return the picture as a Mermaid flow chart, which Markdown pages show."""
        from autograd.visual.mermaid import to_mermaid

        return to_mermaid(self)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture in the format that the path's suffix names, and return the path.

        Suffixes: .svg, .dot or .gv, .mmd (Mermaid), .md (Mermaid in Markdown); .png and .pdf where there is Graphviz.
        The file appears whole or not at all.

        Raises
        ------
        UnknownNameError
            A suffix that names no format.
        MissingExtraError
            .png or .pdf where there is no Graphviz.
        OutputError
            The file cannot be written.
        """
        from autograd.visual.saving import save

        return save(self, path)

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        boxes, arrows = len(self.boxes), len(self.arrows)
        return f"Picture({self.title!r}, {boxes} box{'es' * (boxes != 1)}, {arrows} arrow{'s' * (arrows != 1)})"
