"""A training as a film: the decision boundary and the loss, epoch by epoch; as GIF and as a page with a slider."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from autograd.errors import DomainError, GraphError, UnknownNameError, import_extra
from autograd.files import write_whole
from nn.plots.boundaries import Array, Plane
from nn.plots.plot import Plot, figure_of, pixels_of, styled
from nn.plots.stage import Stage
from nn.training.callback import Callback
from nn.training.history import History
from nn.training.prediction import predict_proba
from nn.training.runners import as_array, evaluating

if TYPE_CHECKING:
    from nn.training.trainer import Trainer

#: Milliseconds that a frame stays, and the last one.
_STAY, _STAY_AT_LAST = 120, 2000
_DPI = 100


@dataclass(frozen=True)
class _Frame:
    epoch: int
    confidence: Array


class TrainingAnimation(Callback):
    """Films a classifier of two inputs while it learns: a callback of `nn.fit`.

    In a notebook it shows itself with a slider; `save` writes a GIF, or an HTML page that stands alone.

    Parameters
    ----------
    X, y
        The samples that are shown, shape (samples, 2), and their classes, whole numbers from 0.
    frames
        How many pictures there are at most, evenly over the epochs, besides the one before the first epoch.
    resolution
        How many points along each axis are asked about.

    Raises
    ------
    ShapeError
        The samples are not points in the plane with a class each.
    DomainError
        There are to be no frames.

    >>> import nn
    >>> X, y = nn.datasets.moons(50, rng=0)
    >>> film = TrainingAnimation(X, y, frames=4)
    >>> _ = nn.fit(nn.Linear(2, 2, rng=0), nn.cross_entropy, (X, y), epochs=8, callbacks=[film], rng=0, progress=False)
    >>> film.epochs
    [0, 2, 4, 6, 8]
    >>> film.frame(-1)
    Plot('Epoch 8 of 8: loss 0.893')
    """

    def __init__(self, X: ArrayLike, y: ArrayLike, *, frames: int = 50, resolution: int = 80) -> None:
        if frames < 1:
            raise DomainError(f"TrainingAnimation: expected at least one frame, got {frames!r}")
        self._plane, self._wanted = Plane(X, y, resolution), frames
        self._frames: list[_Frame] = []
        self._drawn: list[Any] = []
        self._history = History()

    # --- while it is trained ----------------------------------------------------------------------------------------

    def on_start(self, trainer: Trainer) -> None:
        """Look at the model before it has learned anything."""
        self._history, self._frames, self._drawn = trainer.history, [], []
        steps = min(self._wanted, trainer.epochs)
        self._due = {round(epoch) for epoch in np.linspace(0, trainer.epochs, steps + 1)}
        self._look(trainer)

    def on_epoch(self, trainer: Trainer) -> None:
        """Look at the model, if the epoch is one of those wanted."""
        if trainer.epoch in self._due:
            self._look(trainer)

    def on_end(self, trainer: Trainer) -> None:
        """Look at the model as it was left, if the training ended before its last epoch."""
        if self._frames[-1].epoch != trainer.epoch:
            self._look(trainer)

    def _look(self, trainer: Trainer) -> None:
        runner = trainer.runner
        with evaluating(trainer.model):
            # Asked through the trainer's own runner, which has compiled a model of single numbers already.
            confidence = self._plane.ask(
                lambda grid: predict_proba(lambda x: runner.outputs(runner.prepare(as_array(x))), grid)
            )
        self._frames.append(_Frame(trainer.epoch, confidence))

    # --- afterwards -------------------------------------------------------------------------------------------------

    @property
    def epochs(self) -> list[int]:
        """After which epochs the frames were taken."""
        return [frame.epoch for frame in self._frames]

    def __len__(self) -> int:
        return len(self._frames)

    def frame(self, place: int) -> Plot:
        """Return one picture of the film; the last is -1.

        Raises
        ------
        GraphError
            Nothing was filmed yet.
        MissingExtraError
            When matplotlib is not installed.
        """
        figure, stage = self._stage()
        frame = self._frames[place]
        with styled():
            stage.show(frame.epoch, frame.confidence)
        return Plot(figure, self._caption(frame.epoch))

    def _stage(self) -> tuple[Any, Stage]:
        """Return a figure laid out for all frames, and what changes it."""
        if not self._frames:
            raise GraphError("the animation has no frames yet; pass it to nn.fit: callbacks=[animation]")
        last = self._frames[-1]
        with figure_of(8.6, 3.9) as figure:
            stage = Stage(figure, self._plane, self._history, last.epoch)
            stage.show(last.epoch, last.confidence)
        return figure, stage

    def _caption(self, epoch: int) -> str:
        loss = f": loss {self._history['loss'][epoch - 1]:.3g}" if epoch else ""
        return f"Epoch {epoch} of {self._frames[-1].epoch}{loss}"

    def gif(self) -> bytes:
        """Return the film as an animated GIF, which starts again after a pause."""
        first, *others = self._images()
        stay = [_STAY] * len(others) + [_STAY_AT_LAST]
        content = io.BytesIO()
        first.save(content, format="GIF", save_all=True, append_images=others, duration=stay, loop=0)
        return content.getvalue()

    def html(self) -> str:
        """Return a page that plays the film, with a slider; it needs nothing but itself."""
        from importlib.resources import files  # slow to import, and only needed here

        pictures = []
        for image in self._images():
            content = io.BytesIO()
            image.save(content, format="PNG", optimize=True)
            pictures.append("data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii"))
        template = Template((files("nn.plots") / "player.html").read_text(encoding="utf-8"))
        captions = [self._caption(epoch) for epoch in self.epochs]
        return template.substitute(
            title=escape(captions[-1]),
            first=pictures[0],
            last=len(pictures) - 1,
            frames=json.dumps(pictures),
            captions=json.dumps(captions),
            stay=_STAY,
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the film in the format that the suffix names (.gif or .html) and return the path.

        Raises
        ------
        UnknownNameError
            A suffix that names no format.
        OutputError
            The file cannot be written.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in (".gif", ".html"):
            raise UnknownNameError(f"animation: no format is called {suffix!r}; expected .gif or .html")
        write_whole(path, self.gif() if suffix == ".gif" else self.html().encode("utf-8"))
        return path

    def _images(self) -> list[Any]:
        """Return the frames as images of few colours, all of one size; they are drawn once."""
        if self._drawn:
            return self._drawn
        pillow = import_extra("PIL.Image", "plot", "animations")
        figure, stage = self._stage()
        with styled():
            for frame in self._frames:
                stage.show(frame.epoch, frame.confidence)
                pixels = pillow.fromarray(pixels_of(figure, dpi=_DPI)).convert("RGB")
                self._drawn.append(pixels.quantize(200, method=pillow.Quantize.FASTOCTREE, dither=pillow.Dither.NONE))
        return self._drawn

    def _repr_html_(self) -> str:
        """Show the page in a frame of its own, so that its names and styles stay its own."""
        return (
            f'<iframe srcdoc="{escape(self.html())}" sandbox="allow-scripts" '
            'style="width:100%;height:520px;border:0" title="training, epoch by epoch"></iframe>'
        )

    def __repr__(self) -> str:
        return f"TrainingAnimation({len(self)} frames)"
