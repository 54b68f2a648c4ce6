"""What single steps do: how large gradients, weights and updates are, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

import numpy as np

from nn.diagnostics.layers import Array, Layer, gradients, numbers

#: The first steps are all looked at, later ones now and then: 25 microseconds each must not slow a training down.
_FIRST, _EVERY = 8, 16


@dataclass(frozen=True)
class Steps:
    """Measurements of some steps.

    Attributes
    ----------
    layers
        The paths of the layers.
    gradient, weight, update
        Euclidean norms, shape (steps, layers), of the gradients, and of the weights and their change.
    agreement
        Cosines of the angles between the gradients of a step and those of the last one looked at, shape (steps,);
        nan for the first.
    sizes
        How many numbers each layer has, shape (layers,).
    """

    layers: tuple[str, ...]
    gradient: Array
    weight: Array
    update: Array
    agreement: Array
    sizes: Array

    def __len__(self) -> int:
        return len(self.gradient)

    @property
    def relative_update(self) -> Array:
        """How far a typical step moves each layer, in parts of its weights, shape (layers,)."""
        return _median(_ratio(self.update, self.weight))

    @property
    def relative_gradient(self) -> Array:
        """The gradient of each layer, in parts of its weights, shape (steps, layers)."""
        return _ratio(self.gradient, self.weight)

    @property
    def gradient_size(self) -> Array:
        """The typical size (root of the mean square) of an entry of the gradient of each layer, shape (layers,)."""
        return _median(self.gradient) / np.sqrt(self.sizes)


class StepMeter:
    """Measures steps; told before and after each."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        found = [(layer.path, layer.learning) for layer in layers]
        self._layers = [(path, parameters) for path, parameters in found if parameters]
        self._rows: list[list[tuple[float, float, float, float]]] = []
        self._count = 0
        self._gradients: list[list[Array]] | None = None
        self._before: list[list[Array]] | None = None

    def before(self) -> None:
        """Look at the gradients, and at the weights that are about to move."""
        if self._before is None and (self._count < _FIRST or self._count % _EVERY == 0):
            self._last, self._gradients = self._gradients, [gradients(own) for _, own in self._layers]
            self._before = [numbers(own) for _, own in self._layers]

    def after(self) -> None:
        """Look at the weights that have moved."""
        self._count += 1
        if self._before is None:
            return
        assert self._gradients is not None
        with np.errstate(all="ignore"):
            self._rows.append(
                [
                    _measure(before, numbers(own), gradient, last)
                    for (_, own), before, gradient, last in zip(
                        self._layers, self._before, self._gradients, self._last or self._gradients, strict=True
                    )
                ]
            )
        self._before = None

    def take(self) -> Steps:
        """Return what was measured since the last time."""
        rows, self._rows = self._rows, []
        table = np.array(rows, dtype=np.float64).reshape(len(rows), len(self._layers), 4)
        gradient, weight, update, product = np.moveaxis(table, -1, 0)
        lengths = np.sqrt(np.sum(gradient * gradient, axis=1))
        before = np.concatenate([[math.nan], lengths[:-1]])
        with np.errstate(all="ignore"):
            agreement = product.sum(axis=1) / (lengths * before)
        sizes = np.array([sum(a.size for a in numbers(own)) for _, own in self._layers])
        return Steps(tuple(path for path, _ in self._layers), gradient, weight, update, agreement, sizes)


def _measure(
    before: list[Array], after: list[Array], gradient: list[Array], last: list[Array]
) -> tuple[float, float, float, float]:
    """Return the norms of gradient, weights and update of a layer, and the product of its gradient with the last."""
    moved = [new - old for new, old in zip(after, before, strict=True)]
    product = sum(starmap(_product, zip(gradient, last, strict=True)))
    return _norm(gradient), _norm(before), _norm(moved), product


def _norm(arrays: list[Array]) -> float:
    return math.sqrt(sum(_product(array, array) for array in arrays))


def _product(left: Array, right: Array) -> float:
    return float(np.vdot(left, right))


def _ratio(above: Array, below: Array) -> Array:
    """Return the quotients; 0 where there is nothing to divide by, as with weights that start at zero."""
    with np.errstate(all="ignore"):
        quotient: Array = np.where(below > 0, above / below, 0.0)
    return quotient


def _median(table: Any) -> Array:
    """Return the median of each column; 0 if there are no rows."""
    return np.median(table, axis=0) if len(table) else np.zeros(table.shape[1:])
