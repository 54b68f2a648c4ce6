"""The run as one HTML page that needs nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

from nn.reports import fact_rows, figure, plural, readable, style, table, tiles, versions
from nn.tabular import story
from nn.tabular.columns import column_rows
from nn.tabular.diagnosis import describe
from nn.tabular.mistakes import confusion_table, mistakes, worst_rows
from nn.tabular.run import TrainingRun

_MEANINGS = {
    "r2": "R2 is the share of the variation that is explained, 1 at best; guessing the mean gives about 0",
    "rmse": "RMSE is the typical error, in which large ones weigh more",
    "mae": "MAE is the mean error",
    "accuracy": "Accuracy is the share of rows predicted rightly",
    "f1": "F1 is the mean, over all classes, of how much of a class is found without false alarms",
}
_USAGE = """\
chainrule predict {quoted} new.csv -o predictions.csv

# or in Python
import nn
from nn.tabular import TableModel

model = TableModel.load({folder!r})
model.predict(nn.load_csv("new.csv"))"""


def page(run: TrainingRun, pictures: Mapping[str, str], left_out: str, folder: str) -> str:
    """Return the report; `pictures` are SVG by name, `left_out` says why there are none."""
    facts = [*story.given(run.source, run.table, len(run.held_back)), *story.learned(run.trained, run.settings)]
    template = Template(files("nn.tabular").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        style=style(),
        title=escape(f"Predicting {run.target} from {plural(len(run.table.columns), 'column')}"),
        lead=escape(_lead(run)),
        tiles=_tiles(run),
        findings=_findings(run, left_out),
        judged=escape(_judged(run)),
        scores=_scores(run),
        mistakes=escape(mistakes(run)),
        predictions=figure(pictures, "predictions") or confusion_table(run),
        worst=worst_rows(run),
        learning=escape(_learning(run)),
        curves=figure(pictures, "curves") or _epochs(run),
        facts=fact_rows(facts),
        main_score=_short(run.main_score),
        columns=table(
            ["column", "what it is", "what the network gets", "missing", "how much it matters"],
            column_rows(run),
            numbers=[3, 4],
        ),
        target=escape(run.target),
        usage=escape(_USAGE.format(folder=folder, quoted=shlex.quote(folder))),
        versions=escape(", ".join(versions())),
    )


def _lead(run: TrainingRun) -> str:
    score, rows = run.scores[run.main_score], plural(len(run.held_back), "row")
    start = f"A network that learned from {plural(len(run.trained.learned), 'row')} of {run.source.name}"
    if run.main_score == "accuracy":
        return f"{start} predicts {score:.1%} of {rows} rightly that it had never seen."
    return f"{start} explains {max(score, 0.0):.1%} of the variation in {rows} that it had never seen."


def _tiles(run: TrainingRun) -> str:
    name, (guess, guessed) = run.main_score, run.guess
    entries = [
        (
            "good" if run.is_better_than_guessing else "bad",
            _score(name, run.scores[name]),
            f"{_short(name)} for rows never seen",
        )
    ]
    if name == "r2":
        entries.append(("", readable(run.scores["mae"]), f"mean error; guessing is off by {readable(guessed['mae'])}"))
    else:
        entries.append(("", _score(name, guessed[name]), f"{_short(name)} of guessing {guess}"))
    if run.folds:
        mean, spread = run.fold_summary()[name]
        entries.append(
            ("", _score(name, mean), f"{_short(name)} in {len(run.folds)} folds, ±\u00a0{_score(name, spread)}")
        )
    entries.append(("", f"{run.trained.best_epoch}", f"epochs of learning, of {len(run.trained.history.rows)} tried"))
    return tiles(entries)


def _findings(run: TrainingRun, left_out: str) -> str:
    notes = [*run.findings, *([f"Plots are left out: {left_out}"] if left_out else [])]
    return "\n".join(f'<p class="note">{escape(note)}</p>' for note in notes)


def _judged(run: TrainingRun) -> str:
    meanings = ". ".join(_MEANINGS[name] for name in run.scores)
    text = (
        f"{plural(len(run.held_back), 'row')} of {len(run.table):,} were held back from the beginning, and looked at "
        f"once: now. Guessing, without the columns, is {run.guess[0]}. {meanings}."
    )
    if run.folds:
        text += (
            f" Besides, the rows were divided into {len(run.folds)} folds, and each was predicted by a network trained "
            "anew on the others: mean and standard deviation."
        )
    return text


def _scores(run: TrainingRun) -> str:
    heads = ["score", "network", "guessing", "rows learned from"]
    summary = run.fold_summary()
    rows = []
    for name, score in run.scores.items():
        row = [_short(name), *(_score(name, x) for x in (score, run.guess[1][name], run.scores_of_learned[name]))]
        if summary:
            mean, spread = summary[name]
            row.append(f"{_score(name, mean)} ± {_score(name, spread)}")
        rows.append(row)
    heads += [f"{len(run.folds)} folds"] if summary else []
    return table(heads, rows, numbers=range(1, len(heads)))


def _learning(run: TrainingRun) -> str:
    trained = run.trained
    return (
        f"An epoch shows all {plural(len(trained.learned), 'row')} once. After each, the "
        f"{plural(len(trained.stopped_by), 'row')} kept aside for that tell whether the network got better; the "
        f"weights are those of epoch {trained.best_epoch}, the best. Loss is what the training makes small."
    )


def _epochs(run: TrainingRun) -> str:
    """Return a table of about ten epochs, and the best one among them."""
    rows, best = run.trained.history.rows, run.trained.best_epoch
    step = -(-len(rows) // 10)
    shown = [row for place, row in enumerate(rows) if place % step == 0 or row is rows[-1] or row["epoch"] == best]
    cells = [
        [f"{row['epoch']}{', the best' * (row['epoch'] == best)}", readable(row["loss"]), readable(row["val_loss"])]
        for row in shown
    ]
    return table(["epoch", "loss, rows learned from", "loss, rows kept aside"], cells, numbers=[1, 2])


def _score(name: str, score: float) -> str:
    if name in ("accuracy", "f1"):
        return f"{score:.1%}"
    return describe(name, score).split()[1] if name == "r2" else readable(score)


def _short(name: str) -> str:
    return describe(name, 0.0).split()[0]
