"""Metrics of predicted classes: all but accuracy are read off the confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import DomainError, UnknownNameError, did_you_mean
from nn.metrics.reading import Classes, check_range, read_pairs


def accuracy(predictions: Any, labels: Any, *, threshold: float = 0.0) -> float:
    """Return the share of samples whose class is predicted rightly, from 0.0 to 1.0.

    Labels are classes from 0; with one score a sample they may also be -1 and 1, as the hinge loss wants them.

    >>> accuracy([[0.1, 2.0, -1.0], [3.0, 0.5, 0.2]], [1, 2])
    0.5
    >>> accuracy([1.7, -0.3, 0.2], [1, -1, 1])
    1.0

    Raises
    ------
    OperandError
        When predictions or labels are not numbers.
    ShapeError
        When there are none of them, lengths differ or rows are ragged.
    DomainError
        When a score is nan, or a label is not a class.
    """
    predicted, labels, count = read_pairs(predictions, labels, threshold)
    check_range("labels", labels, count)
    return float(np.mean(predicted == labels))


def confusion_matrix(predictions: Any, labels: Any, *, classes: int | None = None, threshold: float = 0.0) -> Classes:
    """Count how often each class (row) was predicted as each class (column), shape (classes, classes).

    `classes` is the number of classes; left out, it is as large as what occurs in predictions and labels.

    >>> confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2])
    array([[1, 0, 0],
           [0, 1, 0],
           [0, 1, 1]])

    Raises
    ------
    OperandError, ShapeError, DomainError
        As `accuracy` does; also when a class is not below `classes`.
    """
    predicted, labels, _ = read_pairs(predictions, labels, threshold)
    if classes is None:
        classes = 1 + int(max(predicted.max(), labels.max()))
    elif isinstance(classes, bool) or not isinstance(classes, int | np.integer) or classes < 1:
        raise DomainError(f"classes: got {classes!r}, expected the number of classes, 1 or more")
    return _tally(predicted, labels, int(classes))


def precision(predictions: Any, labels: Any, *, average: str | None = "auto", threshold: float = 0.0) -> Any:
    """Return the share of right ones among the samples that are predicted to be of a class: right / predicted.

    `average` says how the shares of the classes become one number:

    * "binary": the share of class 1 alone; for two classes;
    * "macro": the mean over the classes that occur, each counted alike;
    * "weighted": the mean over the classes, each counted as often as it occurs among the labels;
    * "micro": all classes thrown together, which is the accuracy;
    * "auto": "binary" for two classes, "macro" for more;
    * None: no average but an array, shape (classes,).

    A class that is never predicted counts 0.0.

    >>> precision([0, 1, 1, 2], [0, 1, 2, 2], average=None)
    array([1. , 0.5, 1. ])
    >>> precision([2.5, 0.3, -1.0, 0.2], [1, 1, 1, 0])
    0.6666666666666666

    Raises
    ------
    OperandError, ShapeError, DomainError
        As `accuracy` does; also for "binary" with more than two classes.
    UnknownNameError
        When there is no such average.
    """
    return _averaged(predictions, labels, threshold, average, lambda predicted, actual: predicted)


def recall(predictions: Any, labels: Any, *, average: str | None = "auto", threshold: float = 0.0) -> Any:
    """Return the share of the samples of a class that are found: right / actual; arguments as `precision` has them.

    A class without samples counts 0.0.

    >>> recall([0, 1, 1, 2], [0, 1, 2, 2], average=None)
    array([1. , 1. , 0.5])
    """
    return _averaged(predictions, labels, threshold, average, lambda predicted, actual: actual)


def f1(predictions: Any, labels: Any, *, average: str | None = "auto", threshold: float = 0.0) -> Any:
    """Return the harmonic mean of precision and recall: right / ((predicted + actual) / 2); arguments as `precision`.

    >>> round(f1([0, 1, 1, 2], [0, 1, 2, 2]), 4)
    0.7778
    """
    return _averaged(predictions, labels, threshold, average, lambda predicted, actual: (predicted + actual) / 2)


def _averaged(predictions: Any, labels: Any, threshold: float, average: str | None, share_of: Any) -> Any:
    """Divide what is right of each class by what it is a share of, and take the average."""
    predicted, labels, count = read_pairs(predictions, labels, threshold)
    classes = count or 1 + int(max(1, predicted.max(), labels.max()))
    counts = _tally(predicted, labels, classes)
    right, guessed, actual = np.diagonal(counts), counts.sum(axis=0), counts.sum(axis=1)
    of = share_of(guessed, actual)
    shares = np.divide(right, of, out=np.zeros(classes), where=of > 0)
    match _named(average, classes):
        case None:
            return shares
        case "binary":
            return float(shares[1])
        case "micro":
            return float(right.sum() / actual.sum())
        case "weighted":
            return float(np.average(shares, weights=actual))
        case _:  # macro
            return float(shares[guessed + actual > 0].mean())


def _named(average: str | None, classes: int) -> str | None:
    """Return the kind of average, after a look at whether there is such a one and it fits."""
    if average is None:
        return None
    if average not in (known := ("auto", "binary", "macro", "micro", "weighted")):
        raise UnknownNameError(
            f"average: got {average!r}, {did_you_mean(str(average), known)}expected one of {', '.join(known)} or None"
        )
    if average == "binary" and classes > 2:
        raise DomainError(f"average: 'binary' is for two classes, got {classes}; try average='macro'")
    return ("binary" if classes == 2 else "macro") if average == "auto" else average


def _tally(predicted: Classes, labels: Classes, classes: int) -> Classes:
    check_range("predictions", predicted, classes)
    check_range("labels", labels, classes)
    return np.bincount(labels * classes + predicted, minlength=classes * classes).reshape(classes, classes)
