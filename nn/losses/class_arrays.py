"""Costs of class scores in arrays and tensors: a few nodes for a whole batch. The public functions: `classes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import DomainError, relu, where
from autograd.arrays.checks import as_array, raw
from autograd.arrays.shapes import astype, reshape
from autograd.primitives import reductions
from autograd.primitives.cross_entropy import cost_at_labels, cross_entropy_of_distributions, one_hot
from autograd.primitives.indexing import take_along_axis
from nn.losses.labels import check_choice, class_weights, read_labels, read_scores
from nn.losses.pairs import PROBABILITIES, check_array, read_numbers
from nn.losses.reduction import reduce_array


def cross_entropy(scores: Any, labels: Any, weight: Any, smoothing: float, ignored: int | None, reduction: str) -> Any:
    """Return the cost of softmax(scores): one node where labels are classes and nothing is weighted."""
    x, axis = read_scores("cross_entropy", scores)
    labels = read_numbers("cross_entropy", "labels", labels)
    weights = class_weights("cross_entropy", weight, x.shape[axis])
    if labels.shape == x.shape:
        if ignored is not None:
            raise DomainError("cross_entropy: ignore_index is a label, but the labels are class probabilities")
        check_choice("cross_entropy", x.shape[axis])
        t = _smoothed(_distributions(x, labels), smoothing, weights, x, axis)
        return reduce_array(cross_entropy_of_distributions(x, t, axis=axis), reduction)
    y, skipped = read_labels("cross_entropy", labels, x.shape, axis, ignored)
    if smoothing:
        t = _smoothed(one_hot(y, x.shape[axis], axis).astype(x.dtype), smoothing, weights, x, axis)
        costs = cross_entropy_of_distributions(x, t, axis=axis)
    else:
        is_plain = reduction == "mean" and weights is None and skipped is None
        costs = cost_at_labels(x, y, axis, mean=is_plain)
        if is_plain:
            return costs
        costs = costs if weights is None else costs * weights[y].astype(x.dtype)
    return _reduced("cross_entropy", costs, y, weights, skipped, reduction)


def _distributions(x: Any, labels: Any) -> Any:
    t = as_array(labels, "cross_entropy")
    check_array("cross_entropy", "class probabilities", raw(t), PROBABILITIES)
    return t if t.dtype == x.dtype else astype(t, x.dtype)


def _smoothed(t: Any, smoothing: float, weights: Any, x: Any, axis: int) -> Any:
    """Return distributions mixed with the uniform one, each class times its weight."""
    if smoothing:
        t = t * (1.0 - smoothing) + smoothing / x.shape[axis]
    return t if weights is None else t * _along(weights, x, axis)


def nll(scores: Any, labels: Any, weight: Any, ignored: int | None, reduction: str) -> Any:
    """Return the cost of log-probabilities."""
    x, axis = read_scores("nll_loss", scores)
    labels = read_numbers("nll_loss", "labels", labels)
    weights = class_weights("nll_loss", weight, x.shape[axis])
    y, skipped = read_labels("nll_loss", labels, x.shape, axis, ignored)
    costs = -reshape(take_along_axis(x, indices=np.expand_dims(y, axis), axis=axis), y.shape)
    costs = costs if weights is None else costs * weights[y].astype(x.dtype)
    return _reduced("nll_loss", costs, y, weights, skipped, reduction)


def _reduced(loss: str, costs: Any, y: Any, weights: Any, skipped: Any, reduction: str) -> Any:
    """Return the costs reduced; a mean is over the weights of the labels, as in PyTorch."""
    if skipped is not None:
        costs = where(skipped, 0.0, costs)
    elif weights is None:
        return reduce_array(costs, reduction)
    shares = np.ones(np.shape(y)) if weights is None else weights[y]
    norm = float(np.sum(shares if skipped is None else np.where(skipped, 0.0, shares)))
    if reduction == "mean" and norm == 0:
        raise DomainError(f"{loss}: {NOTHING_LEFT}")
    return reduce_array(costs, reduction, norm)


NOTHING_LEFT = "every label is ignored or has weight 0: there is no mean of nothing; leave the batch out, or sum"


def multi_margin(scores: Any, labels: Any, margin: float, power: int, weight: Any, reduction: str) -> Any:
    """Return by how much wrong classes come near to the right one, or pass it."""
    x, axis = read_scores("multi_margin_loss", scores)
    labels = read_numbers("multi_margin_loss", "labels", labels)
    weights = class_weights("multi_margin_loss", weight, x.shape[axis])
    y, _ = read_labels("multi_margin_loss", labels, x.shape, axis, None)
    right = take_along_axis(x, indices=np.expand_dims(y, axis), axis=axis)
    near = relu(x - right + margin)
    terms = where(one_hot(y, x.shape[axis], axis), 0.0, near if power == 1 else near**2)
    costs = reductions.mean(terms, axis=axis, keepdims=False)
    return reduce_array(costs if weights is None else costs * weights[y].astype(x.dtype), reduction)


def _along(weights: Any, x: Any, axis: int) -> Any:
    """Return weights of classes in a shape that broadcasts against the scores."""
    return weights.reshape((-1,) + (1,) * (x.ndim - axis - 1)).astype(x.dtype)
