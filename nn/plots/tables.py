"""How a network learned a table, and how near its numbers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from autograd.errors import ShapeError
from nn.plots.plot import BLUE, INK, ORANGE, Plot, figure_of


def loss_by_epoch(history: Mapping[str, Sequence[float]], *, best: int | None = None) -> Plot:
    """Plot the loss of each epoch of a `History`, and the loss of the validation part if there is one.

    `best` is the epoch whose weights were kept; it is marked.

    >>> loss_by_epoch({"epoch": [1, 2], "loss": [0.5, 0.25], "val_loss": [0.6, 0.4]}, best=2)
    Plot('Loss goes from 0.5 to 0.25 in 2 epochs; validation from 0.6 to 0.4; best epoch 2')

    Raises
    ------
    ShapeError
        When there are no epochs.
    MissingExtraError
        When matplotlib is not installed.
    """
    losses = list(history["loss"])
    if not losses:
        raise ShapeError("loss_by_epoch: got no epochs, expected a history with at least one")
    epochs = range(1, len(losses) + 1)
    validation = list(history.get("val_loss", ()))
    with figure_of(5.4, 3.1) as figure:
        axes = figure.subplots()
        marker = "o" if len(losses) == 1 else ""
        axes.plot(epochs, losses, color=BLUE, label="rows learned from", marker=marker)
        if validation:
            axes.plot(epochs, validation, color=ORANGE, label="rows kept aside", marker=marker)
        if best is not None:
            axes.axvline(best, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label=f"best epoch, {best}")
        axes.set(title="Loss", xlabel="epoch")
        shown = [loss for loss in (*losses, *validation) if loss > 0]
        if shown and max(shown) > 50 * min(shown):  # else the end would be pressed together at the bottom
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter("")
        else:
            axes.set_ylim(0.0, None)
        axes.set_xlim(0.0, None)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
    ends = f"; validation from {validation[0]:.3g} to {validation[-1]:.3g}" if validation else ""
    marked = "" if best is None else f"; best epoch {best}"
    return Plot(figure, f"Loss goes from {losses[0]:.3g} to {losses[-1]:.3g} in {len(losses)} epochs{ends}{marked}")


def predicted_and_true(predicted: ArrayLike, true: ArrayLike, *, name: str = "") -> Plot:
    """Plot predicted numbers over true ones; a perfect prediction is on the line.

    >>> predicted_and_true([1.0, 2.5], [1.0, 2.0], name="price")
    Plot('2 predictions of price over the truth; correlation 1.00')

    Raises
    ------
    ShapeError
        When there are none, or not one prediction a number.
    MissingExtraError
        When matplotlib is not installed.
    """
    y, x = np.asarray(predicted, dtype=np.float64), np.asarray(true, dtype=np.float64)
    if y.ndim != 1 or y.shape != x.shape or not y.size:
        raise ShapeError(f"predicted_and_true: got shapes {y.shape} and {x.shape}, expected (samples,) twice")
    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    margin = 0.05 * (high - low) or 1.0
    with figure_of(4.4, 4.2) as figure:
        axes = figure.subplots()
        ends = [low - margin, high + margin]
        axes.plot(ends, ends, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label="perfect")
        alpha = float(np.clip(40 / np.sqrt(y.size) / 4, 0.15, 0.7))
        axes.plot(x, y, color=BLUE, linestyle="", marker="o", markersize=5.0, markeredgewidth=0.0, alpha=alpha)
        axes.set(xlim=ends, ylim=ends, aspect="equal", xlabel="true", ylabel="predicted", title=name or "Predictions")
        axes.legend(loc="upper left")
    varies = x.std() > 0 and y.std() > 0
    tail = f"; correlation {np.corrcoef(x, y)[0, 1]:.2f}" if varies else ""
    return Plot(figure, f"{y.size} predictions{f' of {name}' if name else ''} over the truth{tail}")
