"""What happened in a training, epoch by epoch."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from autograd import UnknownNameError
from autograd.files import write_whole

Row = dict[str, float]


def monitored(user: str, row: Row, name: str | None) -> str:
    """Return which number of an epoch is judged: that of a name, by default "val_loss", or "loss" without validation.

    Raises
    ------
    UnknownNameError
        The epoch has no such number.
    """
    name = name or ("val_loss" if "val_loss" in row else "loss")
    if name not in row:
        raise UnknownNameError(f"{user}: the history has no {name!r}; there are {', '.join(row)}")
    return name


def is_better(number: float, best: float, *, largest: bool = False, min_delta: float = 0.0) -> bool:
    """Tell whether a number is better than the best so far: smaller or larger by more than `min_delta`.

    Any number is better than none, nan.

    >>> is_better(0.5, 0.75), is_better(0.5, 0.75, largest=True), is_better(0.5, float("nan"))
    (True, False, True)
    """
    gain = number - best if largest else best - number
    return gain > min_delta or (math.isnan(best) and not math.isnan(number))


class History(Mapping[str, list[float]]):
    """The numbers of each epoch, by name: `history["loss"]` is the list of the losses.

    Attributes
    ----------
    rows
        One dictionary an epoch.
    stopped
        Why it ended before its last epoch, or "" if it did not.

    >>> history = History([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}])
    >>> history["loss"]
    [0.5, 0.25]
    >>> history.best("loss")
    {'epoch': 2, 'loss': 0.25}
    """

    def __init__(self, rows: list[Row] | None = None) -> None:
        self.rows: list[Row] = list(rows or [])
        self.stopped = ""

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.names:
            raise KeyError(f"the history has no {name!r}; there are {', '.join(self.names)}")
        return [row[name] for row in self.rows if name in row]

    @property
    def names(self) -> list[str]:
        """What was measured, in order of appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    @property
    def is_interrupted(self) -> bool:
        """Whether it was ended by Ctrl-C."""
        return self.stopped.startswith("interrupted")

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def best(self, name: str, *, largest: bool = False) -> Row:
        """Return the row of the epoch with the smallest number of a name, or the largest."""
        choose = max if largest else min
        return choose((row for row in self.rows if name in row), key=lambda row: row[name])

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write a table with one line an epoch."""
        text = io.StringIO()
        table = csv.DictWriter(text, self.names, lineterminator="\n")
        table.writeheader()
        table.writerows(self.rows)
        write_whole(Path(path), text.getvalue().encode())

    def to_jsonl(self, path: str | PathLike[str]) -> None:
        """Write one JSON object an epoch, each on a line of its own."""
        write_whole(Path(path), "".join(f"{json.dumps(row)}\n" for row in self.rows).encode())

    def __repr__(self) -> str:
        if not self.rows:
            return "History(no epochs)"
        last = ", ".join(f"{name} {_short(number)}" for name, number in self.rows[-1].items() if name != "epoch")
        stopped = f"; stopped: {self.stopped}" if self.stopped else ""
        return f"History({len(self.rows)} epochs, at last {last}{stopped})"


def _short(number: Any) -> str:
    return f"{number:.4g}"
