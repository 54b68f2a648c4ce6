"""The run in words: the lines that the command prints and the report repeats, each a name and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nn.demo.job import TOLERANCE, Check, Experiment, History
from nn.reports import duration, plural

Line = tuple[str, str]


def given(experiment: Experiment) -> list[Line]:
    """Say what there is before the training: data, network, way of training."""
    settings, parameters = experiment.settings, len(experiment.model.parameters())
    shown, held_back = len(experiment.train_labels), len(experiment.test_labels)
    return [
        (
            "data",
            f"{shown + held_back:,} handwritten digits of 8x8 pixels: {shown:,} to learn from, {held_back:,} held back",
        ),
        (
            "network",
            f"64 inputs, {settings.hidden} hidden neurons (relu), 10 outputs; {parameters:,} parameters, each a Value",
        ),
        (
            "training",
            f"cross-entropy, Adam, seed {settings.seed}; {plural(settings.epochs, 'epoch')} of "
            f"{plural(experiment.steps_per_epoch, 'step')} of {plural(settings.batch_size, 'image')}",
        ),
    ]


def checked(check: Check) -> list[Line]:
    """Say what one step computes, and how near its gradients are to those by hand."""
    count = sum(array.size for array in check.gradients)
    return [
        (
            "one step",
            f"{check.operations:,} operations in {check.nodes:,} nodes, {check.derivatives:,} local derivatives",
        ),
        (
            "gradients",
            f"all {count:,} as in backpropagation by hand: largest relative difference "
            f"{check.largest_difference:.1e} (allowed: {TOLERANCE:.0e})",
        ),
    ]


def learned(experiment: Experiment, check: Check, history: History) -> list[Line]:
    """Say how the training went and how well the network reads."""
    right = int(np.sum(history.predicted == experiment.test_labels))
    pace = 1000 * history.seconds / len(history.losses)
    eager, compiled = check.step_seconds, history.step_seconds
    return [
        (
            "compiled",
            f"{check.operations:,} scalar operations became {history.stats.statements} array statements: a gradient "
            f"takes {1000 * compiled:.1f} ms instead of {1000 * eager:.0f} ms, {eager / compiled:.0f} times faster",
        ),
        (
            "trained",
            f"{duration(history.seconds)} for {plural(len(history.losses), 'step')} ({pace:.0f} ms a step, "
            f"compiling and Adam included); loss {history.losses[0]:.2f} -> "
            f"{np.mean(history.losses[-experiment.steps_per_epoch :]):.3f}",
        ),
        (
            "accuracy",
            f"{history.accuracy:.1%}: {right:,} of {len(experiment.test_labels):,} held-back images read rightly",
        ),
    ]


def written(folder: Path, files: Sequence[str], left_out: str) -> list[Line]:
    """Say which files there are, and what is missing.

    >>> written(Path("demo"), ["loss.svg", "report.html"], "")
    [('written', 'report.html, loss.svg in demo')]
    """
    names = ", ".join(sorted(files, key=lambda name: name != "report.html"))
    lines = [("written", f"{names} in {folder}")]
    return [*lines, ("left out", f"loss.svg and other plots: {left_out}")] if left_out else lines
