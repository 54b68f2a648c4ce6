"""Keep some samples back, so that a network is judged on what it has not seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.errors import DomainError, OperandError, ShapeError
from nn.data.table import Table
from nn.randomness import generator

Positions = NDArray[np.int64]


def train_test_split(
    *arrays: Any,
    test_size: float | int = 0.25,
    rng: np.random.Generator | int | None = None,
    stratify: ArrayLike | None = None,
) -> list[Any]:
    """Divide samples at random; return X_train, X_test, y_train, y_test, ... for the arrays X, y, ...

    Arrays, lists and tables stay what they are, and rows that belong together stay together. `test_size` is a share
    between 0 and 1 (rounded up to whole samples) or a number of samples. With `stratify`, the class of each sample,
    both parts hold every class in its share of the whole.

    >>> X, y = np.arange(20).reshape(10, 2), list("aaaaabbbbb")
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=4, rng=0, stratify=y)
    >>> X_train.shape, X_test.shape, sorted(y_test)
    ((6, 2), (4, 2), ['a', 'a', 'b', 'b'])

    Raises
    ------
    ShapeError
        When there is nothing to split, or the lengths differ.
    OperandError
        When an array is neither an array nor a list, or `test_size` not a number.
    DomainError
        When a part would be empty, or a class would be missing from a part.
    """
    samples = _common_length(arrays)
    held_back = _held_back(test_size, samples)
    rng = generator(rng)
    if stratify is None:
        order = rng.permutation(samples)
    else:
        order = _stratified_order(_classes(stratify, samples), held_back, rng)
    test, train = order[:held_back], order[held_back:]
    return [_take(array, part) for array in arrays for part in (train, test)]


def _common_length(arrays: tuple[Any, ...]) -> int:
    if not arrays:
        raise ShapeError("train_test_split: got no arrays, expected at least one; try train_test_split(X, y)")
    for array in arrays:
        if isinstance(array, str | bytes) or not isinstance(array, np.ndarray | Sequence | Table):
            raise OperandError(
                f"train_test_split: got {type(array).__name__}, expected arrays or lists (settings are given by name)"
            )
        if isinstance(array, np.ndarray) and array.ndim == 0:
            raise ShapeError(f"train_test_split: got an array without rows ({array!r}), expected one row a sample")
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ShapeError(f"train_test_split: got lengths {lengths}, expected one length for all arrays")
    return lengths[0]


def _held_back(test_size: float | int, samples: int) -> int:
    if isinstance(test_size, bool) or not isinstance(test_size, int | float | np.integer | np.floating):
        raise OperandError(f"test_size: got {test_size!r}, expected a share such as 0.25 or a number of samples")
    if isinstance(test_size, int | np.integer):
        held_back = int(test_size)
    elif 0.0 < test_size < 1.0:
        held_back = math.ceil(test_size * samples)
    else:
        raise DomainError(f"test_size: got {test_size}, expected a share between 0 and 1 or a whole number")
    if not 0 < held_back < samples:
        raise DomainError(
            f"test_size: {test_size} of {samples} samples leaves {samples - held_back} to train on and "
            f"{held_back} to test on, expected at least one of each"
        )
    return held_back


def _classes(stratify: ArrayLike, samples: int) -> Positions:
    labels = np.asarray(stratify)
    if labels.shape != (samples,):
        raise ShapeError(f"stratify: got shape {labels.shape}, expected one class for each of {samples} samples")
    return np.unique(labels, return_inverse=True)[1]


def _stratified_order(classes: Positions, held_back: int, rng: np.random.Generator) -> Positions:
    """Order the samples at random so that the first `held_back` of them hold each class in its share."""
    members = np.bincount(classes)
    shares = _shares(members, held_back)
    order = rng.permutation(len(classes))
    chosen = np.zeros(len(classes), dtype=bool)
    for kind, share in enumerate(shares):
        chosen[order[classes[order] == kind][:share]] = True
    return np.concatenate([order[chosen[order]], order[~chosen[order]]])


def _shares(members: Positions, held_back: int) -> Positions:
    """Deal `held_back` places out to the classes by the largest remainder, at least one in and one out of each."""
    if members.min() < 2:
        raise DomainError(
            "stratify: a class has a single sample, expected at least two (one for each part); drop it or leave "
            "stratify out"
        )
    smaller = min(held_back, int(members.sum()) - held_back)
    if smaller < len(members):
        raise DomainError(
            f"stratify: a part of {smaller} samples cannot hold all {len(members)} classes; change test_size"
        )
    ideal = members * (held_back / members.sum())
    shares: Positions = np.clip(np.floor(ideal).astype(np.int64), 1, members - 1)
    while (missing := held_back - int(shares.sum())) != 0:
        step = 1 if missing > 0 else -1
        room = shares < members - 1 if missing > 0 else shares > 1
        shares[np.argmax(np.where(room, step * (ideal - shares), -np.inf))] += step
    return shares


def _take(array: Any, part: Positions) -> Any:
    if isinstance(array, np.ndarray | Table):
        return array[part]
    return [array[position] for position in part]
