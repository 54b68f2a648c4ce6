"""How large weights and gradients are, layer by layer: where a signal fades, one sees it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from nn.module import Module
from nn.plots.plot import BLUE, INK, ORANGE, Plot, figure_of

Array = np.ndarray[Any, Any]
_BINS = 40


def histograms(model: Module) -> Plot:
    """Plot how weights are distributed in each layer, and how large their gradients are, if a sweep has been made.

    The first layer is on top. Weights are on one axis for all layers; gradients too, by their size on a logarithmic
    axis, without those that are 0 (their share is written beside). Gradients that fade towards the first layer stand
    further and further left.

    >>> import nn
    >>> histograms(nn.Sequential(nn.Linear(3, 4, rng=0), nn.Tanh(), nn.Linear(4, 1, rng=1)))
    Plot('Weights of 2 layers, deviations from 0.337 to 0.391')

    Raises
    ------
    ShapeError
        The model has no weights.
    MissingExtraError
        When matplotlib is not installed.
    """
    layers = weights_by_layer(model)
    if not layers:
        raise ShapeError(f"histograms: {type(model).__name__} has no weights")
    swept = any(gradient.any() for _, gradient in layers.values())
    with figure_of(8.6 if swept else 4.8, 0.9 + 0.75 * len(layers), **_SETTINGS) as figure:
        panels = figure.subplots(len(layers), 2 if swept else 1, sharex="col", squeeze=False)
        for row, (name, (weights, gradient)) in zip(panels, layers.items(), strict=True):
            _draw_weights(row[0], name, weights)
            if swept:
                _draw_gradient(row[1], gradient)
        panels[0][0].set_title("Weights")
        panels[-1][0].set_xlabel("weight")
        if swept:
            panels[0][1].set_title("Gradients")
            panels[-1][1].set(xlabel="size of the derivative", xscale="log")
    deviations = [weights.std() for weights, _ in layers.values()]
    plural = "s" * (len(layers) > 1)
    return Plot(
        figure,
        f"Weights of {len(layers)} layer{plural}, deviations from {min(deviations):.3g} to {max(deviations):.3g}",
    )


_SETTINGS = {"axes.grid": False, "axes.spines.left": False, "figure.constrained_layout.hspace": 0.0}


def weights_by_layer(model: Module) -> dict[str, tuple[Array, Array]]:
    """Return the weights of each layer and their gradients, flat, by the layer's path; biases are left out.

    The weights of a layer of single neurons are put together: `layers.0.neurons.3.w.1` belongs to `layers.0`.
    """
    found: dict[str, list[tuple[Any, Any]]] = {}
    for path, parameter in model.named_parameters():
        if parameter.is_array:
            if parameter.ndim > 1:
                found.setdefault(path.removesuffix(".weight"), []).append((parameter.array, parameter.grad))
        elif ".w." in f".{path}":
            layer = re.sub(r"(\.?neurons\.\d+)?\.?w\.\d+$", "", path)
            found.setdefault(layer or "w", []).append((parameter.data, parameter.grad))
    return {
        layer: (
            np.concatenate([np.ravel(weights) for weights, _ in pairs]),
            np.concatenate([np.broadcast_to(gradient, np.shape(weights)).ravel() for weights, gradient in pairs]),
        )
        for layer, pairs in found.items()
    }


def _draw_weights(axes: Any, name: str, weights: Array) -> None:
    axes.hist(weights, bins=_BINS, color=BLUE)
    _finish(axes, f"deviation {weights.std():.2g}")
    axes.set_ylabel(name, rotation=0, ha="right", va="center")


def _draw_gradient(axes: Any, gradient: Array) -> None:
    sizes = np.abs(gradient[gradient != 0])
    if not sizes.size:
        return _finish(axes, "all are 0")
    low, high = np.log10(sizes.min()), np.log10(sizes.max())
    axes.hist(sizes, bins=np.logspace(low, max(high, low + 0.1), _BINS), color=ORANGE)
    zeros = 1 - sizes.size / gradient.size
    return _finish(axes, f"median {np.median(sizes):.1e}" + (f", {100 * zeros:.0f} % are 0" if zeros >= 0.005 else ""))


def _finish(axes: Any, note: str) -> None:
    axes.set(yticks=[], ylim=(0.0, 1.4 * axes.get_ylim()[1]))  # room for the note
    axes.text(1.0, 0.95, note, transform=axes.transAxes, ha="right", va="top", fontsize=8.0, color=INK)
