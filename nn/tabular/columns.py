"""What the columns are, and what was made of them, in words."""

from __future__ import annotations

from nn.data.inputs import Category, Number
from nn.reports import plural, readable
from nn.tabular.run import TrainingRun

_CATEGORIES_SHOWN = 6


def column_rows(run: TrainingRun) -> list[list[str]]:
    """Return a row for each column, that which matters most first: name, kind, treatment, missing cells, importance."""
    specs = {spec.name: spec for spec in run.trained.model.preparation.inputs}
    rows = []
    for name, loss in run.importances.items():
        missing = int(run.trained.learned.columns[name].missing().sum())
        kind, treatment = _describe_input(specs[name], missing)
        rows.append([name, kind, treatment, f"{missing:,}" if missing else "none", f"{loss:.3f}"])
    return rows


def _describe_input(spec: Number | Category, missing: int) -> tuple[str, str]:
    """Say what a column is, and what the network gets of it."""
    if isinstance(spec, Number):
        kind = f"a number: mean {readable(spec.mean)}, deviation {readable(spec.scale)}"
        return kind, "(cell - mean) / deviation" + "; 0 where it is missing" * bool(missing)
    names = ", ".join(spec.categories[:_CATEGORIES_SHOWN]) + ", ..." * (len(spec.categories) > _CATEGORIES_SHOWN)
    kind = f"{len(spec.categories)} categor{'y' if len(spec.categories) == 1 else 'ies'}: {names}"
    return kind, f"{plural(len(spec.features()), 'feature')}, 1 for the category of the row, otherwise 0" + (
        "; one of them for missing cells" * spec.missing
    )
