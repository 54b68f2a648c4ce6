"""One picture of a training: the plane as the model sees it, and the losses up to an epoch. It can be changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.plots.boundaries import Array, Plane
from nn.plots.plot import BLUE, ORANGE
from nn.training.history import History

_LINES = (("loss", "training", BLUE), ("val_loss", "held back", ORANGE))


class Stage:
    """What is drawn once for all epochs, on an empty figure, and what each epoch changes in it."""

    def __init__(self, figure: Any, plane: Plane, history: History, last: int) -> None:
        self._plane, self._last = plane, last
        self._left, self._right = figure.subplots(1, 2)
        self._changing: list[Any] = []
        self._losses = [
            (np.array(history[name], dtype=np.float64), *self._draw_losses(history[name], label, colour))
            for name, label, colour in _LINES
            if name in history
        ]
        largest = max((losses[np.isfinite(losses)].max(initial=0.0) for losses, *_ in self._losses), default=0.0)
        self._right.set(title="Loss", xlabel="epoch", xlim=(0, max(last, 1)), ylim=(0, 1.05 * largest or 1.0))
        if len(self._losses) > 1:
            self._right.legend(loc="upper right")

    def _draw_losses(self, losses: list[float], label: str, colour: str) -> tuple[Any, Any]:
        """Draw a whole curve faintly; return the line and the dot that run along it."""
        self._right.plot(range(1, len(losses) + 1), losses, color=colour, alpha=0.2)
        (line,) = self._right.plot([], [], color=colour, label=label)
        (dot,) = self._right.plot([], [], "o", color=colour, clip_on=False)
        return line, dot

    def show(self, epoch: int, confidence: Array) -> None:
        """Show what the model said after an epoch, and the losses up to it."""
        if self._changing:
            for artist in self._changing:
                artist.remove()
            self._changing = self._plane.colour(self._left, confidence)
        else:
            self._changing = self._plane.draw(self._left, confidence)
        self._left.set_title(f"Epoch {epoch} of {self._last}")
        for losses, line, dot in self._losses:
            line.set_data(range(1, epoch + 1), losses[:epoch])
            dot.set_data(range(1, epoch + 1)[-1:], losses[:epoch][-1:])
