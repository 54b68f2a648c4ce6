"""`Table`: columns of cells by name, and `load_csv`, which reads one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, UnknownNameError, did_you_mean
from nn.data.csv_text import decode, read_rows, sniff

#: What a cell without a value is written as.
MISSING = frozenset({"", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "None"})
#: Whole numbers of at most so many different values, twice each on average, are taken for classes.
MOST_CLASSES = 20


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of one column: as text, None where missing; as numbers too, nan where missing, if they are numbers."""

    name: str
    cells: NDArray[np.object_]
    numbers: NDArray[np.float64] | None

    def __getitem__(self, rows: Any) -> Column:
        return Column(self.name, self.cells[rows], None if self.numbers is None else self.numbers[rows])

    def missing(self) -> NDArray[np.bool_]:
        """Tell which cells are missing, shape (rows,)."""
        return np.array([cell is None for cell in self.cells], dtype=bool)


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Columns by name, and the one to predict, if there is one; `table[rows]` is a table of some of the rows.

    Attributes
    ----------
    columns
        The columns to predict from, by name, in the order of the file.
    target
        The column to predict, or None.
    task
        "regression" when the target is a number, "classification" when it is a class; None without a target.
    lines
        The line of the file that each row is from, shape (rows,).
    """

    columns: Mapping[str, Column]
    target: Column | None
    task: str | None
    lines: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, rows: Any) -> Table:
        if not isinstance(rows, slice):
            rows = np.asarray(rows)
            if rows.ndim != 1:
                raise OperandError("table[rows]: expected the positions of rows, or a slice; columns are in .columns")
        target = None if self.target is None else self.target[rows]
        columns = {name: column[rows] for name, column in self.columns.items()}
        return replace(self, columns=columns, target=target, lines=self.lines[rows])

    def __repr__(self) -> str:
        aim = "" if self.target is None else f", target {self.target.name!r}: {self.task}"
        return f"Table({len(self)} rows, {len(self.columns)} columns{aim})"


def load_csv(
    path: str | PathLike[str],
    *,
    target: str | None = None,
    task: str = "auto",
    drop: Collection[str] = (),
    missing_target: str = "error",
    names: Sequence[str] | None = None,
    skip: int = 0,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    missing: Collection[str] = MISSING,
    max_columns: int = 10_000,
) -> Table:
    r"""Read a table from a CSV file: a line of column names, then a row a line.

    A column is of numbers if every cell in it is one that is not missing, otherwise of categories.

    Parameters
    ----------
    target
        The name of the column to predict; a table to predict for needs none.
    task
        "regression" or "classification". "auto" is classification for text, and for whole numbers of at most 20
        different values that occur twice or more on average; otherwise regression.
    drop
        Columns to leave out.
    missing_target
        "error", or "drop" for leaving out the rows whose target is missing.
    names, skip
        The names of the columns where the file has none, and how many rows at the start to leave out.
    delimiter, decimal, encoding
        Left out, they are found: the delimiter among , ; tab and |; a decimal comma in files with ; and UTF-8,
        marked UTF-16, or else (with a warning) Latin-1.
    missing
        What a cell without a value is written as.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "houses.csv"
    ...     _ = path.write_text("rooms,heating,price\n3,gas,250.5\n,oil,180\n")
    ...     table = load_csv(path, target="price")
    >>> table, table.columns["rooms"].numbers, table.columns["heating"].cells.tolist()
    (Table(2 rows, 2 columns, target 'price': regression), array([ 3., nan]), ['gas', 'oil'])

    Raises
    ------
    ShapeError
        When the file is empty or a row has too many or too few fields; the line is named.
    DomainError
        When the text is in another encoding, a quote is missing, names occur twice, a number is infinite, a target
        is missing, or there are more than `max_columns` columns.
    UnknownNameError
        When there is no such column, or a setting has an unknown name.
    """
    path = Path(path)
    _check_setting("task", task, ("auto", "regression", "classification"))
    _check_setting("missing_target", missing_target, ("error", "drop"))
    text = decode(path, encoding)
    delimiter = sniff(text) if delimiter is None else delimiter
    decimal = ("," if delimiter == ";" else ".") if decimal is None else decimal
    _check_setting("decimal", decimal, (".", ","))
    found, rows, lines = read_rows(path, text, delimiter=delimiter, names=names, skip=skip, max_columns=max_columns)
    _check_columns(path, found, [*drop, *([] if target is None else [target])])
    numbered = np.array(lines)
    columns = {
        name: _column(path, name, texts, missing, decimal, numbered)
        for name, texts in zip(found, zip(*rows, strict=True), strict=True)
        if name not in drop or name == target
    }
    aim = None if target is None else columns.pop(target)
    if not columns:
        raise DomainError(f"{path}: no column is left to predict from; columns are {', '.join(found)}")
    table = Table(columns, aim, None if aim is None else _task(aim, task, path), numbered)
    return table if aim is None else _with_targets(path, table, aim, missing_target)


def _column(
    path: Path, name: str, texts: Sequence[str], missing: Collection[str], decimal: str, lines: NDArray[np.int64]
) -> Column:
    """Read the cells of one column."""
    stripped = [None if (cell := text.strip()) in missing else cell for text in texts]
    cells = np.empty(len(texts), dtype=object)
    cells[:] = stripped
    try:
        numbers = _numbers(stripped, decimal)
    except ValueError:
        return Column(name, cells, None)
    if np.isinf(numbers).any():
        line = lines[np.isinf(numbers).argmax()]
        raise DomainError(f"{path}, line {line}: {name} is infinite, expected a finite number or an empty cell")
    cells[np.isnan(numbers)] = None  # in whatever spelling
    return Column(name, cells, numbers)


def _numbers(cells: Sequence[str | None], decimal: str) -> NDArray[np.float64]:
    """Read numbers, with a decimal comma and points between thousands where that is the way of the file."""
    texts = ["nan" if cell is None else cell for cell in cells]
    if "_" in "".join(texts):
        raise ValueError("Python would allow underscores between digits")
    if decimal == ",":
        texts = [text.replace(".", "").replace(",", ".") if "," in text else text for text in texts]
    return np.array(list(map(float, texts)))


def _task(target: Column, task: str, path: Path) -> str:
    """Tell what is to be predicted."""
    if task == "regression" and target.numbers is None:
        cell = next(cell for cell in target.cells if cell is not None and not _is_number(cell))
        raise DomainError(
            f"{path}: the target {target.name!r} holds {cell!r}, but regression needs numbers; is it classification, "
            "a decimal comma (decimal=','), or a missing cell (missing={...})?"
        )
    if task != "auto":
        return task
    if target.numbers is None:
        return "classification"
    known = target.numbers[~np.isnan(target.numbers)]
    kinds = len(np.unique(known))
    are_classes = (known == np.rint(known)).all() and kinds <= min(MOST_CLASSES, len(known) / 2)
    return "classification" if are_classes else "regression"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _with_targets(path: Path, table: Table, target: Column, missing_target: str) -> Table:
    """Return the table, without the rows whose target is missing if so wished."""
    absent = target.missing()
    if absent.all():
        raise DomainError(f"{path}: the target {target.name!r} is missing in all rows")
    if not absent.any():
        return table
    if missing_target == "drop":
        return table[~absent]
    raise DomainError(
        f"{path}, line {table.lines[absent.argmax()]}: the target {target.name!r} is missing (in {absent.sum()} of "
        f"{len(absent)} rows); missing_target='drop' leaves such rows out"
    )


def _check_columns(path: Path, found: list[str], wanted: list[str]) -> None:
    for name in wanted:
        if name not in found:
            some = ", ".join(found[:10]) + (", ..." if len(found) > 10 else "")
            raise UnknownNameError(
                f"{path}: there is no column {name!r}; {did_you_mean(name, found)}the columns are {some}"
            )


def _check_setting(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UnknownNameError(f"{name}: got {value!r}, expected one of {', '.join(map(repr, known))}")
