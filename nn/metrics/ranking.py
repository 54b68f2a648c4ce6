"""Metrics of scores: how well they put the samples in order, whatever threshold is chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, UnknownNameError
from nn.metrics.reading import check_lengths, check_range, positive, read_labels, read_numbers, refuse_nan

Scores = NDArray[np.float64]


def roc_auc(scores: Any, labels: Any, *, average: str = "macro") -> float:
    """Return the area under the ROC curve: how probable it is that a sample of the class scores above one of another.

    0.5 is what guessing gives, 1.0 a perfect order; ties count half. With one score a sample (labels 0 and 1, or -1
    and 1) or a row of two, class 1 is held against class 0. With more classes, each is held against the rest by its
    probability (rows that are not probabilities are taken as logits, to be given to softmax), and the areas are
    averaged: "macro" counts every class alike, "weighted" as often as it occurs.

    It is the Mann-Whitney statistic: J. A. Hanley and B. J. McNeil, *The meaning and use of the area under a receiver
    operating characteristic (ROC) curve*, Radiology 143, 29-36, 1982.

    >>> roc_auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75

    Raises
    ------
    OperandError, ShapeError, DomainError
        As `accuracy` does; also when a class has no sample, or all of them: then there is nothing to put in order.
    UnknownNameError
        When there is no such average.
    """
    if average not in ("macro", "weighted"):
        raise UnknownNameError(f"average: got {average!r}, expected 'macro' or 'weighted'")
    rows, labels = read_numbers(scores, "scores"), read_labels(labels)
    if rows.ndim == 1 and rows.dtype.kind in "iu" and rows.max() > 1:
        raise OperandError("roc_auc: got predicted classes, expected scores, one a sample or one a class")
    refuse_nan(rows, "scores", "has the training diverged?")
    check_lengths(rows, labels, "label")
    if rows.ndim == 1 or rows.shape[1] == 1:
        return _area(rows.ravel(), positive(labels) == 1, "class 1")
    check_range("labels", labels, rows.shape[1])
    if rows.shape[1] == 2:
        return _area(rows[:, 1] if _are_probabilities(rows) else rows[:, 1] - rows[:, 0], labels == 1, "class 1")
    rows = rows if _are_probabilities(rows) else _softmax(rows)
    areas = [_area(column, labels == kind, f"class {kind}") for kind, column in enumerate(rows.T)]
    return float(np.average(areas, weights=np.bincount(labels) if average == "weighted" else None))


def _are_probabilities(rows: Scores) -> bool:
    return bool(rows.min() >= 0 and np.allclose(rows.sum(axis=1), 1.0, rtol=0, atol=1e-6))


def _softmax(rows: Scores) -> Scores:
    powers: Scores = np.exp(rows - rows.max(axis=1, keepdims=True))
    total: Scores = powers.sum(axis=1, keepdims=True)
    return powers / total


def _area(scores: Scores, members: NDArray[np.bool_], name: str) -> float:
    """Return the share of pairs (member, other) in which the member scores higher, from the ranks of the members."""
    inside = int(members.sum())
    outside = len(members) - inside
    if not inside or not outside:
        raise DomainError(
            f"roc_auc: {name} has {inside} of {len(members)} samples, expected some, and some of another class; "
            "split with stratify so that every part holds every class"
        )
    _, place, alike = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(alike) - (alike - 1) / 2)[place]  # from 1; ties share the mean of their ranks
    return float((ranks[members].sum() - inside * (inside + 1) / 2) / (inside * outside))
