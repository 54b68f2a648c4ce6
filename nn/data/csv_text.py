"""From the bytes of a CSV file to rows of text: encoding, delimiter, quotes, and rows of one length."""

from __future__ import annotations

import csv
import io
import itertools
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograd.errors import DomainError, ShapeError, UnknownNameError

DELIMITERS = ",;\t|"
Rows = list[list[str]]


def read_rows(
    path: Path, text: str, *, delimiter: str, names: Sequence[str] | None, skip: int, max_columns: int
) -> tuple[list[str], Rows, list[int]]:
    """Return the names of the columns, the rows, and the line on which each row ends."""
    records = itertools.islice(_records(path, text, delimiter), skip, None)
    if names is None:
        header = next(records, (0, []))[1]
        if not header:
            raise ShapeError(f"{path}: the file is empty, expected a line of column names and a row a sample")
        _check_width(path, len(header), max_columns)
        _check_header(path, header)
        names = header
    names = [name.strip() for name in names]
    _check_names(path, names)
    rows, lines = [], []
    for line, row in records:
        if len(row) != len(names):
            _check_width(path, len(row), max_columns)
            raise ShapeError(
                f"{path}, line {line}: got {len(row)} fields, expected {len(names)} ({_some(names)}); "
                "is a delimiter inside of a field that has no quotes around it?"
            )
        rows.append(row)
        lines.append(line)
    if not rows:
        raise ShapeError(f"{path}: there are {len(names)} column names but no rows, expected a row a sample")
    return list(names), rows, lines


def decode(path: Path, encoding: str | None) -> str:
    """Return the text of a file: UTF-8 with or without a mark at its start, UTF-16 with one, or else Latin-1."""
    content = path.read_bytes()
    if encoding is None and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in content and encoding is None:
        kind = "a spreadsheet or an archive" if content.startswith(b"PK") else "no text"
        raise DomainError(f"{path}: the file is {kind}, expected text; save the table as CSV, or name its encoding")
    try:
        return content.decode(encoding or "utf-8").removeprefix("\ufeff")
    except LookupError:
        raise UnknownNameError(f"encoding: got {encoding!r}, expected one such as 'utf-8' or 'latin-1'") from None
    except UnicodeError as error:
        line = content.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        if encoding is not None:
            raise DomainError(f"{path}, line {line}: the text is not {encoding}; try encoding='latin-1'") from None
        warnings.warn(
            f"{path}, line {line}: the text is not UTF-8 and is read as Latin-1; if letters with accents come out "
            "wrong, name the encoding (say so with encoding='latin-1' if it is right)",
            UnicodeWarning,
            stacklevel=4,
        )
        return content.decode("latin-1")


def sniff(text: str) -> str:
    r"""Return the delimiter that divides the first lines into the same number of fields, the most of them.

    >>> sniff("height;width\n1,5;2,5\n"), sniff('"a,b"\tc\n1\t2\n'), sniff("one\n1.5\n")
    (';', '\t', ',')
    """
    start = text[:65536]
    lines = start.splitlines(keepends=True)
    if len(start) < len(text) and len(lines) > 1:
        lines.pop()  # cut off in the middle
    best, most = ",", 1
    for delimiter in DELIMITERS:
        try:
            widths = {len(row) for row in csv.reader(lines[:50], delimiter=delimiter) if row}
        except csv.Error:
            continue
        if len(widths) == 1 and max(widths) > most:
            best, most = delimiter, max(widths)
    if most == 1 and lines:  # no delimiter fits all lines: that of the first, so that the wrong line can be named
        best = max(DELIMITERS, key=lines[0].count)
    return best


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the fields of each record; empty lines are no records."""
    if len(delimiter) != 1:
        raise DomainError(f"delimiter: got {delimiter!r}, expected one character, such as ',' or ';'")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise DomainError(
            f"{path}, line {reader.line_num}: {error}; is a quote missing, or not doubled inside of quotes?"
        ) from None


def _check_width(path: Path, columns: int, limit: int) -> None:
    if columns > limit:
        raise DomainError(
            f"{path}: got {columns:,} columns, expected at most {limit:,}; are rows and columns exchanged? "
            f"if they are meant, load_csv(..., max_columns={columns}) reads them"
        )


def _check_header(path: Path, header: list[str]) -> None:
    """Make sure that the first line holds names and not the first sample."""

    def is_number(cell: str) -> bool:
        try:
            float(cell)
        except ValueError:
            return False
        return True

    if all(map(is_number, header)):
        raise DomainError(
            f"{path}, line 1: got numbers ({_some(header)}), expected the names of the columns; "
            "of a file without them say names=[...]"
        )


def _check_names(path: Path, names: list[str]) -> None:
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if not name:
            raise DomainError(
                f"{path}, line 1: column {place} has no name; if it counts the rows, write the table without it, "
                "otherwise name it, or all columns by names=[...] (and skip=1)"
            )
        if name in seen:
            raise DomainError(
                f"{path}, line 1: columns {seen[name]} and {place} are both called {name!r}, expected different names"
            )
        seen[name] = place


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:4])) + (", ..." if len(names) > 4 else "")
