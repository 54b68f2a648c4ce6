"""How good a model is: scores, what guessing would reach, which columns matter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.data.preparation import Preparation
from nn.data.table import Table
from nn.metrics import accuracy, f1, mae, predicted_classes, r2, rmse
from nn.reports import readable

if TYPE_CHECKING:
    from nn.tabular.model import TableModel

Scores = dict[str, float]


def judge(preparation: Preparation, outputs: NDArray[np.float64], table: Table) -> Scores:
    """Return the scores of outputs for the rows of a table, the one that matters most first.

    Of numbers: R2, and the errors RMSE and MAE in the unit of the target. Of classes: accuracy, and the mean of the F1
    of each class.
    """
    if preparation.classes is None:
        return _of_numbers(preparation.decode(outputs), numbers_of(table))
    return _of_classes(predicted_classes(outputs), preparation.targets(table))


def judge_guess(preparation: Preparation, learned: Table, table: Table) -> tuple[str, Scores]:
    """Return what one would guess who knows the targets of the training part only, and the scores of that."""
    if preparation.classes is None:
        mean = float(numbers_of(learned).mean())
        truth = numbers_of(table)
        return f"always the mean, {readable(mean)}", _of_numbers(np.full(len(truth), mean), truth)
    most = Counter(preparation.targets(learned).tolist()).most_common(1)[0][0]
    truth = preparation.targets(table)
    return f"always {preparation.classes[most]}", _of_classes(np.full(len(truth), most), truth)


def importances(model: TableModel, table: Table, rng: np.random.Generator, *, repeats: int = 5) -> dict[str, float]:
    """Return by how much the first score sinks when the cells of a column change places at random.

    Breiman 2001, "Random Forests", section 10. Columns that tell the same share what they tell.
    """

    def score(changed: Table) -> float:
        return next(iter(judge(model.preparation, model.outputs(changed), table).values()))

    whole = score(table)
    losses = {}
    for column in model.preparation.inputs:
        shuffled = [
            replace(table, columns={**table.columns, column.name: table.columns[column.name][order]})
            for order in (rng.permutation(len(table)) for _ in range(repeats))
        ]
        losses[column.name] = float(np.mean([whole - score(changed) for changed in shuffled]))
    return losses


def numbers_of(table: Table) -> NDArray[np.float64]:
    """Return the targets of a table that are numbers."""
    assert table.target is not None
    assert table.target.numbers is not None
    return table.target.numbers


def _of_numbers(predicted: NDArray[Any], truth: NDArray[Any]) -> Scores:
    return {"r2": r2(predicted, truth), "rmse": rmse(predicted, truth), "mae": mae(predicted, truth)}


def _of_classes(predicted: NDArray[Any], truth: NDArray[Any]) -> Scores:
    return {"accuracy": accuracy(predicted, truth), "f1": float(f1(predicted, truth, average="macro"))}
