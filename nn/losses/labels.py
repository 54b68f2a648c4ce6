"""Scores for classes and the labels that go with them: what both must be, in lists and in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import DomainError, Node, OperandError, ShapeError
from autograd.arrays.checks import as_array, raw
from autograd.trees import describe
from nn.losses.pairs import as_list, read_numbers, read_predictions

_ONE_SCORE = "with one score a sample: binary_cross_entropy_with_logits"
_SCORES = f"a list of class scores for each sample ({_ONE_SCORE})"


# --- arrays: the classes stand along axis 1, as in PyTorch ------------------------------------------------------------


def read_scores(loss: str, scores: Any) -> tuple[Any, int]:
    """Return scores as an array or tensor, and the axis of the classes."""
    x = read_predictions(loss, scores)
    if not x.ndim:
        raise ShapeError(f"{loss}: expected scores of shape (batch, classes), got a single number")
    return x, min(1, x.ndim - 1)


def read_labels(loss: str, labels: Any, shape: tuple[int, ...], axis: int, ignored: int | None) -> tuple[Any, Any]:
    """Return labels for scores of a shape, 0 where they are ignored, and truth values where (None: nowhere)."""
    wanted = (*shape[:axis], *shape[axis + 1 :])
    found = raw(labels)
    if found.shape != wanted:
        raise ShapeError(
            f"{loss}: got scores of shape {shape} and labels of shape {found.shape}; expected labels of shape {wanted}"
            f"{_advice(shape, found.shape)}"
        )
    if ignored is not None and (isinstance(ignored, bool) or not isinstance(ignored, int | np.integer)):
        raise DomainError(f"{loss}: expected an integer or None as ignore_index, got {ignored!r}")
    if found.dtype.kind not in "iu":
        hint = _about_one_score(shape[axis]) or ("; labels.astype(int)?" if found.dtype.kind in "fb" else "")
        raise DomainError(f"{loss}: expected labels from 0 to {shape[axis] - 1} as integers, got {found.dtype}{hint}")
    found = found.astype(np.intp)
    skipped = None
    if ignored is not None and (found == ignored).any():
        skipped = found == ignored
        found[skipped] = 0
    sizes = found.view(np.uintp)  # as such, numbers below 0 are huge
    if sizes.item(sizes.argmax()) >= shape[axis]:
        wrong = found[(found < 0) | (found >= shape[axis])].flat[0]
        hint = _about_one_score(shape[axis]) or _about_ignoring(wrong)
        raise DomainError(f"{loss}: expected labels from 0 to {shape[axis] - 1}, got {wrong}{hint}")
    return found if found.ndim else found[()], skipped


def _advice(shape: tuple[int, ...], labels: tuple[int, ...]) -> str:
    if len(shape) > 2 and labels == shape[:-1]:
        return (
            ": the classes are axis 1, as in PyTorch. For scores (batch, time, classes) write "
            "scores.reshape(-1, classes) and labels.reshape(-1), or scores.swapaxes(1, -1) with labels as they are"
        )
    return ", or class probabilities in the shape of the scores"


def check_choice(loss: str, classes: int) -> None:
    """Refuse class probabilities where there is one class: they would cost nothing, and nothing would be learned."""
    if classes == 1:
        raise DomainError(f"{loss}: expected probabilities of two classes or more, got one{_about_one_score(classes)}")


def _about_one_score(classes: int) -> str:
    """Return a hint where scores leave no choice."""
    return f"; {_ONE_SCORE}" if classes == 1 else ""


def _about_ignoring(label: Any) -> str:
    return f"; to leave such samples out, pass ignore_index={label}" if label < 0 else ""


def class_weights(loss: str, weight: Any, classes: int) -> Any:
    """Return a weight for each class as an array, or None."""
    if weight is None:
        return None
    weights = np.asarray(raw(as_array(read_numbers(loss, "weight", weight), loss)))
    if weights.shape != (classes,):
        raise ShapeError(f"{loss}: got weight of shape {weights.shape}, expected one for each of {classes} classes")
    return weights


# --- lists: a list of scores for each sample --------------------------------------------------------------------------


def read_rows(loss: str, scores: Any, labels: Any) -> tuple[list[list[Any]], list[Any]]:
    """Return the rows of scores and their labels, as many."""
    rows = [_sequence(loss, row, "logits", _SCORES) for row in _sequence(loss, scores, "logits", _SCORES)]
    classes = _sequence(loss, labels, "labels", "a class for each sample")
    if not rows or len(rows) != len(classes):
        raise ShapeError(f"{loss}: got {len(rows)} samples and {len(classes)} labels; expected as many, at least 1")
    return rows, classes


def read_label(loss: str, label: Any, classes: int) -> Any:
    """Return a label as the position of its class; a label in a trace is looked at when the program runs."""
    if isinstance(label, Node) and label.is_number:
        return label
    if isinstance(label, bool) or not isinstance(label, int | np.integer) or not 0 <= label < classes:
        raise DomainError(f"{loss}: expected labels from 0 to {classes - 1}, got {label!r}{_about_one_score(classes)}")
    return int(label)


def _sequence(loss: str, given: Any, name: str, expected: str) -> list[Any]:
    """Return what was given as a list, if it is one."""
    if not isinstance(given, np.ndarray | Sequence) or isinstance(given, str):
        hint = "; autograd.stack makes one tensor of several" if isinstance(given, Node) and given.is_array else ""
        raise OperandError(f"{loss}: expected as {name} {expected}, got {describe(given)}{hint}")
    return list(as_list(given))
