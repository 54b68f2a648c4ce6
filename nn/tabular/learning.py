"""One training: divide the rows, prepare the columns, fit. And the same for each of k folds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError
from nn.data.preparation import Preparation
from nn.data.table import Table
from nn.folds import KFold, StratifiedKFold
from nn.losses import cross_entropy, mse_loss
from nn.optimizers import AdamW
from nn.splitting import train_test_split
from nn.tabular.judging import Scores, judge
from nn.tabular.model import TableModel
from nn.tabular.settings import Settings
from nn.training.callback import Callback
from nn.training.fitting import fit
from nn.training.history import History
from nn.training.stopping import EarlyStopping

#: The share of the rows to learn from that is kept aside to tell when to stop.
STOPPING_SHARE = 0.15
#: Below so many rows, or rows of a class, there is nothing to divide.
FEWEST_ROWS, FEWEST_OF_A_CLASS = 10, 4


@dataclass(frozen=True)
class Trained:
    """A model that has learned, the rows that it learned from and was stopped by, and how it went."""

    model: TableModel
    learned: Table
    stopped_by: Table
    history: History
    seconds: float

    @property
    def is_interrupted(self) -> bool:
        """Tell whether somebody pressed Ctrl-C."""
        return self.history.is_interrupted

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights the model has."""
        return int(self.history.best("val_loss")["epoch"])


def check_table(table: Table, settings: Settings) -> None:
    """Make sure that every part will hold rows, and every class.

    Raises
    ------
    DomainError
        When there are too few rows, a single class, or a class with too few rows.
    """
    assert table.target is not None
    least = max(FEWEST_ROWS, 2 * settings.folds)
    if len(table) < least:
        raise DomainError(f"got {len(table)} rows with a target, expected at least {least} to train and to test")
    if table.task == "regression":
        return
    counts = Counter(classes_of(table))
    if len(counts) < 2:
        raise DomainError(
            f"the target {table.target.name!r} is {next(iter(counts))!r} in all rows, expected at least two classes"
        )
    least = max(FEWEST_OF_A_CLASS, settings.folds)
    name, fewest = min(counts.items(), key=lambda entry: entry[1])
    if fewest < least:
        is_number = table.target.numbers is not None
        hint = "; if they are numbers to be estimated, say task='regression'" if is_number else ""
        raise DomainError(
            f"class {name!r} of the target {table.target.name!r} has {fewest} rows, expected at least {least}; "
            f"leave its rows out, or join it with another class{hint}"
        )


def classes_of(table: Table) -> list[Any]:
    """Return the class of each row."""
    assert table.target is not None
    if table.target.numbers is None:
        return list(table.target.cells)
    return [int(number) if number == int(number) else number for number in table.target.numbers.tolist()]


def hold_back(table: Table, share: float, rng: np.random.Generator) -> tuple[Table, Table]:
    """Return the rows to go on with and those held back, with each class in its share in both."""
    stratify = classes_of(table) if table.task == "classification" else None
    codes = None if stratify is None else np.unique(stratify, return_inverse=True)[1]
    try:
        kept, held_back = train_test_split(table, test_size=share, rng=rng, stratify=codes)
    except DomainError as error:
        raise DomainError(f"{len(table)} rows cannot be divided: {error}; try another --test") from error
    return kept, held_back


def learn(
    table: Table,
    settings: Settings,
    rng: np.random.Generator,
    *,
    callbacks: Sequence[Callback] = (),
    progress: bool = False,
) -> Trained:
    """Train on the rows of a table, some of which are kept aside to tell when to stop."""
    started = time.perf_counter()
    learned, stopped_by = hold_back(table, STOPPING_SHARE, rng)
    preparation = Preparation.fit(learned)
    model = TableModel.build(preparation, settings.hidden, settings.activation, rng)
    data, validation = ((preparation.transform(part), preparation.targets(part)) for part in (learned, stopped_by))
    history = fit(
        model.network,
        cross_entropy if table.task == "classification" else _mean_squared_error,
        data,
        validation=validation,
        epochs=settings.epochs,
        batch_size=settings.rows_per_update(len(learned)),
        optimizer=partial(AdamW, lr=settings.lr, weight_decay=settings.decay(len(learned))),
        callbacks=[EarlyStopping(settings.patience), *callbacks],
        rng=rng,
        progress=progress,
    )
    if not history.rows:  # interrupted in the first epoch: there is nothing to keep
        raise KeyboardInterrupt
    return Trained(model, learned, stopped_by, history, time.perf_counter() - started)


def validate_folds(
    table: Table, settings: Settings, *, told: Callable[[int], None] = lambda fold: None
) -> Iterator[Scores]:
    """Yield the scores of each fold, by a model trained anew on the other folds; `told` gets its number before."""
    rng = np.random.default_rng(settings.seed)
    for number, (train, test) in enumerate(_folds(table, settings), start=1):
        told(number)
        trained = learn(table[train], settings, rng)
        if trained.is_interrupted:
            raise KeyboardInterrupt
        yield judge(trained.model.preparation, trained.model.outputs(table[test]), table[test])


def _folds(table: Table, settings: Settings) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    if table.task == "classification":
        yield from StratifiedKFold(settings.folds, rng=settings.seed).split(table, classes_of(table))
    else:
        yield from KFold(settings.folds, rng=settings.seed).split(table)


def _mean_squared_error(outputs: Any, targets: Any) -> Any:
    """Return the mean squared error of outputs of shape (rows, 1) and targets of shape (rows,)."""
    return mse_loss(outputs[:, 0], targets)
