"""The loss of a network around its weights, along two directions, and the way that training took there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import ShapeError, no_grad
from nn.module import Module
from nn.plots.contours import Array, Span, draw_contours, span_of
from nn.plots.plot import COLOURS, INK, Plot, figure_of
from nn.randomness import generator
from nn.training.callback import Callback
from nn.training.runners import Loss, evaluating, runner_of

if TYPE_CHECKING:
    from nn.randomness import Rng
    from nn.training.trainer import Trainer


class WeightPath(Callback):
    """Remembers the weights of a network after each epoch of a training: a callback of `nn.fit`.

    Attributes
    ----------
    weights
        All parameters in one row, for the start and each epoch, shape (epochs + 1, parameters).
    """

    def __init__(self) -> None:
        self._rows: list[Array] = []

    def on_start(self, trainer: Trainer) -> None:
        """Remember where it starts."""
        self._rows = [_flat(trainer.model)]

    def on_epoch(self, trainer: Trainer) -> None:
        """Remember where it is."""
        self._rows.append(_flat(trainer.model))

    @property
    def weights(self) -> Array:
        """All parameters in one row, for the start and each epoch."""
        return np.array(self._rows)

    def __repr__(self) -> str:
        return f"WeightPath({len(self._rows)} points)"


def loss_surface(
    model: Module,
    loss: Loss,
    data: tuple[Any, Any],
    *,
    path: WeightPath | None = None,
    reach: float = 1.0,
    resolution: int = 41,
    rng: Rng = None,
) -> Plot:
    """Plot a network's loss around its weights, along two directions; the model is left as it was.

    Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets" (arXiv:1712.09913). With the path of a training, the
    directions are its two principal components (their section 7), and it is drawn on the surface. Without, they are
    drawn at random and scaled, array by array, to the norm of the weights (their section 4).

    Parameters
    ----------
    model, loss, data
        As for `nn.fit`; the loss is computed over all samples (X, y).
    path
        What a `WeightPath` remembered.
    reach
        How far is looked in the random directions; 1: as far as the weights are from 0.
    resolution
        How many points along each axis.
    rng
        A seed or generator for the random directions.

    Raises
    ------
    ShapeError
        The path is too short to have two directions, or of another model.
    MissingExtraError
        When matplotlib is not installed.

    >>> import nn
    >>> X, y = nn.datasets.moons(20, rng=0)
    >>> loss_surface(nn.Linear(2, 2, rng=0), nn.cross_entropy, (X, y), resolution=5, rng=0)
    Plot('Loss from 0.748 to 1.7 along two directions')
    """
    here = _flat(model)
    if path is None:
        directions, route = _random_directions(model, generator(rng)), np.zeros((1, 2))
        spans: list[Span] = [(-reach, reach)] * 2
    else:
        directions = _principal_directions(path.weights, here)
        route = (path.weights - here) @ directions.T
        spans = [span_of(route[:, axis]) for axis in range(2)]
    sides = [np.linspace(*span, resolution) for span in spans]
    steps = np.stack(np.meshgrid(*sides), axis=-1) @ directions  # (resolution, resolution, parameters)
    heights = _losses_at(model, loss, data, here + steps)
    with figure_of(5.2, 4.2, **{"axes.grid": False}) as figure:
        axes = figure.subplots()
        draw_contours(axes, sides[0], sides[1], heights)
        axes.plot(*route.T, ".-", color=COLOURS[0], linewidth=1.5)
        axes.plot(*route[-1], "o", color=INK)
        axes.set(xlim=spans[0], ylim=spans[1], title="Loss along two directions")
        kind = "random" if path is None else "principal"
        axes.set(xlabel=f"first {kind} direction", ylabel=f"second {kind} direction")
    return Plot(figure, f"Loss from {heights.min():.3g} to {heights.max():.3g} along two directions")


def _losses_at(model: Module, loss: Loss, data: tuple[Any, Any], weights: Array) -> Array:
    """Return the loss with each row of weights in the model, shape (...) for weights (..., parameters)."""
    runner = runner_of(model, loss)
    x, y = (runner.prepare(np.asarray(part)) for part in data)
    losses = np.empty(weights.shape[:-1])
    before = _flat(model)
    try:
        with evaluating(model), no_grad(), np.errstate(all="ignore"):
            for place in np.ndindex(*losses.shape):
                _assign(model, weights[place])
                losses[place] = float(runner.loss(x, y)[0].data)
    finally:
        _assign(model, before)
    return losses


def _flat(model: Module) -> Array:
    """Return all parameters in one row."""
    return np.concatenate([np.ravel(np.asarray(p.data, dtype=np.float64)) for p in model.parameters()])


def _assign(model: Module, row: Array) -> None:
    """Give the parameters the numbers of a row."""
    start = 0
    for parameter in model.parameters():
        if parameter.is_array:
            numbers = row[start : start + parameter.size].reshape(parameter.shape)
            parameter.data = numbers.astype(parameter.dtype)
            start += parameter.size
        else:
            parameter.data = float(row[start])
            start += 1


def _random_directions(model: Module, rng: np.random.Generator) -> Array:
    """Return two directions with, in each array of parameters, the norm that the parameters have; shape (2, n)."""
    sizes = [np.asarray(p.data).size for p in model.parameters()]
    directions = []
    for _ in range(2):
        parts = []
        for part in np.split(_flat(model), np.cumsum(sizes)[:-1]):
            drawn = rng.standard_normal(part.shape)
            parts.append(drawn * (np.linalg.norm(part) / np.linalg.norm(drawn)))
        directions.append(np.concatenate(parts))
    return np.array(directions)


def _principal_directions(weights: Array, end: Array) -> Array:
    """Return the two directions in which a path, seen from its end, goes furthest; shape (2, n), of length 1."""
    if weights.ndim != 2 or len(weights) < 3 or weights.shape[1:] != end.shape:
        raise ShapeError(
            f"loss_surface: got a path of shape {weights.shape}, expected (epochs + 1, {end.size}) with two epochs or "
            "more: pass a WeightPath of this model to nn.fit, as one of its callbacks"
        )
    directions = np.linalg.svd(weights - end, full_matrices=False)[2][:2]
    return np.where(directions.sum(axis=1, keepdims=True) < 0, -directions, directions)
