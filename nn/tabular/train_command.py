"""`chainrule train data.csv --target price` on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograd.options import above_zero, at_least_two, not_negative, positive, seed, share
from nn.tabular.settings import Settings
from nn.tabular.shell import add_reading_options, note, read_table, shell_words

if TYPE_CHECKING:
    from nn.data.table import Table
    from nn.tabular.run import TrainingRun

_DESCRIPTION: Final = """\
Train a network to predict one column of a table from the others, judge it on rows that it has not seen, and write
weights, history, metrics and a report into a folder, from which `chainrule predict` predicts for other tables.
"""
_EPILOG: Final = """\
examples:
  chainrule train houses.csv --target price
  chainrule train flowers.csv --target species --hidden 16 --folds 5 --out flowers
  chainrule train patients.csv --target outcome --drop id name --missing-target drop

Columns of numbers are standardised, columns of texts become a feature a category, and missing cells are allowed; all
this is learned from the rows to train on, and kept beside the weights.

exit code: 0 when the files are written, 1 when the table or the training fails, 2 for wrong usage, 130 after Ctrl-C
(what was learned until then is written, unless it was in the first epoch).
"""
INTERRUPTED: Final = 130
Say = Callable[[Iterable[tuple[str, str]]], None]


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `chainrule train`."""
    parser = subparsers.add_parser(
        "train",
        help="train a network on a table (CSV), and write a report",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("table", type=Path, metavar="TABLE.csv", help="a line of column names, then a row a line")
    _add_table_options(parser)
    _add_training_options(parser)
    parser.add_argument("--quiet", action="store_true", help="print nothing but what goes wrong")
    parser.set_defaults(run=partial(run, parser))


def _add_table_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", required=True, metavar="COLUMN", help="the column to predict")
    parser.add_argument("--drop", nargs="+", default=[], metavar="COLUMN", help="columns to leave out")
    parser.add_argument(
        "--task",
        choices=("auto", "regression", "classification"),
        default="auto",
        help="auto: classes for texts and few different whole numbers (default: %(default)s)",
    )
    parser.add_argument(
        "--missing-target",
        choices=("error", "drop"),
        default="error",
        help="what to do with rows whose target is missing (default: %(default)s)",
    )
    add_reading_options(parser)


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hidden",
        nargs="*",
        type=positive,
        default=list(Settings.hidden),
        metavar="WIDTH",
        help="of the hidden layers (default: 32 16)",
    )
    for name, kind, default, metavar, meaning in (
        ("--activation", str, Settings.activation, "NAME", "between the layers, such as relu or tanh"),
        ("--epochs", positive, Settings.epochs, "N", "at most; it stops when it gets no better"),
        ("--lr", above_zero, Settings.lr, "X", "learning rate of AdamW"),
        ("--test", share, Settings.test, "SHARE", "of the rows, held back until the end"),
        ("--seed", seed, Settings.seed, "N", "of the split, the weights and the order"),
        ("--out", Path, Path("run"), "FOLDER", "where to write; files of an earlier run there are replaced"),
    ):
        help = f"{meaning} (default: %(default)s)"
        parser.add_argument(name, type=kind, default=default, metavar=metavar, help=help)
    parser.add_argument(
        "--weight-decay", type=not_negative, metavar="X", help="how fast weights shrink (default: by the rows)"
    )
    parser.add_argument("--batch-size", type=positive, metavar="N", help="rows an update (default: by their number)")
    parser.add_argument("--folds", type=at_least_two, default=0, metavar="K", help="also validate on K folds")


def run(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    """Train, judge, write; return 0, or 130 after Ctrl-C. Names that nobody knows end in `parser.error`."""
    from nn.folder import staged
    from nn.tabular import story

    say: Say = (lambda lines: None) if arguments.quiet else _say
    with shell_words(), staged(arguments.out) as staging:
        table, settings = _read(parser, arguments)
        result, is_interrupted = train(arguments.table, table, settings, say, progress=_is_watched(arguments))
        say(story.judged(result))
        left_out = write(staging, result, arguments.out)
        files = sorted(path.name for path in staging.iterdir())
    say(story.written(arguments.out, files, left_out))
    return INTERRUPTED if is_interrupted else 0


def _read(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> tuple[Table, Settings]:
    from autograd.errors import UnknownNameError
    from nn.tabular.model import find_module

    try:
        find_module(arguments.activation)
        table = read_table(
            arguments.table,
            target=arguments.target,
            drop=arguments.drop,
            task=arguments.task,
            missing_target=arguments.missing_target,
            delimiter=arguments.delimiter,
            decimal=arguments.decimal,
            encoding=arguments.encoding,
        )
    except UnknownNameError as error:
        parser.error(str(error))
    settings = Settings(
        hidden=tuple(arguments.hidden),
        activation=arguments.activation,
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        lr=arguments.lr,
        weight_decay=arguments.weight_decay,
        test=arguments.test,
        folds=arguments.folds,
        seed=arguments.seed,
    )
    return table, settings


def train(
    source: Path, table: Table, settings: Settings, say: Say, *, progress: bool = False
) -> tuple[TrainingRun, bool]:
    """Return a run and whether it was interrupted; what was learned until then is kept."""
    from nn.diagnostics import Diagnostics
    from nn.randomness import generator
    from nn.tabular import story
    from nn.tabular.diagnosis import diagnose
    from nn.tabular.learning import check_table, hold_back, learn, validate_folds
    from nn.tabular.run import TrainingRun

    check_table(table, settings)
    rng = generator(settings.seed)
    others, held_back = hold_back(table, settings.test, rng)
    say(story.given(source, table, len(held_back)))
    watcher = Diagnostics()
    trained = learn(others, settings, rng, callbacks=[watcher], progress=progress)
    say(story.learned(trained, settings))
    result = TrainingRun(source, settings, table, held_back, trained, watcher)
    is_interrupted = trained.is_interrupted
    if settings.folds and not is_interrupted:
        try:
            result.folds = list(validate_folds(table, settings))
        except KeyboardInterrupt:
            note("interrupted while validating the folds; they are left out")
            is_interrupted = True
    result.findings = diagnose(result)
    return result, is_interrupted


def write(staging: Path, result: TrainingRun, out: Path) -> str:
    """Write all files, and return why plots are missing, if they are."""
    from nn.tabular.model import write_json
    from nn.tabular.pictures import draw_run
    from nn.tabular.report import page

    result.trained.model.save(staging, training={**vars(result.settings), "source": result.source.name})
    result.trained.history.to_csv(staging / "history.csv")
    write_json(staging / "metrics.json", result.metrics())
    pictures, left_out = draw_run(result)
    (staging / "report.html").write_text(page(result, pictures, left_out, str(out)), encoding="utf-8")
    return left_out


def _is_watched(arguments: argparse.Namespace) -> bool:
    """Tell whether somebody would see a bar."""
    return sys.stderr.isatty() and not arguments.quiet


def _say(lines: Iterable[tuple[str, str]]) -> None:
    for name, text in lines:
        print(f"{name:<11}{text}", flush=True)
