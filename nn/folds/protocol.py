"""What a splitter is, and the checks that all splitters share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, ShapeError

Positions = NDArray[np.int64]
Fold = tuple[Positions, Positions]


class Splitter(Protocol):
    """What yields folds: the classes of this module, and those of scikit-learn."""

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield (train, test), the positions of the samples of each part."""
        ...

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many pairs `split` yields."""
        ...


def count(X: Any) -> int:
    """Return how many samples there are."""
    shape = getattr(X, "shape", None)
    if isinstance(shape, tuple) and shape:
        return int(shape[0])
    try:
        return len(X)
    except TypeError:
        raise OperandError(f"split: got {type(X).__name__}, expected an array or a list, one row a sample") from None


def check_enough(samples: int, n_splits: int) -> None:
    """Make sure that no fold is empty."""
    if samples < n_splits:
        raise ShapeError(f"split: got {samples} samples, expected at least one for each of {n_splits} folds")


def kinds_of(name: str, kinds: Any, samples: int, what: str) -> Positions:
    """Give classes, or groups, numbers in the order in which they first occur, shape (samples,)."""
    if kinds is None:
        raise OperandError(f"split: got no {name}, expected {what} of each sample; try split(X, {name}={name})")
    labels = np.asarray(kinds)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != (samples,):
        raise ShapeError(f"{name}: got shape {labels.shape}, expected {what} of each of {samples} samples")
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[numbers]


def whole(name: str, number: Any, *, least: int) -> int:
    """Return a whole number, after a look at whether it is one."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer):
        raise OperandError(f"{name}: got {number!r}, expected a whole number")
    if number < least:
        raise DomainError(f"{name}: got {number}, expected {least} or more")
    return int(number)
