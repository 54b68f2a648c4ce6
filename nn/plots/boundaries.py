"""What a classifier says of each point of the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd.errors import ShapeError
from nn.plots.plot import COLOURS, INK, Plot, figure_of
from nn.training.prediction import predict_proba

Array = np.ndarray[Any, Any]


def decision_boundary(
    model: Any, X: ArrayLike, y: ArrayLike, *, title: str = "Decision boundary", resolution: int = 150
) -> Plot:
    """Plot what a classifier says of the plane, the stronger the colour the surer, and the samples on top.

    The lines are where it has no favourite. Outputs of the model are read as `nn.predict_proba` reads them; an
    estimator that has a `predict_proba` of its own is asked by that.

    Parameters
    ----------
    model
        A network of two inputs, or an estimator.
    X, y
        The samples, shape (samples, 2), and their classes, whole numbers from 0.
    title
        What stands above.
    resolution
        How many points along each axis are asked about.

    Raises
    ------
    ShapeError
        The samples are not points in the plane with a class each.
    MissingExtraError
        When matplotlib is not installed.

    >>> import nn
    >>> X, y = nn.datasets.moons(50, rng=0)
    >>> decision_boundary(nn.Linear(2, 2, rng=0), X, y)
    Plot('Decision boundary: 50 samples of 2 classes, 38.0 % on their side')
    """
    plane = Plane(X, y, resolution)
    ask = getattr(model, "predict_proba", None) or (lambda points: predict_proba(model, points))
    confidence = plane.ask(ask)
    right = np.mean(np.asarray(ask(plane.X)).argmax(axis=1) == plane.y)
    with figure_of(4.6, 4.2) as figure:
        plane.draw(figure.subplots(), confidence)
        figure.axes[0].set(title=title)
    classes = f"{len(plane.X)} samples of {len(np.unique(plane.y))} classes"
    return Plot(figure, f"{title}: {classes}, {100 * right:.1f} % on their side")


class Plane:
    """The part of the plane around samples, and how it is coloured.

    Attributes
    ----------
    X, y
        The samples, shape (samples, 2), and their classes, shape (samples,).
    grid
        The points that are asked about, row by row from below, shape (resolution ** 2, 2).
    """

    def __init__(self, X: ArrayLike, y: ArrayLike, resolution: int) -> None:
        self.X, self.y = np.asarray(X, dtype=np.float64), np.asarray(y).astype(np.int64)
        if self.X.ndim != 2 or self.X.shape[1] != 2 or not self.X.size or self.y.shape != self.X.shape[:1]:
            raise ShapeError(
                f"decision boundary: expected samples of shape (samples, 2) and one class each, got {self.X.shape} "
                f"and {self.y.shape}"
            )
        middle, half = (self.X.max(0) + self.X.min(0)) / 2, (self.X.max(0) - self.X.min(0)) / 2
        half = np.where(half > 0, 1.2 * half, 1.0)
        self._resolution = resolution
        self._sides = [np.linspace(m - h, m + h, resolution) for m, h in zip(middle, half, strict=True)]
        self.grid: Array = np.stack(np.meshgrid(*self._sides), axis=-1).reshape(-1, 2)

    def ask(self, predict_proba: Callable[[Array], Any]) -> Array:
        """Return the confidence in each class on the grid, shape (resolution, resolution, classes)."""
        return np.asarray(predict_proba(self.grid), dtype=np.float64).reshape(self._resolution, self._resolution, -1)

    def draw(self, axes: Any, confidence: Array) -> list[Any]:
        """Mark the samples, and colour the plane; return what shows the confidence."""
        x, y = self._sides
        for label in np.unique(self.y):
            points = self.X[self.y == label].T
            colour = COLOURS[label % len(COLOURS)]
            axes.plot(*points, "o", color=colour, markersize=5.0, markeredgecolor="white", markeredgewidth=0.6)
        axes.grid(visible=False)
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel="$x_1$", ylabel="$x_2$")
        return self.colour(axes, confidence)

    def colour(self, axes: Any, confidence: Array) -> list[Any]:
        """Colour the plane beneath the samples, with the boundaries; return what was drawn."""
        x, y = self._sides
        extent = (x[0], x[-1], y[0], y[-1])
        colours = _colours(confidence)
        picture = axes.imshow(colours, extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
        boundaries = [
            axes.contour(x, y, margin, levels=[0.0], colors=INK, linewidths=1.0, zorder=1.5)
            for margin in _margins(confidence)
            if margin.min() < 0 < margin.max()
        ]
        return [picture, *boundaries]


def _colours(confidence: Array) -> Array:
    """Return the favourite's colour at each point, through which the page shows where it is not sure; RGBA."""
    from matplotlib.colors import to_rgb

    classes = confidence.shape[-1]
    palette = np.array([to_rgb(COLOURS[k % len(COLOURS)]) for k in range(classes)])
    sureness = (confidence.max(axis=-1) - 1 / classes) / (1 - 1 / classes)
    return np.concatenate([palette[confidence.argmax(axis=-1)], 0.65 * sureness[..., None]], axis=-1)


def _margins(confidence: Array) -> list[Array]:
    """Return by how much each class leads before the best other one: the boundaries are where that is 0."""
    classes = confidence.shape[-1]
    if classes == 2:
        return [confidence[..., 1] - confidence[..., 0]]
    return [confidence[..., k] - np.delete(confidence, k, axis=-1).max(axis=-1) for k in range(classes)]
