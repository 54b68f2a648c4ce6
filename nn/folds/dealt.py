"""Splitters that deal the samples out to folds, each of which is tested once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import DomainError
from nn.folds.protocol import Fold, Positions, check_enough, count, kinds_of, whole
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng


class Folds:
    """A splitter that gives every sample the number of the fold in which it is tested."""

    def __init__(self, n_splits: int = 5, *, shuffle: bool = True, rng: Rng = None) -> None:
        self.n_splits = whole("n_splits", n_splits, least=2)
        self.shuffle = shuffle
        self.rng = rng
        generator(rng)  # a seed that is none is told at once

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield (train, test) for each fold, positions in ascending order.

        A seed gives the same folds at every call; a generator goes on.

        Raises
        ------
        ShapeError
            When there are fewer samples than folds, or not one class a sample.
        DomainError
            When the classes, or groups, cannot be dealt out.
        """
        yield from _pairs(self._numbers(count(X), y, groups, generator(self.rng)), self.n_splits)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds."""
        return self.n_splits

    def _numbers(self, samples: int, y: Any, groups: Any, rng: np.random.Generator) -> Positions:
        """Return the number of the fold of each sample, shape (samples,)."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n_splits}, shuffle={self.shuffle}, rng={self.rng})"


class KFold(Folds):
    """Divide the samples into `n_splits` folds of one size (or one more); each is tested once.

    With `shuffle=False` the folds are stretches of the samples as they come, which suits samples that are in no order.

    >>> for train, test in KFold(3, shuffle=False).split(np.zeros(5)):
    ...     print(train, test)
    [2 3 4] [0 1]
    [0 1 4] [2 3]
    [0 1 2 3] [4]

    Raises
    ------
    OperandError, DomainError
        When `n_splits` is not a whole number of 2 or more, or `rng` no seed.
    """

    def _numbers(self, samples: int, y: Any, groups: Any, rng: np.random.Generator) -> Positions:
        check_enough(samples, self.n_splits)
        numbers = np.sort(np.arange(samples) % self.n_splits)
        return rng.permutation(numbers) if self.shuffle else numbers


class StratifiedKFold(Folds):
    """Divide the samples into `n_splits` folds that hold each class of `y` in its share; each is tested once.

    >>> y = ["a", "a", "a", "a", "b", "b"]
    >>> for train, test in StratifiedKFold(2, rng=0).split(y, y):
    ...     print([y[position] for position in test])
    ['a', 'a', 'b']
    ['a', 'a', 'b']

    Raises
    ------
    OperandError, DomainError
        As `KFold` does; `split` also when a class has fewer samples than there are folds.
    """

    def _numbers(self, samples: int, y: Any, groups: Any, rng: np.random.Generator) -> Positions:
        check_enough(samples, self.n_splits)
        classes = kinds_of("y", y, samples, "the class")
        fewest = np.bincount(classes).min()
        if fewest < self.n_splits:
            raise DomainError(
                f"StratifiedKFold: a class has {fewest} samples, expected at least one for each of {self.n_splits} "
                "folds; take fewer folds, drop the class, or use KFold (targets that are numbers have no classes)"
            )
        # The samples, class by class, are dealt out like cards: each fold gets its share of every class, and the
        # folds differ in size by one at most. Which sample of a class goes where is then drawn, or left in order.
        order = np.argsort(classes, kind="stable")
        dealt = np.arange(samples) % self.n_splits
        numbers = np.empty(samples, dtype=np.int64)
        for kind in range(classes.max() + 1):
            share = dealt[classes[order] == kind]
            numbers[classes == kind] = rng.permutation(share) if self.shuffle else np.sort(share)
        return numbers


class GroupKFold(Folds):
    """Divide the samples into `n_splits` folds of about one size such that no group is in two of them.

    The largest group goes first, each to the fold that is then the smallest; nothing is drawn.

    >>> for train, test in GroupKFold(2).split(np.zeros(6), groups=["a", "a", "a", "b", "b", "c"]):
    ...     print(test)
    [0 1 2]
    [3 4 5]

    Raises
    ------
    OperandError, DomainError
        As `KFold` does; `split` also when there are fewer groups than folds.
    """

    def __init__(self, n_splits: int = 5) -> None:
        super().__init__(n_splits, shuffle=False)

    def _numbers(self, samples: int, y: Any, groups: Any, rng: np.random.Generator) -> Positions:
        kinds = kinds_of("groups", groups, samples, "the group")
        members = np.bincount(kinds)
        if len(members) < self.n_splits:
            raise DomainError(f"GroupKFold: got {len(members)} groups, expected at least one a fold ({self.n_splits})")
        sizes = np.zeros(self.n_splits, dtype=np.int64)
        fold_of = np.empty(len(members), dtype=np.int64)
        for group in np.argsort(-members, kind="stable"):
            fold_of[group] = np.argmin(sizes)
            sizes[fold_of[group]] += members[group]
        return fold_of[kinds]

    def __repr__(self) -> str:
        return f"GroupKFold({self.n_splits})"


def _pairs(numbers: Positions, n_splits: int) -> Iterator[Fold]:
    for fold in range(n_splits):
        yield np.flatnonzero(numbers != fold), np.flatnonzero(numbers == fold)
