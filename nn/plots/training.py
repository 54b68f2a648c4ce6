"""How training went: loss and accuracy over time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from nn.plots.plot import BLUE, INK, ORANGE, Plot, figure_of


def learning_curves(
    losses: Sequence[float], *, accuracies: Mapping[str, Sequence[float]] | None = None, steps_per_epoch: int = 1
) -> Plot:
    """Plot the loss of each training step and its mean over each epoch; beside it, accuracies epoch by epoch.

    `accuracies` holds one number an epoch (0.0 to 1.0) for each name, such as {"held back": [0.91, 0.95]}.

    >>> learning_curves([2.0, 1.5, 1.0, 0.9], accuracies={"held back": [0.6, 0.8]}, steps_per_epoch=2)
    Plot('Loss goes from 2 to 0.9 in 2 epochs; accuracy held back: 80.0 %')

    Raises
    ------
    ShapeError
        When there are no losses or no accuracies for a name, or `steps_per_epoch` is below 1.
    MissingExtraError
        When matplotlib is not installed.
    """
    steps = np.asarray(losses, dtype=np.float64)
    if steps.ndim != 1 or steps.size == 0 or steps_per_epoch < 1:
        raise ShapeError(
            f"learning_curves: got losses of shape {steps.shape} and {steps_per_epoch} steps an epoch, expected one "
            f"loss a step and at least one step"
        )
    accuracies = accuracies or {}
    for name, values in accuracies.items():
        if len(values) == 0:
            raise ShapeError(f"learning_curves: got no accuracies for {name!r}, expected one an epoch")
    with figure_of(9.0 if accuracies else 5.4, 3.4) as figure:
        axes = figure.subplots(1, 2 if accuracies else 1, squeeze=False)[0]
        _draw_losses(axes[0], steps, steps_per_epoch)
        if accuracies:
            _draw_accuracies(axes[1], accuracies)
    span = f"{math.ceil(steps.size / steps_per_epoch)} {'epochs' if steps_per_epoch > 1 else 'steps'}"
    ends = "".join(f"; accuracy {name}: {100 * values[-1]:.1f} %" for name, values in accuracies.items())
    return Plot(figure, f"Loss goes from {steps[0]:.3g} to {steps[-1]:.3g} in {span}{ends}")


def _draw_losses(axes: Any, losses: Any, steps_per_epoch: int) -> None:
    in_epochs = steps_per_epoch > 1
    at = (1 + np.arange(losses.size)) / steps_per_epoch
    axes.plot(at, losses, color=BLUE, alpha=0.5 if in_epochs else 1.0, linewidth=1.0, label="each batch")
    if in_epochs:
        epochs = [slice(start, start + steps_per_epoch) for start in range(0, losses.size, steps_per_epoch)]
        middles, means = ([values[epoch].mean() for epoch in epochs] for values in (at, losses))
        axes.plot(middles, means, color=BLUE, marker="o", markersize=4.0, label="mean of the epoch")
        axes.legend()
    axes.set(title="Training loss", xlabel="epoch" if in_epochs else "step", ylim=(0.0, None))
    _count_on(axes)


def _count_on(axes: Any) -> None:
    """Let the horizontal axis count from 0 in whole steps."""
    axes.set_xlim(0.0, None)
    axes.xaxis.get_major_locator().set_params(integer=True)


def _draw_accuracies(axes: Any, accuracies: Mapping[str, Sequence[float]]) -> None:
    for (name, values), colour in zip(accuracies.items(), (ORANGE, BLUE, INK), strict=False):
        axes.plot(
            range(1, len(values) + 1), 100 * np.asarray(values), color=colour, marker="o", markersize=4.0, label=name
        )
    axes.set(title="Accuracy (%)", xlabel="epoch")
    _count_on(axes)
    axes.legend(loc="lower right")
