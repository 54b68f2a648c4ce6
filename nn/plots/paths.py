"""The way downhill: what optimizers do on a surface of two numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from autograd import DomainError, Value
from nn.plots.contours import Array, Span, draw_contours, span_of
from nn.plots.plot import COLOURS, INK, Plot, figure_of

Surface = Callable[[Any, Any], Any]


def descend(function: Surface, start: Sequence[float], optimizer: Callable[[Any], Any], *, steps: int = 50) -> Array:
    """Return the way that an optimizer takes on a function of two numbers, shape (steps + 1, 2).

    It ends early where the function is no finite number any more.

    >>> import nn
    >>> descend(lambda x, y: x * x + y * y, (1.0, 2.0), lambda p: nn.SGD(p, lr=0.25), steps=2).tolist()
    [[1.0, 2.0], [0.5, 1.0], [0.25, 0.5]]
    """
    point = [Value(float(number)) for number in start]
    moves = optimizer(point)
    path = [[number.data for number in point]]
    for _ in range(steps):
        moves.zero_grad()
        height = function(*point)
        height.backward()
        moves.step()
        if not np.isfinite([height.data, *(number.data for number in point)]).all():
            break
        path.append([number.data for number in point])
    return np.array(path)


def descent_paths(
    function: Surface,
    optimizers: Mapping[str, Callable[[Any], Any]],
    *,
    start: Sequence[float],
    steps: int = 50,
    x: Span | None = None,
    y: Span | None = None,
    minimum: Sequence[float] | None = None,
) -> Plot:
    """Plot the ways of optimizers, from one start, over the contours of a function of two numbers.

    Parameters
    ----------
    function
        What is minimised, written with operators and functions of `autograd`, so that it takes nodes and arrays.
    optimizers
        By name, functions from parameters to an optimizer: `{"momentum": lambda p: nn.SGD(p, lr=0.1, momentum=0.9)}`.
    start, steps
        Where all begin, and how many steps they take.
    x, y
        What is shown, (from, to); by default as much as the ways need.
    minimum
        A point to mark with a cross.

    >>> import nn
    >>> descent_paths(lambda x, y: x * x + y * y, {"SGD": lambda p: nn.SGD(p, lr=0.25)}, start=(1.0, 2.0), steps=4)
    Plot('4 steps from (1, 2): SGD ends at (0.0625, 0.125)')

    Raises
    ------
    DomainError
        There are no optimizers.
    MissingExtraError
        When matplotlib is not installed.
    """
    if not optimizers:
        raise DomainError("descent_paths: expected at least one optimizer, got none")
    paths = {name: descend(function, start, make, steps=steps) for name, make in optimizers.items()}
    seen = np.concatenate([*paths.values(), [start if minimum is None else minimum]])
    spans = [given or span_of(seen[:, axis]) for axis, given in enumerate((x, y))]
    with figure_of(5.8, 4.2, **{"axes.grid": False}) as figure:
        axes = figure.subplots()
        sides = [np.linspace(*span, 121) for span in spans]
        with np.errstate(all="ignore"):
            draw_contours(axes, sides[0], sides[1], np.asarray(function(*np.meshgrid(*sides))))
        for (name, path), colour in zip(paths.items(), cycle(COLOURS), strict=False):
            axes.plot(*path.T, ".-", color=colour, linewidth=1.5, markersize=5.0, label=name)
        axes.plot(*start, "o", color=INK)
        if minimum is not None:
            axes.plot(*minimum, "x", color=INK, markersize=8.0, markeredgewidth=2.0)
        axes.set(xlim=spans[0], ylim=spans[1], xlabel="$x$", ylabel="$y$")
        figure.legend(loc="outside right upper")
    ends = "; ".join(f"{name} ends at ({path[-1][0]:.3g}, {path[-1][1]:.3g})" for name, path in paths.items())
    return Plot(figure, f"{steps} steps from ({start[0]:.3g}, {start[1]:.3g}): {ends}")
