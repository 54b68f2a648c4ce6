"""Who looks at whom: the weights of attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd.errors import ShapeError
from nn.plots.plot import BLUE, Plot, figure_of


def attention_maps(
    weights: ArrayLike, queries: Sequence[str], keys: Sequence[str] | None = None, *, names: Sequence[str] = ()
) -> Plot:
    """Plot attention weights: in each row, how much one token looks at each of the others.

    Parameters
    ----------
    weights
        Shape (targets, sources), or (maps, targets, sources) for several side by side, such as those of the heads of
        `nn.MultiheadAttention(...)(x, need_weights=True, average_attn_weights=False)`.
    queries, keys
        The tokens that look, and those that are looked at; by default the same.
    names
        What stands above the maps; by default "head 1", "head 2", ...

    >>> attention_maps([[1.0, 0.0], [0.5, 0.5]], ["a", "b"])
    Plot('Attention of 2 tokens to 2 tokens')

    Raises
    ------
    ShapeError
        Tokens or names do not fit the weights.
    MissingExtraError
        When matplotlib is not installed.
    """
    maps = np.asarray(weights, dtype=np.float64)
    keys = queries if keys is None else keys
    maps = maps[None] if maps.ndim == 2 else maps
    if maps.ndim != 3 or not maps.size or maps.shape[1:] != (len(queries), len(keys)):
        raise ShapeError(
            f"attention_maps: got weights of shape {np.shape(weights)}, expected ({len(queries)}, {len(keys)}), or "
            "several of these"
        )
    if names and len(names) != len(maps):
        raise ShapeError(f"attention_maps: got {len(names)} names for {len(maps)} maps")
    names = names or ([""] if len(maps) == 1 else [f"head {k + 1}" for k in range(len(maps))])
    width, height = 0.9 + 0.24 * len(keys), 0.9 + 0.24 * len(queries)
    with figure_of(max(2.0, width) * len(maps), max(2.0, height), **{"axes.grid": False}) as figure:
        for axes, name, table in zip(figure.subplots(1, len(maps), squeeze=False)[0], names, maps, strict=True):
            _draw_map(axes, table)
            axes.set_xticks(range(len(keys)), keys)
            axes.set_yticks(range(len(queries)), queries)
            axes.set_title(name)
    several = f", {len(maps)} maps" if len(maps) > 1 else ""
    return Plot(figure, f"Attention of {len(queries)} tokens to {len(keys)} tokens{several}")


def _draw_map(axes: Any, table: Any) -> None:
    """Draw a square a weight, through which the page shows where the weight is small."""
    from matplotlib.colors import to_rgb

    colours = np.empty((*table.shape, 4))
    colours[..., :3], colours[..., 3] = to_rgb(BLUE), 0.05 + 0.95 * np.clip(table, 0.0, 1.0)
    axes.imshow(colours, interpolation="none", aspect="equal")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
