"""A surface seen from above."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.plots.plot import BLUE

Array = np.ndarray[Any, Any]
Span = tuple[float, float]


def span_of(numbers: Array) -> Span:
    """Return from where to where an axis goes so that it shows the numbers, with some room around.

    >>> span_of(np.array([0.0, 1.0, 2.0]))
    (-0.5, 2.5)
    """
    low, high = float(numbers.min()), float(numbers.max())
    room = 0.25 * (high - low) or 1.0
    return low - room, high + room


def draw_contours(axes: Any, x: Array, y: Array, heights: Array) -> None:
    """Draw the lines of equal height, which lie closer where it is deep, and the deeper the stronger the blue."""
    from matplotlib.colors import to_rgba

    heights = np.where(np.isfinite(heights), heights, np.nan)
    low, high = np.nanmin(heights), np.nanmax(heights)
    # Quadratic steps: in a bowl, lines of even heights would crowd at the rim and leave the bottom empty.
    levels = low + (high - low or 1.0) * np.linspace(0.0, 1.0, 15) ** 2
    colours = [to_rgba(BLUE, 0.6 * (1 - k / 14) ** 1.5) for k in range(14)]
    axes.contourf(x, y, heights, levels=levels, colors=colours)
    axes.contour(x, y, heights, levels=levels[1:], colors=BLUE, linewidths=0.6, alpha=0.6)
