"""Which suffix is which format."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Final

from autograd.errors import UnknownNameError
from autograd.files import write_whole
from autograd.visual.layout.graphviz import run_graphviz
from autograd.visual.picture import Picture

FORMATS: Final[dict[str, Callable[[Picture], bytes]]] = {
    ".svg": lambda picture: picture.svg().encode(),
    ".dot": lambda picture: picture.dot().encode(),
    ".gv": lambda picture: picture.dot().encode(),
    ".mmd": lambda picture: picture.mermaid().encode(),
    ".md": lambda picture: f"```mermaid\n{picture.mermaid()}```\n".encode(),
    ".png": lambda picture: run_graphviz(picture.dot(), "png"),
    ".pdf": lambda picture: run_graphviz(picture.dot(), "pdf"),
}


def save(picture: Picture, path: str | PathLike[str]) -> Path:
    """Write a picture in the format that the suffix names; see `Picture.save`."""
    path = Path(path)
    write_whole(path, format_of(path)(picture))
    return path


def format_of(path: Path) -> Callable[[Picture], bytes]:
    """Return the function that writes the format of a suffix.

    >>> format_of(Path("loss.jpeg"))
    Traceback (most recent call last):
    autograd.errors.UnknownNameError: save: no picture format is called '.jpeg' ('loss.jpeg'); use .svg, .dot, ...
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        given = f"no picture format is called {path.suffix!r}" if path.suffix else "the path has no suffix"
        raise UnknownNameError(f"save: {given} ({str(path)!r}); use {', '.join(FORMATS)}") from None
