"""Losses: how wrong the predictions are, as one number to differentiate.

Predictions and targets are a number, a list of numbers, or nested lists of one structure; targets may be NumPy
arrays. Every loss is an ordinary function of nodes: one of your own is as good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import DomainError, Node, OperandError, ShapeError, absolute, logsumexp, relu, softplus, take, total
from autograd.primitives.likelihood import bernoulli_nll
from autograd.trees import describe, walk


def mse_loss(predictions: Any, targets: Any) -> Any:
    """Return the mean squared error: mean((p - t)**2).

    >>> mse_loss([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    pairs = _pairs("mse_loss", predictions, targets)
    return total([(p - t) ** 2 for p, t in pairs]) / len(pairs)


def half_sse_loss(predictions: Any, targets: Any) -> Any:
    """Return half of the sum of squared errors: sum((t - p)**2) / 2, the loss of most derivations by hand.

    >>> half_sse_loss([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    return total([(p - t) ** 2 for p, t in _pairs("half_sse_loss", predictions, targets)]) * 0.5


def l1_loss(predictions: Any, targets: Any) -> Any:
    """Return the mean absolute error: mean(|p - t|), with slope 0 where they are equal.

    >>> l1_loss([1.0, 3.0], [0.0, 0.0])
    2.0
    """
    pairs = _pairs("l1_loss", predictions, targets)
    return total([absolute(p - t) for p, t in pairs]) / len(pairs)


def hinge_loss(scores: Any, labels: Any) -> Any:
    """Return the mean of max(0, 1 - label * score), the loss of maximum-margin classification; labels are -1 or 1.

    >>> hinge_loss([0.5, 2.0], [1, 1])
    0.25
    """
    pairs = _pairs("hinge_loss", scores, labels)
    _check_targets("hinge_loss", [label for _, label in pairs], lambda label: label in (-1, 1), "-1 or 1")
    return total([relu(1.0 - label * score) for score, label in pairs]) / len(pairs)


def binary_cross_entropy(probabilities: Any, targets: Any) -> Any:
    """Return the mean of -(t log p + (1 - t) log(1 - p)) for probabilities p; targets are from 0 to 1.

    Logarithms are held above -100, as PyTorch does, so that a certain and wrong prediction costs 100, not inf.
    Where the probability comes from a sigmoid, `binary_cross_entropy_with_logits` is exact and cheaper.

    >>> round(binary_cross_entropy([0.5], [1.0]), 6)
    0.693147
    """
    pairs = _pairs("binary_cross_entropy", probabilities, targets)
    _check_targets("binary_cross_entropy", [t for _, t in pairs], lambda t: 0 <= t <= 1, "from 0 to 1")
    for p, _ in pairs:
        if not (p >= 0 and p <= 1):  # nor is a nan
            raise DomainError(
                f"binary_cross_entropy: expected probabilities from 0 to 1, got {p!r}; "
                "for scores of any size use binary_cross_entropy_with_logits"
            )
    return total([bernoulli_nll(p, t) for p, t in pairs]) / len(pairs)


def binary_cross_entropy_with_logits(logits: Any, targets: Any) -> Any:
    """Return the binary cross-entropy of sigmoid(logits), computed without overflow; targets are from 0 to 1.

    >>> round(binary_cross_entropy_with_logits([0.0], [1.0]), 6)
    0.693147
    """
    pairs = _pairs("binary_cross_entropy_with_logits", logits, targets)
    _check_targets("binary_cross_entropy_with_logits", [t for _, t in pairs], lambda t: 0 <= t <= 1, "from 0 to 1")
    return total([(1.0 - t) * z + softplus(-z) for z, t in pairs]) / len(pairs)


def cross_entropy(logits: Sequence[Sequence[Any]], labels: Sequence[int]) -> Any:
    """Return the mean of -log softmax(logits)[label]: one list of class scores and one class number per sample.

    Raises
    ------
    ShapeError
        There are no samples, or not as many labels as samples.
    DomainError
        A label is not the number of a class.

    >>> round(cross_entropy([[0.0, 0.0]], [1]), 6)
    0.693147
    """
    rows = [_sequence(row, "logits", _SCORES) for row in _sequence(logits, "logits", _SCORES)]
    classes = _sequence(labels, "labels", "a class for each sample")
    if not rows or len(rows) != len(classes):
        raise ShapeError(
            f"cross_entropy: got {len(rows)} samples and {len(classes)} labels; expected as many, at least 1"
        )
    losses = [logsumexp(row) - take(row, _class(label, len(row))) for row, label in zip(rows, classes, strict=True)]
    return total(losses) / len(rows)


def _pairs(loss: str, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
    """Return (prediction, target) for each number, after a look at whether they fit."""
    predicted, wanted = _by_place(predictions), _by_place(targets)
    if len(predicted) != len(wanted) or not predicted:
        raise ShapeError(
            f"{loss}: got {len(predicted)} predictions and {len(wanted)} targets; expected as many, at least 1"
        )
    if len(predicted) > 1 and list(predicted) != list(wanted):
        where = next((path for path in predicted if path not in wanted), "another place in the order")
        raise ShapeError(f"{loss}: there is a prediction at {where} but no target; expected nestings that are alike")
    for place, (prediction, target) in enumerate(zip(predicted.values(), wanted.values(), strict=True)):
        for name, number in (("prediction", prediction), ("target", target)):
            if not isinstance(number, Node | float | int | np.number):
                raise OperandError(f"{loss}: {name} {place} must be a number, got {type(number).__name__} {number!r}")
        if target != target:
            raise DomainError(f"{loss}: target {place} is nan; remove samples without a target first")
    return list(zip(predicted.values(), wanted.values(), strict=True))


def _by_place(numbers: Any) -> dict[str, Any]:
    """Return the numbers of nested lists by their places; rows of a single number count as that number."""
    found = dict(walk(_as_list(numbers)))
    if all(place.endswith(".0") for place in found):
        return {place.removesuffix(".0"): number for place, number in found.items()}
    return found


_SCORES = "a list of class scores for each sample (with one score a sample: binary_cross_entropy_with_logits)"


def _sequence(given: Any, name: str, expected: str) -> list[Any]:
    """Return what was given as a list, if it is one."""
    if not isinstance(given, np.ndarray | Sequence) or isinstance(given, str):
        raise OperandError(f"cross_entropy: expected as {name} {expected}, got {describe(given)}")
    return list(_as_list(given))


def _as_list(numbers: Any) -> Any:
    return numbers.tolist() if isinstance(numbers, np.ndarray) else numbers


def _check_targets(loss: str, targets: Sequence[Any], allowed: Callable[[Any], bool], expected: str) -> None:
    for place, target in enumerate(targets):
        if not isinstance(target, Node) and not allowed(target):
            raise DomainError(f"{loss}: expected targets {expected}, got {target!r} at {place}")


def _class(label: Any, count: int) -> Any:
    """Return a label as the position of its class; a label in a trace is looked at when the program runs."""
    if isinstance(label, Node) and label.is_number:
        return label
    if isinstance(label, bool) or not isinstance(label, int | np.integer) or not 0 <= label < count:
        raise DomainError(f"cross_entropy: expected labels from 0 to {count - 1}, got {label!r}")
    return int(label)
