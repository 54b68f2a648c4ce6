"""Cross-validation: how good a network is on samples that it has not seen, and how sure one may be of that."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import DomainError, OperandError, ShapeError
from autograd.trees import describe
from nn.folds import KFold, StratifiedKFold
from nn.randomness import generator
from nn.training.fitting import Metric, evaluate, fit
from nn.training.runners import Loss
from nn.training.workers import check_pickles, noting, run_all

if TYPE_CHECKING:
    from nn.randomness import Rng
    from nn.training.callback import Callback

Array = NDArray[Any]
Row = dict[str, float]


class Scores(Mapping[str, NDArray[np.float64]]):
    """Losses and metrics of networks on the samples held back from each: arrays by name, one number a fold.

    >>> scores = Scores([{"loss": 0.5, "accuracy": 0.75}, {"loss": 0.25, "accuracy": 1.0}])
    >>> scores["accuracy"]
    array([0.75, 1.  ])
    >>> scores.mean("loss")
    0.375
    >>> scores
    Scores(2 folds)
      loss      0.375 ± 0.125
      accuracy  0.875 ± 0.125
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        names = list(rows[0]) if rows else []
        self._columns = {name: np.array([row[name] for row in rows]) for name in names}
        self.folds = len(rows)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        if name not in self._columns:
            raise KeyError(f"there are no scores named {name!r}; there are {', '.join(self._columns)}")
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def mean(self, name: str) -> float:
        """Return the mean over the folds."""
        return float(self[name].mean())

    def std(self, name: str) -> float:
        """Return the standard deviation over the folds."""
        return float(self[name].std())

    def __repr__(self) -> str:
        width = max(map(len, self), default=0)
        lines = [f"  {name.ljust(width)}  {self.mean(name):.4g} ± {self.std(name):.3g}" for name in self]
        return "\n".join([f"Scores({self.folds} folds)", *lines])


def cross_validate(
    model_factory: Callable[..., Any],
    loss: Loss,
    data: Any,
    *,
    folds: Any = 5,
    epochs: int = 10,
    batch_size: int = 32,
    optimizer: Callable[[Any], Any] | None = None,
    metrics: Sequence[Metric] | Mapping[str, Metric] = (),
    groups: Any = None,
    prepare: Any = None,
    validation: float | None = None,
    callbacks: Callable[[], Iterable[Callback]] | None = None,
    shuffle: bool = True,
    clip_norm: float | None = None,
    rng: Rng = None,
    executor: Executor | None = None,
) -> Scores:
    """Train a new network for each fold on the other folds, and return how good each is on the samples held back.

    Parameters
    ----------
    model_factory
        A function that makes a network; one with an argument `rng` that is None or missing gets a seed for each fold.
    loss, epochs, batch_size, metrics, shuffle, clip_norm
        As in `fit`.
    data
        Inputs and targets (X, y) with as many samples along their first axes.
    folds
        How many, stratified where the targets are classes; or a splitter, of `nn` or of scikit-learn; or a list of
        (train, test), positions of samples.
    optimizer
        A function from parameters to an optimizer; by default Adam.
    groups
        Which samples belong together, for `GroupKFold`.
    prepare
        Fitted to the inputs of each training part alone, and applied to both parts: `nn.Standardizer`, a transformer
        of scikit-learn, or a function that makes one.
    validation
        The fraction of each training part that callbacks judge by, such as `EarlyStopping`: never what is held back.
    callbacks
        A function that makes new callbacks for each fold.
    rng
        A seed or generator: the same seed gives the same scores, whoever computes them.
    executor
        What runs the folds at the same time: any `concurrent.futures.Executor`, such as a `ProcessPoolExecutor(4)`, or
        that of a Dask client, `client.get_executor()`. By default they run here, one after the other.

    Raises
    ------
    OperandError
        A function cannot be sent to other processes, or what was given is no data or no splitter; or the factory
        returns the same network again.
    WorkerError
        A worker died; the rows of scores of the finished folds are its `results`.
    DivergenceError, ShapeError, DomainError
        As in `fit`, with the fold in a note.

    >>> import nn
    >>> iris = nn.datasets.iris()
    >>> scores = cross_validate(
    ...     lambda: nn.Linear(4, 3, rng=0), nn.cross_entropy, (iris.data, iris.target), folds=3, epochs=30,
    ...     optimizer=nn.optimizer_factory("adam", lr=0.05), metrics=[nn.accuracy], prepare=nn.Standardizer, rng=0,
    ... )
    >>> scores.mean("accuracy") > 0.9
    True
    """
    if not isinstance(data, tuple) or len(data) != 2:
        raise OperandError(f"cross_validate: expected data as (inputs, targets), got {describe(data)}")
    X, y = map(np.asarray, data)
    if not X.ndim or not y.ndim or len(X) != len(y):
        raise ShapeError(f"cross_validate: expected as many targets as inputs, got shapes {y.shape} and {X.shape}")
    settings = {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimizer": optimizer,
        "metrics": metrics,
        "validation": validation,
        "shuffle": shuffle,
        "clip_norm": clip_norm,
    }
    training = _Training(model_factory, loss, prepare, callbacks, settings)
    random = generator(rng)
    splits = _splits(folds, X, y, groups, random)
    seeds = random.integers(2**63, size=len(splits)).tolist()
    jobs = [
        (training, (X[train], y[train]), (X[test], y[test]), seed)
        for (train, test), seed in zip(splits, seeds, strict=True)
    ]
    if executor is None:
        return Scores([noting(f"fold {place}", _Training.run, *job) for place, job in enumerate(jobs, 1)])
    check_pickles("cross_validate", executor, {**settings, **vars(training)})
    return Scores(run_all("cross_validate", _Training.run, jobs, "fold", executor))


@dataclass(frozen=True)
class _Training:
    """What is the same in all folds; it can be sent to other processes when its parts can."""

    model_factory: Callable[..., Any]
    loss: Loss
    prepare: Any
    callbacks: Callable[[], Iterable[Callback]] | None
    settings: dict[str, Any]
    made: list[Any] = field(default_factory=list)

    def run(self, train: tuple[Array, Array], test: tuple[Array, Array], seed: int) -> Row:
        """Train a network and return its scores on what was held back."""
        (X, y), (X_held, y_held) = train, test
        if self.prepare is not None:
            fitted = _new_preparation(self.prepare).fit(X)
            X, X_held = fitted.transform(X), fitted.transform(X_held)
        model = self.model_factory(**({"rng": seed} if _wants_seed(self.model_factory) else {}))
        if any(model is other for other in self.made):
            raise OperandError(
                "cross_validate: the factory returned the network of another fold, which has seen what is held back "
                "from this one; make a new one in each call, such as lambda: nn.MLP(...)"
            )
        self.made.append(model)
        callbacks = self.callbacks() if self.callbacks else ()
        history = fit(model, self.loss, (X, y), callbacks=callbacks, rng=seed, progress=False, **self.settings)
        if history.is_interrupted:  # nobody wants the score of half a training, nor the folds that are left
            raise KeyboardInterrupt
        return evaluate(model, self.loss, (X_held, y_held), metrics=self.settings["metrics"])


def _wants_seed(factory: Callable[..., Any]) -> bool:
    """Tell whether a factory has an argument `rng` that nobody has set yet."""
    try:
        rng = inspect.signature(factory).parameters.get("rng")
    except ValueError:  # something written in C
        return False
    return rng is not None and rng.default in (None, inspect.Parameter.empty)


def _new_preparation(prepare: Any) -> Any:
    """Return something with a method `fit` that no other fold has: `prepare` itself, copied, or what it makes."""
    is_factory = isinstance(prepare, type) and not inspect.ismethod(getattr(prepare, "fit", None))
    return prepare() if is_factory or not hasattr(prepare, "fit") else copy.deepcopy(prepare)


def _splits(folds: Any, X: Array, y: Array, groups: Any, random: np.random.Generator) -> list[tuple[Array, Array]]:
    """Return the pairs (train, test) of positions."""
    if isinstance(folds, int | np.integer):
        kind = StratifiedKFold if y.ndim == 1 and y.dtype.kind in "iub" else KFold
        folds = kind(int(folds), rng=random)
    pairs = folds.split(X, y, groups) if hasattr(folds, "get_n_splits") else folds
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise OperandError(
            f"cross_validate: expected folds as a number, a splitter such as nn.KFold(5), or pairs (train, test), got "
            f"{describe(folds)}"
        )
    splits = [(np.asarray(train), np.asarray(test)) for train, test in pairs]
    if not splits:
        raise DomainError("cross_validate: there are no folds; a generator of folds can be gone through only once")
    return splits
