"""What a shell user reads: tables loaded with warnings as notes, and errors that name options, not arguments."""

from __future__ import annotations

import re
import sys
import warnings
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from autograd.errors import AutogradError
from nn.data.table import Table, load_csv

_ARGUMENT: Final = re.compile(r"\b(decimal|delimiter|drop|encoding|missing_target|task)=\[?'([^']*)'\]?")


def add_reading_options(parser: ArgumentParser) -> None:
    """Add the options for CSV files that are not found out rightly."""
    parser.add_argument("--delimiter", metavar="C", help="between fields (default: found among , ; tab and |)")
    parser.add_argument(
        "--decimal",
        choices=(".", ","),
        metavar="C",
        help=", or . (default: a comma in files with ;, otherwise a point)",
    )
    parser.add_argument("--encoding", metavar="NAME", help="of the text (default: UTF-8, else Latin-1)")


def read_table(path: Path, **settings: Any) -> Table:
    """Return the table of a file as `nn.load_csv` does; what it warns of becomes a note on the standard error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = load_csv(path, **settings)
    for warning in caught:
        note(str(warning.message))
    return table


def note(text: str) -> None:
    """Write a note to the standard error."""
    print(f"chainrule: note: {_with_options(text)}", file=sys.stderr)


@contextmanager
def shell_words() -> Iterator[None]:
    """Let errors within the block speak of options as a shell user writes them."""
    try:
        yield
    except AutogradError as error:
        error.args = (_with_options(str(error)), *error.args[1:])
        raise


def _with_options(text: str) -> str:
    """Write arguments as options.

    >>> _with_options("drop it by drop=['name'], or say missing_target='drop'")
    "drop it by --drop 'name', or say --missing-target 'drop'"
    """
    return _ARGUMENT.sub(lambda found: f"--{found[1].replace('_', '-')} {found[2]!r}", text)
