"""Write metrics.json: the metrics of nn as scikit-learn computes them.

pip install scikit-learn
python -m tests.golden.make_metrics        # from the project's root
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import sklearn
from sklearn import metrics

from tests.golden.table import Row, write

NOTES = [
    f"Made by make_metrics.py with scikit-learn {sklearn.__version__}.",
    "Classes are read off the scores first: the largest of a row, or whether a single one is above 0.",
    "Labels of -1 are read as 0. A share of nothing counts 0.0 (zero_division=0).",
    "roc_auc of more than two classes is one against the rest, of the softmax of the scores.",
]
rng = np.random.default_rng(7)


def scores(*shape: int) -> Any:
    """Draw scores with two decimals, so that some are tied."""
    return np.round(rng.normal(size=shape), 2).tolist()


CLASSIFIED: list[tuple[Any, list[int]]] = [
    (scores(40, 4), rng.integers(4, size=40).tolist()),
    (scores(25, 5), rng.choice([0, 1, 4], size=25).tolist()),
    (scores(30, 2), rng.integers(2, size=30).tolist()),
    (scores(30), rng.integers(2, size=30).tolist()),
    (scores(30, 1), rng.choice([-1, 1], size=30).tolist()),
    (rng.integers(5, size=50).tolist(), rng.integers(5, size=50).tolist()),
    (rng.integers(2, size=20).tolist(), rng.integers(2, size=20).tolist()),
    ([2, 2, 2, 0], [0, 0, 2, 1]),
    ([-1.5, -0.5, -2.5], [1, 0, 0]),
    ([0.5, 2.5], [0, 0]),
]
RANKED: list[tuple[Any, list[int]]] = [
    (scores(40), rng.integers(2, size=40).tolist()),
    (np.round(rng.random(60), 1).tolist(), rng.integers(2, size=60).tolist()),
    (scores(30, 1), rng.choice([-1, 1], size=30).tolist()),
    (rng.normal(size=(30, 2)).tolist(), rng.integers(2, size=30).tolist()),
    (scores(45, 4), [0, 1, 2, 3, *rng.integers(4, size=41).tolist()]),
    (rng.dirichlet([1.0, 2.0, 0.5], size=35).tolist(), [0, 1, 2, *rng.integers(3, size=32).tolist()]),
]
NUMBERS: list[tuple[Any, Any]] = [
    (scores(20), scores(20)),
    (scores(20, 1), scores(20)),
    (scores(15, 3), scores(15, 3)),
    ([1.5, 2.5, -3.0], [4.0, 4.0, 4.0]),
    ([4.0, 4.0], [4.0, 4.0]),
    ([[4.0, 1.0], [4.0, 2.5]], [[4.0, 3.0], [4.0, 2.0]]),
    ([3, 5, 2], [1, 5, 9]),
]


def classes(predictions: Any) -> Any:
    """Read the classes off the scores."""
    array = np.array(predictions)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1)
    return (array.ravel() > 0).astype(int) if array.dtype.kind == "f" else array


def softmax(rows: Any) -> Any:
    """Turn logits into probabilities; those that are such already stay."""
    if np.min(rows) >= 0:
        return rows
    powers = np.exp(rows)
    return powers / powers.sum(axis=1, keepdims=True)


def row(metric: str, value: Any, **settings: Any) -> Row:
    """Return what one metric says of a case."""
    return {"metric": metric, "settings": settings, "value": np.asarray(value, dtype=float).tolist()}


def classified(case: tuple[Any, list[int]]) -> list[Row]:
    """Evaluate all metrics of classes."""
    guess, truth = classes(case[0]), np.maximum(case[1], 0)
    scored = np.array(case[0])
    known = scored.shape[1] if scored.ndim == 2 and scored.shape[1] > 1 else max(guess.max(), truth.max(), 1) + 1
    rows = [row("accuracy", metrics.accuracy_score(truth, guess))]
    rows.append(
        row("confusion_matrix", metrics.confusion_matrix(truth, guess, labels=range(known)), classes=int(known))
    )
    for name, function in [
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ]:
        for average in ["macro", "micro", "weighted", None] + ["binary"] * bool(known == 2):
            labels = range(known) if average is None else None
            value = function(truth, guess, labels=labels, average=average, zero_division=0)
            rows.append(row(name, value, average=average))
    return rows


def ranked(case: tuple[Any, list[int]]) -> list[Row]:
    """Evaluate the area under the curve."""
    array, truth = np.array(case[0]), np.maximum(case[1], 0)
    if array.ndim == 1 or array.shape[1] == 1:
        return [row("roc_auc", metrics.roc_auc_score(truth, array.ravel()))]
    probabilities = softmax(array)
    if array.shape[1] == 2:
        return [row("roc_auc", metrics.roc_auc_score(truth, probabilities[:, 1]))]
    averages = ("macro", "weighted")
    areas = [metrics.roc_auc_score(truth, probabilities, multi_class="ovr", average=average) for average in averages]
    return [row("roc_auc", area, average=average) for area, average in zip(areas, averages, strict=True)]


def numbers(case: tuple[Any, Any]) -> list[Row]:
    """Evaluate the metrics of regression."""
    functions = {"r2": metrics.r2_score, "mae": metrics.mean_absolute_error, "rmse": metrics.root_mean_squared_error}
    guess = np.array(case[0]).reshape(np.array(case[1]).shape)
    return [row(name, function(case[1], guess)) for name, function in functions.items()]


GROUPS = {classified: CLASSIFIED, ranked: RANKED, numbers: NUMBERS}


def main() -> None:
    """Write every row."""
    warnings.simplefilter("error")
    evaluated = [(case, function(case)) for function, cases in GROUPS.items() for case in cases]
    rows = [{"predictions": case[0], "targets": case[1], "metrics": found} for case, found in evaluated]
    write("metrics", NOTES, rows=rows)


if __name__ == "__main__":
    main()
