"""Activation functions and their derivatives, which are found by `autograd`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import DomainError, jvp
from nn.activations import Activation, find_activation
from nn.plots.plot import BLUE, INK, ORANGE, Plot, figure_of

_SHOWN = ("step", "sigmoid", "tanh", "relu", "leaky_relu", "gelu")


def activations(
    *choices: str | Activation, lowest: float = -4.0, highest: float = 4.0, points: int = 401, columns: int = 3
) -> Plot:
    """Plot activation functions, each with its derivative.

    Parameters
    ----------
    choices
        Names of `nn.ACTIVATIONS`, or functions of a number; by default six of the usual ones.
    lowest, highest, points
        From where to where, and at how many numbers.
    columns
        How many stand side by side.

    >>> activations("relu", "tanh")
    Plot('Activation functions and their derivatives: relu, tanh')

    Raises
    ------
    UnknownNameError
        Nobody knows a name.
    DomainError
        The numbers are not lowest < highest, or there are fewer than two.
    MissingExtraError
        When matplotlib is not installed.
    """
    if not -math.inf < lowest < highest < math.inf or points < 2 or columns < 1:
        raise DomainError(
            f"activations: expected lowest < highest, two points or more and a column, got {lowest}, {highest}, "
            f"{points}, {columns}"
        )
    named = [find_activation(choice) for choice in choices or _SHOWN]
    columns = min(columns, len(named))
    rows = math.ceil(len(named) / columns)
    with figure_of(0.4 + 2.9 * columns, 0.5 + 2.3 * rows) as figure:
        panels = figure.subplots(rows, columns, squeeze=False).flat
        for axes, (name, function) in zip(panels, named, strict=False):
            x = np.linspace(lowest, highest, points)
            _draw_function(axes, name, x, *jvp(function, (x,), (np.ones(points),)))
        for axes in list(panels)[len(named) :]:
            axes.set_axis_off()
        lines = figure.axes[0].get_lines()[2:]  # after the two axes
        figure.legend(lines, ["function", "derivative"], loc="outside lower center", ncols=2)
    return Plot(figure, f"Activation functions and their derivatives: {', '.join(name for name, _ in named)}")


def _draw_function(axes: Any, name: str, x: Any, y: Any, slope: Any) -> None:
    axes.axhline(0.0, color=INK, alpha=0.4, linewidth=0.8)
    axes.axvline(0.0, color=INK, alpha=0.4, linewidth=0.8)
    for numbers, colour, style in ((y, BLUE, "-"), (slope, ORANGE, "--")):
        jumps = 1 + np.flatnonzero(np.abs(np.diff(numbers)) > 10 * (x[1] - x[0]))  # the line is broken there
        axes.plot(np.insert(x, jumps, np.nan), np.insert(numbers, jumps, np.nan), style, color=colour)
    axes.set(title=name, xlim=(x[0], x[-1]), ylim=(-1.3, 2.3))
