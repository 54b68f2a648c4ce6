"""Everything about one run of `chainrule train`: what the story, the pictures and the report tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nn.data.table import Table
from nn.diagnostics import Diagnostics
from nn.tabular.judging import Scores, importances, judge, judge_guess
from nn.tabular.learning import Trained
from nn.tabular.settings import Settings

#: By how much a score may be better than that of guessing without having learned anything.
LUCK: Final = {"accuracy": 0.01, "r2": 0.05}


@dataclass
class TrainingRun:
    """One run of `chainrule train`.

    Attributes
    ----------
    source
        The file of the table.
    table, held_back
        All rows, and those that were held back until the end.
    trained
        The model, and how it learned.
    watcher
        What looked for pitfalls while the model trained.
    folds
        The scores of each fold that was validated.
    findings
        What may have gone wrong, in sentences.
    """

    source: Path
    settings: Settings
    table: Table
    held_back: Table
    trained: Trained
    watcher: Diagnostics
    folds: list[Scores] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def target(self) -> str:
        """The name of the column that is predicted."""
        assert self.table.target is not None
        return self.table.target.name

    @cached_property
    def outputs(self) -> NDArray[np.float64]:
        """What the network gives for the rows that were held back."""
        return self.trained.model.outputs(self.held_back)

    @cached_property
    def predicted(self) -> NDArray[Any]:
        """The predicted class or number of each row that was held back."""
        return self.trained.model.preparation.decode(self.outputs)

    @cached_property
    def scores(self) -> Scores:
        """The scores for the rows that were held back."""
        return judge(self.trained.model.preparation, self.outputs, self.held_back)

    @cached_property
    def scores_of_learned(self) -> Scores:
        """The scores for the rows that the model learned from."""
        model, learned = self.trained.model, self.trained.learned
        return judge(model.preparation, model.outputs(learned), learned)

    @cached_property
    def guess(self) -> tuple[str, Scores]:
        """What one would guess without the columns, and the scores of that."""
        return judge_guess(self.trained.model.preparation, self.trained.learned, self.held_back)

    @property
    def is_better_than_guessing(self) -> bool:
        """Tell whether the first score is better than a guess's by more than luck gives."""
        name = self.main_score
        return self.scores[name] > self.guess[1][name] + LUCK[name]

    @cached_property
    def importances(self) -> dict[str, float]:
        """By how much the first score sinks without each column, the largest first."""
        rng = np.random.default_rng(self.settings.seed)
        losses = importances(self.trained.model, self.held_back, rng)
        return dict(sorted(losses.items(), key=lambda entry: -entry[1]))

    @property
    def main_score(self) -> str:
        """The name of the score that matters most: "r2" or "accuracy"."""
        return next(iter(self.scores))

    def fold_summary(self) -> dict[str, tuple[float, float]]:
        """Return mean and standard deviation over the folds of each score."""
        return {
            name: (float(np.mean(values)), float(np.std(values, ddof=1)))
            for name, values in ((name, [scores[name] for scores in self.folds]) for name in self.scores)
            if self.folds
        }

    def metrics(self) -> dict[str, Any]:
        """Return what was measured, ready for JSON."""
        trained = self.trained
        return {
            "task": self.table.task,
            "target": self.target,
            "rows": {
                "learned": len(trained.learned),
                "stopped_by": len(trained.stopped_by),
                "held_back": len(self.held_back),
            },
            "held_back": self.scores,
            "guess": {"what": self.guess[0], **self.guess[1]},
            "learned": self.scores_of_learned,
            "folds": self.folds,
            "epochs": len(trained.history.rows),
            "best_epoch": trained.best_epoch,
            "importances": self.importances,
            "findings": self.findings,
        }
