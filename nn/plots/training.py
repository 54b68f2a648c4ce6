"""How training went: losses and metrics over time, and the learning rates that were tried before it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from nn.plots.plot import BLUE, INK, ORANGE, Plot, figure_of
from nn.training.history import History
from nn.training.rates import RateSearch


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


def history_curves(history: History, *, names: tuple[str, str] = ("training", "held back")) -> Plot:
    """Plot the loss of each epoch, and beside it each metric; held-back samples in orange, their best epoch marked.

    A loss that falls far is shown by its powers of ten. `names` are what training and held-back samples are called.

    >>> rows = [{"epoch": 1, "loss": 0.5, "val_loss": 0.6}, {"epoch": 2, "loss": 0.2, "val_loss": 0.7}]
    >>> history_curves(History(rows))
    Plot('2 epochs: loss 0.2, val_loss 0.7; least val_loss 0.6 in epoch 1')

    Raises
    ------
    ShapeError
        The history has no epochs.
    MissingExtraError
        When matplotlib is not installed.
    """
    measured = [name for name in history if name not in _NO_METRICS and not name.startswith("val_")]
    if not history.rows or not measured:
        raise ShapeError("history_curves: the history has no epochs, expected that of a training")
    with figure_of(4.5 * len(measured) + 0.9 * (len(measured) == 1), 3.4) as figure:
        for axes, name in zip(figure.subplots(1, len(measured), squeeze=False)[0], measured, strict=True):
            _draw_metric(axes, history, name, names)
    numbers = [name for name in history if name not in _NO_METRICS]
    last = ", ".join(f"{name} {history[name][-1]:.3g}" for name in numbers)
    judged = "val_loss" if "val_loss" in history else "loss"
    best = history.best(judged)
    least = f"; least {judged} {best[judged]:.3g} in epoch {best['epoch']}" if best is not history.rows[-1] else ""
    return Plot(figure, f"{len(history.rows)} epochs: {last}{least}")


#: What the history has besides: they are no measure of the model.
_NO_METRICS = ("epoch", "lr", "seconds")
#: How many times smaller a loss becomes where it falls far.
_FAR = 50.0


def rate_search(search: RateSearch) -> Plot:
    """Plot the loss against the learning rate, as `nn.find_learning_rate` found it, with the rate it suggests.

    >>> rate_search(RateSearch([0.001, 0.01, 0.1], [1.0, 0.5, 2.0], 0.01))
    Plot('Learning rates from 0.001 to 0.1 tried; suggested: 0.01')

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    with figure_of(5.4, 3.4) as figure:
        axes = figure.subplots()
        axes.plot(search.rates, search.losses, color=BLUE)
        axes.axvline(search.suggestion, color=ORANGE, linestyle="--", linewidth=1.2)
        axes.plot(search.suggestion, np.interp(search.suggestion, search.rates, search.losses), "o", color=ORANGE)
        # The loss explodes in the end, and would press flat all that came before.
        top = max(search.losses[0] + 0.6 * (search.losses[0] - min(search.losses)), 1.2 * min(search.losses))
        axes.set(title="Search for a learning rate", xlabel="learning rate", ylabel="loss, smoothed", xscale="log")
        axes.set_ylim(None, top if max(search.losses) > top else None)
        axes.annotate(
            f" {search.suggestion:.2g}",
            (search.suggestion, 1.0),
            xycoords=("data", "axes fraction"),
            va="top",
        )
    return Plot(
        figure,
        f"Learning rates from {search.rates[0]:.3g} to {search.rates[-1]:.3g} tried; suggested: "
        f"{search.suggestion:.3g}",
    )


def _draw_metric(axes: Any, history: History, name: str, names: tuple[str, str]) -> None:
    """Draw a number of the history in training, and of the samples held back."""
    at = history["epoch"]
    dots = {"marker": "o", "markersize": 4.0} if len(at) <= 30 else {}
    axes.plot(at, history[name], color=BLUE, label=names[0], **dots)
    if f"val_{name}" in history:
        axes.plot(at, history[f"val_{name}"], color=ORANGE, label=names[1], **dots)
        if name == "loss":
            best = history.best("val_loss")
            axes.plot(best["epoch"], best["val_loss"], "o", color=ORANGE, markersize=8.0, markerfacecolor="none")
        axes.legend()
    axes.set(title=name.replace("_", " ").capitalize(), xlabel="epoch")
    if name == "loss":
        _scale_loss(axes, [*history["loss"], *history.get("val_loss", [])])
    _count_on(axes)


def _scale_loss(axes: Any, losses: list[float]) -> None:
    """Let the axis of a loss begin at 0, unless it stays far from there, or count in powers of ten if it falls far."""
    positive = [loss for loss in losses if loss > 0.0]
    if min(losses) > 0.5 * max(losses):
        return
    if len(positive) < len(losses) or max(positive) < _FAR * min(positive):
        axes.set_ylim(0.0, None)
        return
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("")


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
