"""One look for all plots: the style, the figure to draw on, and the finished `Plot`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograd.errors import UnknownNameError, import_extra
from autograd.files import write_whole

INK: Final = "#1f2328"
BLUE: Final = "#2f86c5"  # the two stand out on white and on near-black, for colour-blind eyes too
ORANGE: Final = "#e0731d"
#: Classes, lines side by side: each differs from its neighbours in lightness too.
COLOURS: Final = (ORANGE, BLUE, "#3a9d4f", "#b14c9b", "#a87c1f", "#6a5acd", "#c9423f", "#2aa5a0", "#8c6d5a", "#7d8793")
_SETTINGS: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that texts measure the same everywhere
    "font.size": 10.0,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "grid.color": INK,
    "grid.alpha": 0.15,
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "path.simplify": True,
    "figure.constrained_layout.w_pad": 0.14,
    "figure.constrained_layout.h_pad": 0.14,
    "svg.fonttype": "none",  # texts stay texts: found, copied and read aloud
    "svg.hashsalt": "chainrule",  # without it, ids in the file are random
}
_CSS: Final = (
    ".chainrule-plot{color:#1f2328}.chainrule-plot .page{fill:#fff}"
    ".chainrule-plot text{font-family:Helvetica Neue,Helvetica,Arial,Liberation Sans,DejaVu Sans,sans-serif!important}"
    "@media(prefers-color-scheme:dark){.chainrule-plot{color:#e6e9ee}.chainrule-plot .page{fill:#12161c}}"
)


class Plot:
    """A finished plot: `svg()`, `save(path)`, and the matplotlib `figure` for whoever wants to change it."""

    def __init__(self, figure: Any, description: str) -> None:
        self.figure = figure
        self.description = description

    def svg(self) -> str:
        """Return the plot as SVG that follows the light or dark scheme of the reader."""
        text = self._render("svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))).decode("utf-8")
        # What matplotlib draws in ink takes the colour of the text around it; its style sheet stays with its picture.
        text = text.replace(INK, "currentColor").replace("*{", ".chainrule-plot *{")
        head, _, body = text[text.index("<svg") :].partition(">")
        return (
            f'{head} class="chainrule-plot" role="img"><title>{escape(self.description)}</title><style>{_CSS}</style>'
            f'<rect class="page" width="100%" height="100%" rx="6"/>{body}'
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the plot in the format that the suffix names (.svg, .png or .pdf) and return the path.

        Raises
        ------
        UnknownNameError
            A suffix that names no format.
        OutputError
            The file cannot be written.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in (".svg", ".png", ".pdf"):
            raise UnknownNameError(f"plot: no format is called {suffix!r}; expected .svg, .png or .pdf")
        metadata = {"Software": None} if suffix == ".png" else {"CreationDate": None}
        content = self.svg().encode("utf-8") if suffix == ".svg" else self._render(suffix[1:], metadata=metadata)
        write_whole(path, content)
        return path

    def _render(self, format: str, metadata: dict[str, None]) -> bytes:
        buffer = io.BytesIO()
        is_svg = format == "svg"
        dpi = 100 if is_svg else 200  # in an SVG, only of pictures in it
        with styled():
            self.figure.savefig(buffer, format=format, dpi=dpi, metadata=metadata, transparent=is_svg)
        return buffer.getvalue()

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return f"Plot({self.description!r})"


def styled(**settings: Any) -> Any:
    """Put our style in force for a `with` block, whatever the caller's own settings are."""
    return import_extra("matplotlib.style", "plot", "plotting").context(["default", _SETTINGS | settings])


@contextmanager
def figure_of(width: float, height: float, **settings: Any) -> Iterator[Any]:
    """Give an empty figure, in inches, that no `pyplot` knows of, and lay it out once it has been drawn on."""
    with styled(**settings):
        figure = import_extra("matplotlib.figure", "plot", "plotting").Figure((width, height), layout="constrained")
        yield figure
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # it would move things a little on every further drawing


def pixels_of(figure: Any, *, dpi: int) -> Any:
    """Return a figure on white as numbers from 0 to 255, shape (height, width, 4), within the style in force."""
    canvas = import_extra("matplotlib.backends.backend_agg", "plot", "plotting").FigureCanvasAgg(figure)
    figure.set_dpi(dpi)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()
