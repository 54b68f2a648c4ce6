"""How good predictions are, as plain numbers. Nothing here is differentiated: losses are what is trained on.

Predictions may be written in any of these ways, as lists or arrays, of `Value`s or of floats:

* a row of scores (logits or probabilities) a sample: the class is the position of the largest;
* one score a sample: class 1 above `threshold` (0.0 fits logits and margins, 0.5 probabilities), otherwise class 0;
* whole numbers: the classes themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, ShapeError
from autograd.node import Node
from autograd.trees import map_leaves

Classes = NDArray[np.int64]


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
    predicted, labels = predicted_classes(predictions, threshold=threshold), _labels(labels)
    _check_lengths(predicted, labels)
    scores = _numbers(predictions, "predictions")
    if _is_binary(scores):
        return float(np.mean(predicted == _positive(labels)))
    _check_range("labels", labels, scores.shape[1] if scores.ndim == 2 else None)
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
    predicted, labels = predicted_classes(predictions, threshold=threshold), _labels(labels)
    _check_lengths(predicted, labels)
    if _is_binary(_numbers(predictions, "predictions")):
        labels = _positive(labels)
    if classes is None:
        classes = 1 + int(max(predicted.max(), labels.max()))
    elif isinstance(classes, bool) or not isinstance(classes, int | np.integer) or classes < 1:
        raise DomainError(f"classes: got {classes!r}, expected the number of classes, 1 or more")
    _check_range("predictions", predicted, classes)
    _check_range("labels", labels, classes)
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def predicted_classes(predictions: Any, *, threshold: float = 0.0) -> Classes:
    """Read the class of each sample out of scores, or out of classes themselves, shape (samples,).

    >>> predicted_classes([[0.1, 2.0], [3.0, 0.5]]), predicted_classes([0.9, 0.2], threshold=0.5)
    (array([1, 0]), array([1, 0]))

    Raises
    ------
    OperandError, ShapeError, DomainError
        As `accuracy` does.
    """
    scores = _numbers(predictions, "predictions")
    if np.isnan(scores).any():
        sample = int(np.argwhere(np.isnan(scores))[0][0])
        raise DomainError(f"predictions: sample {sample} has a nan, expected numbers; has the training diverged?")
    if _is_binary(scores):
        return (scores.ravel() > threshold).astype(np.int64)
    if scores.ndim == 2:
        scores = np.argmax(scores, axis=1)
    return scores.astype(np.int64)


def _is_binary(scores: NDArray[Any]) -> bool:
    """Say whether there is one score a sample: a float each, or rows of one (as a layer of width 1 gives)."""
    return scores.dtype.kind == "f" if scores.ndim == 1 else scores.shape[1] == 1


def _numbers(nested: Any, name: str) -> NDArray[Any]:
    """Turn lists of nodes or numbers into an array of floats or whole numbers, shape (samples,) or (samples, width)."""
    if isinstance(nested, np.ndarray) and nested.dtype == object:
        nested = nested.tolist()
    plain = map_leaves(lambda leaf: leaf.data if isinstance(leaf, Node) else leaf, nested)
    try:
        numbers = np.asarray(plain)
    except ValueError as error:
        raise ShapeError(f"{name}: got rows of different lengths, expected one length") from error
    if numbers.dtype.kind not in "biuf":
        raise OperandError(f"{name}: got {nested!r:.60}, expected numbers")
    if numbers.ndim not in (1, 2) or numbers.size == 0:
        raise ShapeError(f"{name}: got shape {numbers.shape}, expected one number or one row a sample, and a sample")
    return numbers


def _labels(labels: Any) -> Classes:
    numbers = _numbers(labels, "labels")
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        numbers = numbers[:, 0]
    if numbers.ndim != 1:
        raise ShapeError(f"labels: got shape {numbers.shape}, expected one class a sample; try labels.argmax(axis=1)")
    whole = numbers.astype(np.float64)
    if not np.isfinite(whole).all() or (whole != np.rint(whole)).any():
        wrong = whole[~np.isfinite(whole) | (whole != np.rint(whole))][0]
        raise DomainError(f"labels: got {wrong}, expected classes, which are whole numbers")
    return numbers.astype(np.int64)


def _positive(labels: Classes) -> Classes:
    """Return 1 for the label 1 and 0 for the other one, which is 0 or -1."""
    found = set(labels.tolist())
    if not (found <= {0, 1} or found <= {-1, 1}):
        raise DomainError(
            f"labels: got {sorted(found)[:5]}, but one score a sample tells two classes apart; expected labels 0 and "
            f"1, or -1 and 1 (predictions that are classes must be whole numbers: try predictions.astype(int))"
        )
    return (labels > 0).astype(np.int64)


def _check_lengths(predicted: Classes, labels: Classes) -> None:
    if len(predicted) != len(labels):
        raise ShapeError(f"got {len(predicted)} predictions but {len(labels)} labels, expected one label a prediction")


def _check_range(name: str, classes: Classes, count: int | None) -> None:
    """Make sure that classes are 0 or more, and below `count` where that is known."""
    low, high = int(classes.min()), int(classes.max())
    if low < 0 or (count is not None and high >= count):
        expected = "0 or more" if count is None else f"0 to {count - 1}"
        raise DomainError(f"{name}: got class {low if low < 0 else high}, expected {expected}")
