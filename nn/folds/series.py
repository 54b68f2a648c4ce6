"""A splitter for series, in which the order of the samples counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from nn.folds.protocol import Fold, count, whole


class TimeSeriesSplit:
    """Test on `n_splits` stretches at the end of a series, one after the other, and train on what came before each.

    Parameters
    ----------
    test_size
        The samples in a stretch; left out, the series is divided into `n_splits + 1` parts.
    gap
        How many samples before each stretch are left out of the training part, so that windows do not overlap.
    max_train_size
        How many samples to train on at most, the latest ones.

    >>> for train, test in TimeSeriesSplit(2, test_size=2, gap=1).split(np.zeros(8)):
    ...     print(train, test)
    [0 1 2] [4 5]
    [0 1 2 3 4] [6 7]

    Raises
    ------
    OperandError, DomainError
        When a number is not whole or too small.
    """

    def __init__(
        self, n_splits: int = 5, *, max_train_size: int | None = None, test_size: int | None = None, gap: int = 0
    ) -> None:
        self.n_splits = whole("n_splits", n_splits, least=2)
        self.max_train_size = None if max_train_size is None else whole("max_train_size", max_train_size, least=1)
        self.test_size = None if test_size is None else whole("test_size", test_size, least=1)
        self.gap = whole("gap", gap, least=0)

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield (train, test) for each stretch, the earliest first.

        Raises
        ------
        ShapeError
            When the series is too short.
        """
        samples = count(X)
        size = self.test_size or samples // (self.n_splits + 1)
        first = samples - self.n_splits * size
        if not size or first - self.gap < 1:
            raise ShapeError(
                f"TimeSeriesSplit: {samples} samples are too few for {self.n_splits} stretches of {size or 1} after a "
                f"training part and a gap of {self.gap}; take fewer or shorter ones"
            )
        positions = np.arange(samples)
        for start in range(first, samples, size):
            train = positions[: start - self.gap]
            yield train[-self.max_train_size :] if self.max_train_size else train, positions[start : start + size]

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of stretches."""
        return self.n_splits

    def __repr__(self) -> str:
        return f"TimeSeriesSplit({self.n_splits}, gap={self.gap})"
