"""Read what a metric is handed: numbers and classes out of lists, arrays, tensors and nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, ShapeError
from autograd.node import Node
from autograd.trees import map_leaves

Classes = NDArray[np.int64]


def predicted_classes(predictions: Any, *, threshold: float = 0.0) -> Classes:
    """Read the class of each sample out of scores, or out of classes themselves, shape (samples,).

    >>> predicted_classes([[0.1, 2.0], [3.0, 0.5]]), predicted_classes([0.9, 0.2], threshold=0.5)
    (array([1, 0]), array([1, 0]))

    Raises
    ------
    OperandError, ShapeError, DomainError
        As `accuracy` does.
    """
    scores = read_numbers(predictions, "predictions")
    refuse_nan(scores, "predictions", "has the training diverged?")
    if is_binary(scores):
        return (scores.ravel() > threshold).astype(np.int64)
    if scores.ndim == 2:
        scores = np.argmax(scores, axis=1)
    return scores.astype(np.int64)


def read_pairs(predictions: Any, labels: Any, threshold: float) -> tuple[Classes, Classes, int | None]:
    """Return the predicted classes, the true ones, and how many classes there are where the scores tell it.

    With one score a sample there are two classes, and the labels -1 and 1 are read as 0 and 1.
    """
    predicted, truth = predicted_classes(predictions, threshold=threshold), read_labels(labels)
    check_lengths(predicted, truth, "label")
    scores = read_numbers(predictions, "predictions")
    if is_binary(scores):
        return predicted, positive(truth), 2
    return predicted, truth, scores.shape[1] if scores.ndim == 2 else None


def is_binary(scores: NDArray[Any]) -> bool:
    """Say whether there is one score a sample: a float each, or rows of one (as a layer of width 1 gives)."""
    return scores.dtype.kind == "f" if scores.ndim == 1 else scores.shape[1] == 1


def read_numbers(nested: Any, name: str, *, most_axes: int = 2) -> NDArray[Any]:
    """Turn lists of nodes or numbers into an array of floats or whole numbers, shape (samples,) or (samples, ...)."""
    if isinstance(nested, np.ndarray) and nested.dtype == object:
        nested = nested.tolist()
    plain = map_leaves(lambda leaf: leaf.data if isinstance(leaf, Node) else leaf, nested)
    try:
        numbers = np.asarray(plain)
    except ValueError as error:
        raise ShapeError(f"{name}: got rows of different lengths, expected one length") from error
    if numbers.dtype.kind not in "biuf":
        raise OperandError(f"{name}: got {nested!r:.60}, expected numbers")
    if not 1 <= numbers.ndim <= most_axes or numbers.size == 0:
        raise ShapeError(f"{name}: got shape {numbers.shape}, expected one number or one row a sample, and a sample")
    return numbers


def read_labels(labels: Any) -> Classes:
    """Read one class a sample, shape (samples,)."""
    numbers = read_numbers(labels, "labels")
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        numbers = numbers[:, 0]
    if numbers.ndim != 1:
        raise ShapeError(f"labels: got shape {numbers.shape}, expected one class a sample; try labels.argmax(axis=1)")
    whole = numbers.astype(np.float64)
    if not np.isfinite(whole).all() or (whole != np.rint(whole)).any():
        wrong = whole[~np.isfinite(whole) | (whole != np.rint(whole))][0]
        raise DomainError(f"labels: got {wrong}, expected classes, which are whole numbers")
    return numbers.astype(np.int64)


def positive(labels: Classes) -> Classes:
    """Return 1 for the label 1 and 0 for the other one, which is 0 or -1."""
    found = set(labels.tolist())
    if not (found <= {0, 1} or found <= {-1, 1}):
        raise DomainError(
            f"labels: got {sorted(found)[:5]}, but one score a sample tells two classes apart; expected labels 0 and "
            f"1, or -1 and 1 (predictions that are classes must be whole numbers: try predictions.astype(int))"
        )
    return (labels > 0).astype(np.int64)


def refuse_nan(numbers: NDArray[Any], name: str, hint: str) -> None:
    """Make sure that no sample holds a nan."""
    if np.isnan(numbers).any():
        sample = int(np.argwhere(np.isnan(numbers))[0][0])
        raise DomainError(f"{name}: sample {sample} has a nan, expected numbers; {hint}")


def check_lengths(predictions: NDArray[Any], targets: NDArray[Any], kind: str) -> None:
    """Make sure that there is one target a prediction; `kind` is what a target is called."""
    if len(predictions) != len(targets):
        raise ShapeError(
            f"got {len(predictions)} predictions but {len(targets)} {kind}s, expected one {kind} a prediction"
        )


def check_range(name: str, classes: Classes, count: int | None) -> None:
    """Make sure that classes are 0 or more, and below `count` where that is known."""
    low, high = int(classes.min()), int(classes.max())
    if low < 0 or (count is not None and high >= count):
        expected = "0 or more" if count is None else f"0 to {count - 1}"
        raise DomainError(f"{name}: got class {low if low < 0 else high}, expected {expected}")
