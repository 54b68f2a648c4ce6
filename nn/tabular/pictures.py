"""The run as SVG, drawn by matplotlib: how it learned, and what it gets wrong."""

from __future__ import annotations

from autograd.errors import MissingExtraError
from nn import plots
from nn.metrics import confusion_matrix, predicted_classes
from nn.tabular.judging import numbers_of
from nn.tabular.run import TrainingRun

#: A confusion matrix of more classes is left to the table of single rows.
MOST_CLASSES = 25


def draw_run(run: TrainingRun) -> tuple[dict[str, str], str]:
    """Return the pictures of a run as SVG by name, and what to say when there are none."""
    try:
        names = ("rows learned from", "rows kept aside")
        pictures = {"curves": plots.history_curves(run.trained.history, names=names).svg()}
        classes = run.trained.model.preparation.classes
        if classes is None:
            predicted, truth = run.predicted, numbers_of(run.held_back)
            pictures["predictions"] = plots.predicted_and_true(predicted, truth, name=run.target).svg()
        elif len(classes) <= MOST_CLASSES:
            pictures["predictions"] = plots.confusion(confusions(run), names=classes).svg()
    except MissingExtraError as error:
        return {}, str(error)
    return pictures, ""


def confusions(run: TrainingRun) -> list[list[int]]:
    """Count how often each class (row) of the rows held back was predicted as each class (column)."""
    preparation = run.trained.model.preparation
    truth = preparation.targets(run.held_back)
    counts = confusion_matrix(predicted_classes(run.outputs), truth, classes=preparation.outputs)
    return counts.tolist()  # type: ignore[no-any-return]
