"""The rows of the cross-entropy of softmax: scores in, the cost of each sample out, with no node in between."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive
from autograd.node import Node
from autograd.primitives.reductions import has_short_rows, log_softmax, softmax, sum
from autograd.recording import recording


def _column(x: Any, axis: int) -> Any:
    """Return x so that it broadcasts against scores: with an axis of size 1 where the classes were, if need be."""
    return x.reshape((*x.shape[:axis], 1, *x.shape[axis:])) if axis else x


# --- the truth is a class -----------------------------------------------------------------------------------------


def one_hot(labels: Any, classes: int, axis: int) -> Any:
    """Return truth values along a new axis: true at the label."""
    numbers = np.arange(classes).reshape((classes,) + (1,) * (np.ndim(labels) - axis))
    return np.equal(np.expand_dims(labels, axis), numbers)


def places_of(labels: Any, shape: tuple[int, ...], axis: int) -> Any:
    """Return where the entry at each label stands, counted through an array of a shape."""
    if labels.ndim == axis == 1:
        return labels + np.arange(0, math.prod(shape), shape[1])
    others = np.indices(labels.shape, sparse=True)
    return np.ravel_multi_index((*others[:axis], labels, *others[axis:]), shape)


class Workings:
    """What the costs of some scores were worked out from: the probabilities, for the first backward pass that asks.

    They are kept as long as the graph is there, or until they are handed out, to be written over. That happens once:
    who asks later, or for other scores, has them computed again.
    """

    __slots__ = ("_is_spent", "_kept")

    def __init__(self) -> None:
        self._kept: tuple[Any, Any] | None = None
        self._is_spent = False

    def keep(self, scores: Any, probabilities: Any) -> None:
        """Keep the probabilities of these scores, unless some were handed out before."""
        if not self._is_spent:
            self._kept = scores, probabilities

    def take(self, scores: Any) -> Any:
        """Return the probabilities of these scores if they are still there."""
        kept, self._kept = self._kept, None
        self._is_spent = True
        return kept[1] if kept is not None and kept[0] is scores else None

    def __repr__(self) -> str:
        return "Workings()"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Workings, ())


def _cost_of_labels(x: Any, *, places: Any, axis: int, mean: bool, workings: Workings | None = None) -> Any:
    right = x.take(places)
    p, along = (x.T.copy(), 0) if has_short_rows(x, axis) else (x, axis)
    with np.errstate(all="ignore"):
        most = np.maximum.reduce(p, axis=along)
        p = p - _column(most, along)
        norm = np.add.reduce(np.exp(p, p), axis=along)
        costs = np.log(norm) - (right - most)
        if workings is not None:
            p /= _column(norm, along)
            workings.keep(x, p if along == axis else p.T)
        return np.add.reduce(costs, axis=None) / _samples(x, axis) if mean else costs


def _samples(x: Any, axis: int) -> Any:
    return x.dtype.type(x.size // x.shape[axis])


def _excess(x: Any, places: Any, axis: int, workings: Workings | None = None) -> Any:
    """Return the derivative of the costs: the probabilities, less 1 at the label."""
    if x.__class__ is np.ndarray:
        p = None if workings is None else workings.take(x)
        p = np.ascontiguousarray(softmax.array(x, axis=axis) if p is None else p)
        p.reshape(-1)[places] -= 1.0  # most of the probabilities stay
        return p
    truth = np.zeros(x.shape, x.dtype)
    truth.reshape(-1)[places] = 1.0
    return softmax(x, axis=axis) - truth


def _pull_labels(
    cotangent: Any, out: Any, x: Any, *, places: Any, axis: int, mean: bool, workings: Workings | None = None
) -> Any:
    excess = _excess(x, places, axis, workings)
    excess *= cotangent / _samples(x, axis) if mean else _column(cotangent, axis)
    return excess


def _push_labels(
    tangents: Any, out: Any, x: Any, *, places: Any, axis: int, mean: bool, workings: Workings | None = None
) -> Any:
    moved = tangents[0] * _excess(x, places, axis)
    if mean:
        return sum(moved, axis=None, keepdims=False) / _samples(x, axis)
    return sum(moved, axis=axis, keepdims=False)


cross_entropy_of_labels: ArrayPrimitive = ArrayPrimitive(
    "cross_entropy of labels",
    _cost_of_labels,
    _pull_labels,
    push=_push_labels,
    symbol="CE",
    doc="-log softmax(x) at the label of each sample, given as its place among all scores, or the mean of that",
    reads="operands",
)


def cost_at_labels(x: Any, labels: Any, axis: int, *, mean: bool) -> Any:
    """Return the cost of each label, or their mean; what a backward pass needs is kept if there can be one."""
    is_recorded = isinstance(x, Node) and not x.constant and recording.get() is True
    workings = Workings() if is_recorded else None
    places = places_of(labels, x.shape, axis)
    return cross_entropy_of_labels(x, places=places, axis=axis, mean=mean, workings=workings)


# --- the truth is a distribution ----------------------------------------------------------------------------------


def _cost_of_distributions(x: Any, t: Any, *, axis: int) -> Any:
    with np.errstate(invalid="ignore", over="ignore"):  # a certain 0 against a score of -inf: nan, as in PyTorch
        return -np.add.reduce(t * log_softmax.array(x, axis=axis), axis=axis)


def _push_distributions(tangents: Any, out: Any, x: Any, t: Any, *, axis: int) -> Any:
    moved_x, moved_t = tangents
    terms = [] if moved_x is None else [moved_x * _excess_over(x, t, axis)]
    terms += [] if moved_t is None else [moved_t * -log_softmax(x, axis=axis)]
    moved = terms[0] if len(terms) == 1 else terms[0] + terms[1]
    return sum(moved, axis=axis, keepdims=False)


def _excess_over(x: Any, t: Any, axis: int) -> Any:
    return softmax(x, axis=axis) * sum(t, axis=axis, keepdims=True) - t


cross_entropy_of_distributions: ArrayPrimitive = ArrayPrimitive(
    "cross_entropy of distributions",
    _cost_of_distributions,
    lambda cotangent, out, x, t, *, axis: _column(cotangent, axis) * _excess_over(x, t, axis),
    lambda cotangent, out, x, t, *, axis: _column(cotangent, axis) * -log_softmax(x, axis=axis),
    push=_push_distributions,
    symbol="CE",
    doc="-sum(t * log softmax(x)) along the axis of the classes",
)
