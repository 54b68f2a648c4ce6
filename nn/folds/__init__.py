"""Folds: every sample is held back once, so that a network is judged on all of the data and never on what it saw.

A splitter yields pairs of positions, `for train, test in splitter.split(X, y, groups)`, and counts them with
`get_n_splits(X, y, groups)`. That is scikit-learn's protocol: its splitters serve here, and these serve there.
Without shuffling, the folds are those of scikit-learn; shuffled ones differ in the draw.

KFold, RepeatedKFold                        samples that are alike
StratifiedKFold, RepeatedStratifiedKFold    the same, with each class in its share in every fold
GroupKFold                                  samples that belong together (one patient's) stay together
TimeSeriesSplit                             the past to train on, the future to test on
"""

from nn.folds.dealt import GroupKFold, KFold, StratifiedKFold
from nn.folds.protocol import Splitter
from nn.folds.repeated import RepeatedKFold, RepeatedStratifiedKFold
from nn.folds.series import TimeSeriesSplit

__all__ = [
    "GroupKFold",
    "KFold",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
    "Splitter",
    "StratifiedKFold",
    "TimeSeriesSplit",
]
