"""What may have gone wrong, in sentences that say what to try."""

from __future__ import annotations

from typing import Final

import numpy as np

from nn.data.inputs import Category
from nn.data.table import Column, Table
from nn.diagnostics import PITFALLS, Diagnostics
from nn.reports import plural
from nn.tabular.run import TrainingRun

#: What to try, for the pitfalls that a training from the command line can be in.
REMEDIES: Final = {
    "dead units": "try a lower --lr, or --activation leaky_relu",
    "saturated units": "try a lower --lr, or --activation relu",
    "vanishing gradients": "try --activation relu, or fewer layers (--hidden 32)",
    "exploding gradients": "try a lower --lr",
    "learning rate too high": "try a lower --lr, a tenth at first",
    "learning rate too low": "try a higher --lr, ten times at first",
}
#: By how much a score may be better for the rows that were learned than for others.
USUAL_GAP = 0.1
#: The loss was still getting better if the last fifth of the epochs brought it below so much of what it was before.
STILL_FALLING = 0.8
#: A score that needs no more epochs.
GOOD = 0.95
#: Below so many rows, a score tells little.
FEW_ROWS = 30


def sentences(watcher: Diagnostics) -> list[str]:
    """Return what was found while the network trained, with remedies that the command line has.

    Overfitting is judged by the weights that were kept, and inputs are always scaled.
    """
    return [
        f"{finding.message.removesuffix(PITFALLS[finding.pitfall])}{REMEDIES[finding.pitfall]}."
        for finding in watcher.findings
        if finding.pitfall in REMEDIES
    ]


def diagnose(run: TrainingRun) -> list[str]:
    """Return what may have gone wrong in a run."""
    return [
        *_about_training(run),
        *sentences(run.watcher),
        *_about_score(run),
        *_about_columns(run.trained.learned),
        *_about_unseen(run),
    ]


def _about_training(run: TrainingRun) -> list[str]:
    trained = run.trained
    epochs = len(trained.history.rows)
    if trained.is_interrupted:
        return [f"The training was interrupted; the weights are those of epoch {trained.best_epoch}, the best so far."]
    losses = trained.history["val_loss"]
    is_falling = min(losses) < STILL_FALLING * min(losses[: int(0.8 * epochs) or 1])
    if trained.history.stopped or not is_falling or run.scores[run.main_score] > GOOD:
        return []
    return [
        f"The loss was still getting better when the {epochs} epochs were over: "
        f"train longer (--epochs {3 * epochs}) or with larger steps (--lr {2 * run.settings.lr:g})."
    ]


def _about_score(run: TrainingRun) -> list[str]:
    name, found = run.main_score, []
    reached, learned = run.scores[name], run.scores_of_learned[name]
    if not run.is_better_than_guessing:
        found.append(
            "The network is no better than guessing: the columns may tell nothing about the target, the rows may be "
            "too few, or the training may have failed (try another --lr, or --seed)."
        )
    decay = max(0.1, run.settings.decay(len(run.trained.learned)))
    if learned - reached > USUAL_GAP:
        found.append(
            f"It overfits: {describe(name, learned)} for the rows that it learned from, but {describe(name, reached)} "
            "for those it had not seen. More rows help, a smaller network (--hidden 8), or "
            f"--weight-decay {2 * decay:.2g}."
        )
    if len(run.held_back) < FEW_ROWS:
        advice = "" if run.settings.folds else "; --folds 5 tests every row once"
        found.append(f"Only {len(run.held_back)} rows were held back, so the scores are rough{advice}.")
    return found


def _about_columns(learned: Table) -> list[str]:
    found, constant = [], []
    for column in learned.columns.values():
        known = column.cells[~column.missing()]
        kinds = len(set(known.tolist()))
        if kinds == 1:
            constant.append(repr(column.name))
        elif column.numbers is None and kinds > 0.5 * len(known):
            found.append(
                f"Column {column.name!r} holds {kinds} different texts in {len(known)} rows, too many to learn from: "
                f"--drop {column.name!r} leaves it out."
            )
        elif _counts_rows(column, learned):
            found.append(
                f"Column {column.name!r} seems to number the rows, from which a network learns nothing that lasts: "
                f"--drop {column.name!r} leaves it out."
            )
    if constant:
        some = ", ".join(constant[:5]) + ", ..." * (len(constant) > 5)
        count = plural(len(constant), "column")
        found.append(f"{count} of a single value in all rows learned from tell nothing: {some}.")
    return found


def _counts_rows(column: Column, table: Table) -> bool:
    """Tell whether a column goes up by one from line to line."""
    if column.numbers is None or len(table) < 3:
        return False
    return bool(np.unique(column.numbers - table.lines).size == 1)


def _about_unseen(run: TrainingRun) -> list[str]:
    """Name columns in which more than a tenth of the rows held back have a category that was not seen."""
    found = []
    for spec in run.trained.model.preparation.inputs:
        if isinstance(spec, Category):
            known = {*spec.categories, None}
            unseen = [cell for cell in run.held_back.columns[spec.name].cells if cell not in known]
            if len(unseen) > 0.1 * len(run.held_back):
                found.append(
                    f"{len(unseen)} of the {len(run.held_back)} rows held back have a {spec.name!r} that does not "
                    "occur among the rows learned from."
                )
    return found


def describe(name: str, score: float) -> str:
    """Write a score with its name.

    >>> describe("accuracy", 0.953), describe("r2", -0.0001)
    ('accuracy 95.3%', 'R2 0.000')
    """
    return f"accuracy {score:.1%}" if name == "accuracy" else f"{name.upper()} {round(score, 3) + 0.0:.3f}"
