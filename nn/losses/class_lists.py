"""Costs of class scores in lists, one number at a time, as the compiler reads them. The public functions: `classes`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import DomainError, Node, ShapeError, TracingError, logsumexp, not_equal, relu, take, total, where
from nn.losses.class_arrays import NOTHING_LEFT
from nn.losses.labels import check_choice, class_weights, read_label, read_rows
from nn.losses.pairs import as_list
from nn.losses.reduction import reduce_list


def cross_entropy(scores: Any, labels: Any, weight: Any, smoothing: float, ignored: int | None, reduction: str) -> Any:
    """Return the cost of softmax(scores), given a class or a list of class probabilities for each sample."""
    rows, truths = read_rows("cross_entropy", scores, labels)
    weights = _weights("cross_entropy", weight, rows)

    def of_class(row: Sequence[Any], label: Any) -> Any:
        norm = logsumexp(row)
        cost = _weighted(norm - take(row, label), weights, label)
        if not smoothing:
            return cost
        return (1.0 - smoothing) * cost + smoothing / len(row) * _spread_cost(row, norm, weights or [1.0] * len(row))

    def of_distribution(row: Sequence[Any], truth: Sequence[Any]) -> Any:
        mixed = [t * (1.0 - smoothing) + smoothing / len(row) for t in truth] if smoothing else truth
        return _spread_cost(row, logsumexp(row), _products(mixed, weights))

    if isinstance(truths[0], Sequence | np.ndarray) and not isinstance(truths[0], str):
        if ignored is not None:
            raise DomainError("cross_entropy: ignore_index is a label, but the labels are class probabilities")
        distributions = [_distribution(truth, len(row)) for row, truth in zip(rows, truths, strict=True)]
        return reduce_list(list(map(of_distribution, rows, distributions)), reduction, len(rows))
    return _reduced("cross_entropy", of_class, rows, truths, weights, ignored, reduction)


def _spread_cost(row: Sequence[Any], norm: Any, shares: Sequence[Any]) -> Any:
    """Return -sum(share * log softmax(row))."""
    return total([share * (norm - score) for share, score in zip(shares, row, strict=True)])


def _products(numbers: Sequence[Any], weights: Sequence[float] | None) -> list[Any]:
    return list(numbers) if weights is None else [w * x for w, x in zip(weights, numbers, strict=True)]


def _distribution(truth: Any, classes: int) -> list[Any]:
    """Return the class probabilities of a sample, after a look at them."""
    found = as_list(truth) if isinstance(truth, Sequence | np.ndarray) else [truth]
    check_choice("cross_entropy", classes)
    if len(found) != classes:
        raise ShapeError(f"cross_entropy: got {len(found)} class probabilities for {classes} scores; expected as many")
    for t in found:
        if not isinstance(t, Node) and not (0 <= t <= 1):
            raise DomainError(f"cross_entropy: expected class probabilities from 0 to 1, got {t!r}")
    return list(found)


def nll(scores: Any, labels: Any, weight: Any, ignored: int | None, reduction: str) -> Any:
    """Return the cost of log-probabilities."""
    rows, truths = read_rows("nll_loss", scores, labels)
    weights = _weights("nll_loss", weight, rows)

    def cost(row: Sequence[Any], label: Any) -> Any:
        return _weighted(-take(row, label), weights, label)

    return _reduced("nll_loss", cost, rows, truths, weights, ignored, reduction)


def multi_margin(scores: Any, labels: Any, margin: float, power: int, weight: Any, reduction: str) -> Any:
    """Return by how much wrong classes come near to the right one, or pass it."""
    rows, truths = read_rows("multi_margin_loss", scores, labels)
    weights = _weights("multi_margin_loss", weight, rows)

    def cost(row: Sequence[Any], label: Any) -> Any:
        right = take(row, label)
        near = [relu(score - right + margin) for score in row]
        terms = [wrong * x**power for x, wrong in zip(near, _wrong(label, len(row)), strict=True)]
        return _weighted(total(terms) / len(row), weights, label)

    costs = [cost(row, read_label("multi_margin_loss", y, len(row))) for row, y in zip(rows, truths, strict=True)]
    return reduce_list(costs, reduction, len(costs))


def _wrong(label: Any, classes: int) -> list[Any]:
    return [not_equal(label, float(position)) for position in range(classes)]


def _weights(loss: str, weight: Any, rows: Sequence[Sequence[Any]]) -> list[float] | None:
    weights = class_weights(loss, weight, len(rows[0]))
    return None if weights is None else [float(w) for w in weights]


def _weighted(cost: Any, weights: list[float] | None, label: Any) -> Any:
    return cost if weights is None else take(weights, label) * cost


def _reduced(
    loss: str,
    cost: Callable[[Sequence[Any], Any], Any],
    rows: Sequence[Sequence[Any]],
    labels: Sequence[Any],
    weights: list[float] | None,
    ignored: int | None,
    reduction: str,
) -> Any:
    """Return the costs of all samples reduced; a mean is over the weights of the labels, as in PyTorch."""
    kept = [not _is_ignored(loss, label, ignored) for label in labels]
    classes = [read_label(loss, y, len(row)) if keep else 0 for row, y, keep in zip(rows, labels, kept, strict=True)]
    # What is ignored is a node too: a batch of nothing else has a gradient, which is 0.
    costs = [
        cost(row, y) if keep else where(0.0, row[0], 0.0) for row, y, keep in zip(rows, classes, kept, strict=True)
    ]
    if weights is None:
        norm: Any = sum(kept)
    else:
        norm = total([take(weights, y) for y, keep in zip(classes, kept, strict=True) if keep])
    if reduction == "mean" and not isinstance(norm, Node) and norm == 0:
        raise DomainError(f"{loss}: {NOTHING_LEFT}")
    return reduce_list(costs, reduction, norm)


def _is_ignored(loss: str, label: Any, ignored: int | None) -> bool:
    if ignored is None:
        return False
    if isinstance(label, Node):
        raise TracingError(
            f"{loss}: which labels are ignored must be known when the program is made.\n"
            "  instead of an array of labels as argument, pass a list of Python's integers, or multiply "
            'the costs of reduction="none" by 0 or 1'
        )
    return bool(label == ignored)
