"""`chainrule demo` on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.options import positive, seed
from nn.demo.settings import WANTED_ACCURACY, Settings

if TYPE_CHECKING:
    from nn.demo.job import Check, Experiment, History

_DESCRIPTION = """\
Train a 64-32-10 network of single numbers on handwritten digits, check its gradients against backpropagation by
hand, and write pictures, a report and the weights into a folder. Works offline, and takes some seconds.
"""


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `chainrule demo`."""
    parser = subparsers.add_parser(
        "demo", help="train a network of single numbers to read handwritten digits", description=_DESCRIPTION
    )
    for name, kind, default, metavar, meaning in (
        ("--out", Path, Path("chainrule-demo"), "FOLDER", "where to write"),
        ("--epochs", positive, Settings.epochs, "N", "times through all images"),
        ("--batch-size", positive, Settings.batch_size, "N", "images a training step"),
        ("--seed", seed, Settings.seed, "N", "of the split, the weights and the order"),
    ):
        help = f"{meaning} (default: %(default)s)"
        parser.add_argument(name, type=kind, default=default, metavar=metavar, help=help)
    parser.add_argument("--quiet", action="store_true", help="print nothing but what goes wrong")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; return 0, or 1 when the default settings do not reach what they must."""
    from nn.demo import story
    from nn.demo.job import check_first_step, learn, prepare
    from nn.demo.progress import Progress
    from nn.folder import staged

    settings = Settings(epochs=arguments.epochs, batch_size=arguments.batch_size, seed=arguments.seed)
    say = (lambda lines: None) if arguments.quiet else _say
    with staged(arguments.out) as staging:
        experiment = prepare(settings)
        say(story.given(experiment))
        check = check_first_step(experiment)
        say(story.checked(check))
        with Progress(settings.epochs * experiment.steps_per_epoch, settings.epochs, quiet=arguments.quiet) as progress:
            history = learn(experiment, progress)
        say(story.learned(experiment, check, history))
        left_out = _write(staging, experiment, check, history)
        files = sorted(path.name for path in staging.iterdir())
    say(story.written(arguments.out, files, left_out))
    return _judge(settings, history)


def _write(staging: Path, experiment: Experiment, check: Check, history: History) -> str:
    """Write all files, and return why pictures are missing, if some are."""
    import numpy as np

    from nn.demo.pictures import draw_run
    from nn.demo.report import page

    pictures, left_out = draw_run(experiment, history)
    for name in ("neuron", "network", "loss"):
        if name in pictures:
            (staging / f"{name}.svg").write_text(pictures[name], encoding="utf-8")
    report = page(experiment, check, history, pictures, left_out)
    (staging / "report.html").write_text(report, encoding="utf-8")
    weights: dict[str, Any] = experiment.model.state_dict()
    np.savez(staging / "weights.npz", **weights)
    return left_out


def _judge(settings: Settings, history: History) -> int:
    """Say so when the network reads badly, and return the exit code."""
    if history.accuracy >= WANTED_ACCURACY:
        return 0
    missed = f"accuracy {history.accuracy:.1%} is below {WANTED_ACCURACY:.0%}"
    if settings == Settings():
        print(f"chainrule: error: {missed}, which the default settings must reach; please report it", file=sys.stderr)
        return 1
    print(f"chainrule: note: {missed}, which the default settings reach; try them, or more epochs", file=sys.stderr)
    return 0


def _say(lines: Iterable[tuple[str, str]]) -> None:
    for name, text in lines:
        print(f"{name:<11}{text}", flush=True)
