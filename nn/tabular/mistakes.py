"""What a model gets wrong, in words and tables."""

from __future__ import annotations

import numpy as np

from nn.reports import plural, readable, table
from nn.tabular.judging import numbers_of
from nn.tabular.pictures import MOST_CLASSES, confusions
from nn.tabular.run import TrainingRun

_ROWS_SHOWN = 8


def mistakes(run: TrainingRun) -> str:
    """Say in a sentence what goes wrong most."""
    classes = run.trained.model.preparation.classes
    if classes is None:
        errors = np.abs(run.predicted - numbers_of(run.held_back))
        within = np.quantile(errors, 0.5), np.quantile(errors, 0.9)
        return (
            f"Half of the {plural(len(errors), 'row')} held back are predicted to within {readable(within[0])}, nine "
            f"in ten to within {readable(within[1])}. Below are those that are off the most."
        )
    counts = np.array(confusions(run))
    wrong = counts * (1 - np.eye(len(counts), dtype=np.int64))
    if not wrong.any():
        return f"Nothing: all {plural(len(run.held_back), 'row')} held back are predicted rightly."
    worst = [place for place in np.argsort(-wrong, axis=None, kind="stable")[:3] if wrong.flat[place]]
    named = ", ".join(
        f"{classes[truth]} as {classes[said]} ({wrong[truth, said]}x)"
        for truth, said in (divmod(int(place), len(classes)) for place in worst)
    )
    return f"{wrong.sum()} of {plural(len(run.held_back), 'row')} held back are predicted wrongly; most often {named}."


def confusion_table(run: TrainingRun) -> str:
    """Return the counts of each confusion as a table, truth in rows; "" for numbers, or too many classes."""
    classes = run.trained.model.preparation.classes
    if classes is None or len(classes) > MOST_CLASSES:
        return ""
    rows = [[name, *map(str, counts)] for name, counts in zip(classes, confusions(run), strict=True)]
    heads = ["true", *(f"predicted {name}" for name in classes)]
    return table(heads, rows, numbers=range(1, len(heads)))


def worst_rows(run: TrainingRun) -> str:
    """Return a table of the rows that are off the most: of wrong classes, those that the model is surest of."""
    lines = run.held_back.lines
    if run.trained.model.preparation.classes is None:
        truth = numbers_of(run.held_back)
        errors = run.predicted - truth
        worst = np.argsort(-np.abs(errors), kind="stable")[:_ROWS_SHOWN]
        rows = [[f"line {lines[k]}", *map(readable, (truth[k], run.predicted[k], errors[k]))] for k in worst]
        return table([run.source.name, "true", "predicted", "error"], rows, numbers=[1, 2, 3])
    preparation = run.trained.model.preparation
    truth = np.array(preparation.classes)[preparation.targets(run.held_back)]
    sure = run.trained.model.confidences(run.held_back).max(axis=1)
    wrong = [k for k in np.argsort(-sure, kind="stable") if run.predicted[k] != truth[k]][:_ROWS_SHOWN]
    if not wrong:
        return ""
    rows = [[f"line {lines[k]}", truth[k], run.predicted[k], f"{sure[k]:.1%}"] for k in wrong]
    return table([run.source.name, "true", "predicted", "the model's confidence"], rows, numbers=[3])
