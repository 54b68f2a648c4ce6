"""The run as one HTML page that needs nothing else: no script, no font, no connection."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

import numpy as np

from nn.demo import story
from nn.demo.by_hand import backpropagate
from nn.demo.job import TOLERANCE, Check, Experiment, History
from nn.demo.settings import WANTED_ACCURACY
from nn.reports import duration, fact_rows, figure, style, table, tiles, versions

_USAGE = """\
import nn, numpy as np

model = nn.MLP(64, [{hidden}, 10])
model.load_state_dict(np.load("weights.npz"))
scores = model(nn.datasets.digits().data[0] / 16)"""


def page(experiment: Experiment, check: Check, history: History, pictures: Mapping[str, str], left_out: str) -> str:
    """Return the report; `pictures` are SVG by name, `left_out` says why some of them are missing."""
    template = Template(files("nn.demo").joinpath("page.html").read_text(encoding="utf-8"))
    facts = [*story.given(experiment), *story.checked(check), *story.learned(experiment, check, history)]
    return template.substitute(
        style=style(),
        accuracy=f"{history.accuracy:.1%}",
        lead=_lead(experiment, history),
        tiles=_tiles(experiment, check, history),
        facts=fact_rows(facts),
        left_out=_note(left_out),
        learning=figure(pictures, "loss", wide=True),
        mistakes=_mistakes(experiment, history),
        confusion=figure(pictures, "confusion") + figure(pictures, "misread"),
        network=figure(pictures, "network", wide=True),
        neuron=figure(pictures, "neuron", wide=True),
        checks=_checks(check),
        tolerance=f"{TOLERANCE:.0e}",
        by_hand=escape(inspect.getsource(backpropagate).rstrip()),
        usage=escape(_USAGE.format(hidden=experiment.settings.hidden)),
        source=escape(f"Data: {experiment.dataset.source}. Licence: {experiment.dataset.licence}."),
        versions=escape(", ".join(versions())),
    )


def _note(left_out: str) -> str:
    if not left_out:
        return ""
    return f'<p class="note">Curves, confusion matrix and misread digits are left out: {escape(left_out)}</p>'


def _lead(experiment: Experiment, history: History) -> str:
    wrong = int(np.sum(history.predicted != experiment.test_labels))
    return (
        f"After {duration(history.seconds)} with {len(experiment.train_labels):,} images it misreads {wrong:,} "
        f"of the {len(experiment.test_labels):,} that it had never seen."
    )


def _tiles(experiment: Experiment, check: Check, history: History) -> str:
    reached = "good" if history.accuracy >= WANTED_ACCURACY else "bad"
    return tiles(
        [
            (reached, f"{history.accuracy:.1%}", "of unseen digits read rightly"),
            ("good", f"{check.largest_difference:.0e}", "largest relative difference to gradients by hand"),
            ("", f"{len(experiment.model.parameters()):,}", "parameters, each one a Value"),
            ("", f"{check.operations:,}", "operations in every step, recorded once"),
        ]
    )


def _mistakes(experiment: Experiment, history: History) -> str:
    """Name the confusions that happen most often, in a sentence."""
    wrong = history.predicted != experiment.test_labels
    if not wrong.any():
        return "Nothing: every held-back image is read rightly."
    pairs, counts = np.unique(
        np.stack([experiment.test_labels[wrong], history.predicted[wrong]], axis=1), axis=0, return_counts=True
    )
    worst = np.argsort(-counts, kind="stable")[:3]
    named = ", ".join(f"{pairs[k][0]} as {pairs[k][1]} ({counts[k]}x)" for k in worst)
    return escape(f"{int(wrong.sum())} of {len(wrong)} held-back images are misread; most often {named}.")


def _checks(check: Check) -> str:
    rows = []
    for name, gradient, difference in zip(check.gradients._fields, check.gradients, check.differences, strict=True):
        shape = " x ".join(str(width) for width in gradient.shape)
        rows.append([name, shape, f"{gradient.size:,}", f"{np.abs(gradient).max():.3g}", f"{difference.max():.1e}"])
    heads = ["array", "shape", "gradients", "largest gradient", "largest relative difference"]
    return table(heads, rows, numbers=[2, 3, 4])
