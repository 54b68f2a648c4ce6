"""`chainrule predict run/ new.csv -o predictions.csv` on the command line."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nn.tabular.shell import add_reading_options, note, read_table, shell_words

if TYPE_CHECKING:
    from nn.data.table import Table
    from nn.tabular.model import TableModel

_DESCRIPTION: Final = """\
Predict for the rows of a table by a network that `chainrule train` trained. The columns may stand in any order and
among others; the column that is predicted is not needed.
"""
_EPILOG: Final = """\
The output has a line for each row, in their order: the prediction, and for classes the model's confidence in each.

example:
  chainrule predict run new.csv -o predictions.csv
"""


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `chainrule predict`."""
    parser = subparsers.add_parser(
        "predict",
        help="predict for a table (CSV) by a trained network",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder that `chainrule train --out` wrote")
    parser.add_argument("table", type=Path, metavar="TABLE.csv", help="a line of column names, then a row a line")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write (default: standard output)")
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Predict and write; return 0."""
    from autograd.files import write_whole
    from nn.tabular.model import TableModel

    with shell_words():
        model = TableModel.load(arguments.folder)
        reading = {name: getattr(arguments, name) for name in ("delimiter", "decimal", "encoding")}
        table = read_table(arguments.table, **reading)
        text = predictions(model, table)
    for column, cells in model.preparation.unseen(table).items():
        some = ", ".join(map(repr, cells[:5])) + ", ..." * (len(cells) > 5)
        note(f"column {column!r} holds {some}, which training did not see; such rows are predicted from the others")
    if arguments.output is None:
        print(text, end="")
    else:
        write_whole(arguments.output, text.encode("utf-8"))
        print(f"{len(table):,} predictions of {model.preparation.target} in {arguments.output}", file=sys.stderr)
    return 0


def predictions(model: TableModel, table: Table) -> str:
    """Return the predictions for a table as the text of a CSV file."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    predicted = model.predict(table).tolist()
    if model.preparation.classes is None:
        writer.writerow(["prediction"])
        writer.writerows([number] for number in predicted)
    else:
        writer.writerow(["prediction", *(f"confidence_{name}" for name in model.preparation.classes)])
        confidences = model.confidences(table).tolist()
        writer.writerows([name, *row] for name, row in zip(predicted, confidences, strict=True))
    return lines.getvalue()
