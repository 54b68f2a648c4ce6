"""Training: as good as scikit-learn's networks, not slower, and folds that run side by side.

Run with `python -m tests.benchmarks training`; it needs scikit-learn. Scores are of 5 folds, the same for all, with
the same sizes and settings. The time to read digits is processor time; that of the folds needs two free processors.
"""

from __future__ import annotations

import functools
import math
import statistics
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from time import perf_counter, process_time
from typing import Any

import numpy as np

import autograd
import nn
from tests.benchmarks.harness import duration, table

DATA_SETS = ("iris", "wine", "breast_cancer", "diabetes")
HIDDEN, EPOCHS, BATCH, LR = (32,), 60, 32, 3e-3
SEEDS = range(5)


# --- scores ---------------------------------------------------------------------------------------------------------


def score_data_sets() -> None:
    """Print the scores of both libraries' networks on small data sets: accuracies, or R2 for diabetes."""
    rows = []
    for name in DATA_SETS:
        data = getattr(nn.datasets, name)()
        ours, theirs = (_scores(data, kind, name == "diabetes") for kind in (_our_network, _their_network))
        error = theirs.std(ddof=1) / np.sqrt(len(theirs))
        met = "yes" if ours.mean() >= theirs.mean() - error else "no"
        rows.append((name, f"{ours.mean():.4f}", f"{theirs.mean():.4f}", f"{error:.4f}", met))
    header = ("5 folds", "chainrule", "scikit-learn", "standard error", "not below by more")
    table(f"scores of networks of {HIDDEN[0]} hidden units, means over {len(SEEDS)} seeds", header, rows)


def _scores(data: Any, make: Callable[..., Any], is_regression: bool) -> Any:
    """Return the score of every fold, each a mean over seeds."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scores = []
    for seed in SEEDS:
        model = make(seed, is_regression=is_regression)
        if is_regression:
            model = TransformedTargetRegressor(model, transformer=StandardScaler())
        folds = (nn.KFold if is_regression else nn.StratifiedKFold)(5, rng=0)
        scores.append(cross_val_score(make_pipeline(StandardScaler(), model), data.data, data.target, cv=folds))
    return np.mean(scores, axis=0)


def _our_network(
    seed: int, *, is_regression: bool = False, hidden: Any = HIDDEN, batch: int = BATCH, epochs: int = EPOCHS
) -> Any:
    kind = nn.estimators.MLPRegressor if is_regression else nn.estimators.MLPClassifier
    return kind(hidden=hidden, epochs=epochs, batch_size=batch, lr=LR, alpha=1e-4, rng=seed)


def _their_network(
    seed: int, *, is_regression: bool = False, hidden: Any = HIDDEN, batch: int = BATCH, epochs: int = EPOCHS
) -> Any:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPRegressor if is_regression else MLPClassifier
    settings = {"max_iter": epochs, "tol": 0.0, "n_iter_no_change": epochs}  # all epochs
    return kind(
        hidden_layer_sizes=hidden, batch_size=batch, learning_rate_init=LR, alpha=1e-4, random_state=seed, **settings
    )


# --- times ----------------------------------------------------------------------------------------------------------


def time_digits(seeds: int = 12, rounds: int = 20, epochs: int = 8) -> None:
    """Print how long it takes to read 97 % of held-back digits: epochs needed, times the time of an epoch.

    The time is the shortest of short trainings that take turns: what others on the machine do only ever adds to it.
    """
    digits = nn.datasets.digits()
    X, X_held, y, y_held = nn.train_test_split(
        digits.data / 16.0, digits.target, test_size=0.25, rng=0, stratify=digits.target
    )
    makers = {"chainrule": _our_network, "scikit-learn": _their_network}
    make = {name: functools.partial(maker, hidden=(64,), batch=64) for name, maker in makers.items()}
    needed = {
        name: statistics.mean(_epochs_until(0.97, maker(seed), (X, y), (X_held, y_held)) for seed in range(seeds))
        for name, maker in make.items()
    }
    shortest = dict.fromkeys(make, math.inf)
    for _ in range(rounds):
        for name, maker in make.items():
            model = maker(0, epochs=epochs)
            start = process_time()
            model.fit(X, y)
            shortest[name] = min(shortest[name], (process_time() - start) / epochs)
    rows = [
        (name, f"{needed[name]:.1f}", duration(shortest[name]), duration(needed[name] * shortest[name]))
        for name in make
    ]
    table(f"digits to 97 %, mean over {seeds} seeds (target: faster)", ("", "epochs", "an epoch", "`fit`"), rows)


def _epochs_until(score: float, model: Any, data: Any, held_back: Any) -> int:
    """Return after how many epochs a classifier has a score."""
    for epoch in count(1):
        if model.partial_fit(*data, classes=range(10)).score(*held_back) >= score:
            return epoch
    raise AssertionError


def time_folds(rounds: int = 5) -> None:
    """Print how much faster two processes validate than one (target: 1.6x, on two free processors)."""
    digits = nn.datasets.digits()
    validate = functools.partial(
        nn.cross_validate,
        _network,
        nn.cross_entropy,
        (digits.data / 16.0, digits.target),
        folds=nn.StratifiedKFold(6, rng=0),
        epochs=10,
        optimizer=nn.optimizer_factory("adam", lr=LR),
        metrics=[nn.accuracy],
        rng=0,
    )
    with ProcessPoolExecutor(2) as pool:
        assert np.array_equal(validate(executor=pool)["loss"], validate()["loss"])
        work = {
            "cross-validation": (lambda: validate(), lambda: validate(executor=pool)),
            "a loop that shares nothing": (
                lambda: [_busy(place) for place in range(6)],
                lambda: list(pool.map(_busy, range(6))),
            ),
        }
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in work}
        for _ in range(rounds):
            for name, (alone, together) in work.items():
                seconds[name].append((_time(alone), _time(together)))
    rows = []
    for name, pairs in seconds.items():
        one, two = (statistics.median(times) for times in zip(*pairs, strict=True))
        rows.append((name, duration(one), duration(two), f"{one / two:.2f}x"))
    header = ("6 jobs", "one process", "two processes", "speed")
    table("folds of digits (target: 1.6x; the loop tells what the machine has to give)", header, rows)


def _time(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _busy(place: int) -> int:
    return sum(i * i for i in range(3_000_000 + place))


def _network(rng: int) -> nn.Module:
    random = np.random.default_rng(rng)
    return nn.Sequential(nn.Linear(64, 64, rng=random), autograd.relu, nn.Linear(64, 10, rng=random))


def main() -> None:
    """Print all tables."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of a training that ends with its last epoch
        score_data_sets()
        time_digits()
        time_folds()


if __name__ == "__main__":
    main()
