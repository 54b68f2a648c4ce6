"""The run in lines: what the command prints and the report repeats, each a name and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nn.data.table import Table
from nn.reports import duration, plural, readable
from nn.tabular.diagnosis import describe
from nn.tabular.learning import Trained
from nn.tabular.run import TrainingRun
from nn.tabular.settings import Settings

Line = tuple[str, str]


def given(source: Path, table: Table, held_back: int) -> list[Line]:
    """Say what there is to learn from."""
    assert table.target is not None
    kind = "a number (regression)" if table.task == "regression" else "a class (classification)"
    return [
        ("data", f"{plural(len(table), 'row')} of {source.name}, {held_back:,} of them held back until the end"),
        ("target", f"{table.target.name}, {kind}, from {plural(len(table.columns), 'column')}"),
    ]


def learned(trained: Trained, settings: Settings) -> list[Line]:
    """Say what was trained, and how it went."""
    model, rows = trained.model, len(trained.learned)
    loss = "mean squared error" if model.task == "regression" else "cross-entropy"
    parameters = sum(parameter.size for parameter in model.network.parameters())
    stopped = f"; stopped: {trained.history.stopped}" if trained.history.stopped else ""
    return [
        (
            "network",
            f"{' -> '.join(map(str, model.widths))} units ({model.activation}), {parameters:,} parameters",
        ),
        (
            "training",
            f"{loss}, AdamW, learning rate {settings.lr:g}, weight decay {settings.decay(rows):.2g}, "
            f"{settings.rows_per_update(rows)} rows an update, "
            f"seed {settings.seed}; {rows:,} rows to learn from, {len(trained.stopped_by):,} to tell when to stop",
        ),
        (
            "trained",
            f"{duration(trained.seconds)}, {plural(len(trained.history.rows), 'epoch')}, "
            f"of which {trained.best_epoch} was the best{stopped}",
        ),
    ]


def judged(run: TrainingRun) -> list[Line]:
    """Say how good the model is, beside guessing, and what may be wrong."""
    guess, guessed = run.guess
    name = run.main_score
    reached = describe(name, run.scores[name])
    lines = [("result", f"{reached} on the rows held back; {guess}, gives {describe(name, guessed[name])}")]
    if name == "r2":
        lines.append(
            ("error", f"{readable(run.scores['mae'])} on average; {guess}, is off by {readable(guessed['mae'])}")
        )
    if run.folds:
        mean, spread = run.fold_summary()[name]
        both = f"{describe(name, mean)} +- " + (f"{spread:.1%}" if name == "accuracy" else f"{spread:.3f}")
        lines.append((f"{len(run.folds)} folds", f"{both} (mean and standard deviation)"))
    return lines + [("note", finding) for finding in run.findings]


def written(folder: Path, files: Sequence[str], left_out: str) -> list[Line]:
    """Say which files there are, what is missing, and how to go on.

    >>> written(Path("run"), ["metrics.json", "report.html"], "")[0]
    ('written', 'report.html, metrics.json in run')
    """
    names = ", ".join(sorted(files, key=lambda name: name != "report.html"))
    lines = [("written", f"{names} in {folder}")]
    if left_out:
        lines.append(("left out", f"plots in the report: {left_out}"))
    return [*lines, ("next", f"chainrule predict {folder} new.csv -o predictions.csv")]
