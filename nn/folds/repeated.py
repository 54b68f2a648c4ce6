"""Splitters that divide the samples several times over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nn.folds.dealt import Folds, KFold, StratifiedKFold
from nn.folds.protocol import Fold, whole
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng


class _Repeated:
    """A splitter that divides the samples several times over, each time anew."""

    folds: type[Folds]

    def __init__(self, n_splits: int = 5, *, n_repeats: int = 10, rng: Rng = None) -> None:
        self.n_repeats = whole("n_repeats", n_repeats, least=1)
        self.n_splits = self.folds(n_splits, rng=rng).n_splits
        self.rng = rng

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield (train, test) for each fold of each repetition; errors are those of the splitter repeated."""
        folds = self.folds(self.n_splits, rng=generator(self.rng))  # one generator, which goes on
        for _ in range(self.n_repeats):
            yield from folds.split(X, y, groups)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds of all repetitions."""
        return self.n_splits * self.n_repeats

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n_splits}, n_repeats={self.n_repeats}, rng={self.rng})"


class RepeatedKFold(_Repeated):
    """`KFold`, shuffled, `n_repeats` times over: the spread of the scores tells how much chance is in them.

    >>> RepeatedKFold(3, n_repeats=4, rng=0).get_n_splits()
    12
    """

    folds = KFold


class RepeatedStratifiedKFold(_Repeated):
    """`StratifiedKFold`, shuffled, `n_repeats` times over.

    >>> RepeatedStratifiedKFold(2, n_repeats=5, rng=0).get_n_splits()
    10
    """

    folds = StratifiedKFold
