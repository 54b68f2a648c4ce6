"""How near predicted numbers are to the true ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from autograd.errors import ShapeError
from nn.plots.plot import BLUE, INK, Plot, figure_of

#: More dots than these hide each other, and make a picture that is slow to show.
_POINTS = 2000


def predicted_and_true(predicted: ArrayLike, true: ArrayLike, *, name: str = "") -> Plot:
    """Plot predicted numbers over true ones; a perfect prediction is on the line. Of very many, some are drawn.

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
    every = -(-y.size // _POINTS)
    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    margin = 0.05 * (high - low) or 1.0
    with figure_of(4.4, 4.2) as figure:
        axes = figure.subplots()
        ends = [low - margin, high + margin]
        axes.plot(ends, ends, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label="perfect")
        alpha = float(np.clip(10 / np.sqrt(y.size), 0.2, 0.7))
        axes.plot(
            x[::every],
            y[::every],
            color=BLUE,
            linestyle="",
            marker="o",
            markersize=5.0,
            markeredgewidth=0.0,
            alpha=alpha,
        )
        axes.set(xlim=ends, ylim=ends, aspect="equal", xlabel="true", ylabel="predicted", title=name or "Predictions")
        axes.legend(loc="upper left")
    varies = x.std() > 0 and y.std() > 0
    tail = f"; correlation {np.corrcoef(x, y)[0, 1]:.2f}" if varies else ""
    return Plot(figure, f"{y.size} predictions{f' of {name}' if name else ''} over the truth{tail}")
