"""When a pitfall is one. A rule is a function of the evidence, and yields (pitfall, layer, fact) for what it finds.

The thresholds lie between what healthy trainings show and what provoked pitfalls show; the reason stands at each. One
sign alone is seldom enough: large updates are right while the loss falls, and saturated units while nothing is left
to learn. So most rules ask for a cause and for its effect.

Rules are asked in the order of `RULES`: first what explains other signs. A network whose units are dead has no
gradient either, and it is not the learning rate that is too low then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from nn.diagnostics.evidence import Evidence
from nn.diagnostics.layers import Array, Layer

#: What comes after the path of a scalar neuron: ".w.1", ".b".
_NEURON = re.compile(r"\.(w\.\d+|b)$")

#: Pitfalls that keep a loss where it is, whatever the learning rate.
_EXPLAINED = {"zero initialization", "dead units", "vanishing gradients", "saturated units", "unscaled inputs"}

Verdict = tuple[str, str, str]
Rule = Callable[[Evidence], Iterator[Verdict]]


def unscaled_inputs(evidence: Evidence) -> Iterator[Verdict]:
    """Judge the numbers that reach the first layer with weights.

    Inputs should have a mean near 0 and a deviation near 1 (LeCun, Bottou, Orr & Mueller 1998, "Efficient BackProp",
    section 4.3): a step along a feature a hundred times as large as another is a hundred times as large. Sizes (root
    mean square) up to 50 are let pass, since measurements in centimetres or pixels from 0 to 16 train well enough;
    beyond, or if all are below 0.01, it is a pitfall.
    """
    if evidence.inputs is None or evidence.inputs.dtype.kind != "f" or evidence.inputs.ndim < 2:
        return
    table = evidence.inputs.reshape(len(evidence.inputs), -1)
    sizes = np.sqrt(np.mean(np.square(table, dtype=np.float64), axis=0))
    largest = float(sizes.max())
    if largest > 50.0 or 0.0 < largest < 0.01:
        yield "unscaled inputs", "", f"inputs of typical sizes from {sizes.min():.2g} to {largest:.2g}"


def zero_initialization(evidence: Evidence) -> Iterator[Verdict]:
    """Judge whether all units of a layer are equal, although steps were made.

    Units that start equal get equal gradients, if what follows treats them alike, and stay equal for ever (Goodfellow,
    Bengio & Courville 2016, "Deep Learning", section 8.4). A last layer may start at zero: its units get gradients of
    their own, and differ after the first step, when this is asked.
    """
    for layer in evidence.layers:
        units = _units(layer)
        if units is not None and len(units) > 1 and _are_equal(units):
            yield "zero initialization", layer.path, f"all {len(units)} units are the same"


def label_leakage(evidence: Evidence) -> Iterator[Verdict]:
    """Judge how many validation windows stand in the training data, but for a shift.

    A split at random leaves nearly all windows a neighbour there, one in time but a few at the cut: half is between.
    See Bergmeir & Benitez 2012, "On the use of cross-validation for time series predictor evaluation".
    """
    if evidence.leaked > 0.5:
        yield (
            "label leakage",
            "",
            f"{100 * evidence.leaked:.0f} % of the validation windows overlap with training windows",
        )


def dead_units(evidence: Evidence) -> Iterator[Verdict]:
    """Judge how many units of a relu are zero for all samples: they have no gradient, and stay so.

    Some are no harm: with a learning rate too high it can be "as much as 40 %" (Karpathy, CS231n notes, "Neural
    Networks 1"). In a deep layer that sees nearly the same of all samples, each unit is dead with probability 1/2 at
    the start (Lu, Shin, Su & Karniadakis 2019, arXiv:1903.06733). So the pitfall is three deviations above half of
    them, 69 % of 64 units, or all; and nine tenths where the loss has fallen to a tenth, since a network that learned
    all the same had units to spare.
    """
    if "zero initialization" in evidence.known:
        return
    least = 0.0 if evidence.loss > 0.1 * evidence.start else 0.9
    for activity in evidence.activities:
        by_chance = min(0.5 + 1.5 / math.sqrt(activity.units), 1.0)
        if activity.dead >= max(by_chance, least):
            yield "dead units", activity.layer, f"{100 * activity.dead:.0f} % of units dead"


def saturated_units(evidence: Evidence) -> Iterator[Verdict]:
    """Judge how many outputs of tanh and sigmoid lie at their ends, while there is much to learn.

    There the slope is under 4 % of the steepest, and so is what passes back (Glorot & Bengio 2010, section 3). Up to
    half of them is seen in networks that learn from inputs not quite scaled, four fifths and more in those that do
    not: two thirds are between. A network that has learned may well end there, so that the loss must be above half of
    the one at the start.
    """
    for activity in evidence.activities:
        if activity.saturated > 2 / 3 and evidence.loss > 0.5 * evidence.start:
            yield (
                "saturated units",
                activity.layer,
                f"{100 * activity.saturated:.0f} % of the outputs of {activity.function} are saturated",
            )


def exploding_gradients(evidence: Evidence) -> Iterator[Verdict]:
    """Judge whether gradients are huge, not for steps that are too large.

    The gradient of a layer is about as large as its weights in a network that learns; a thousand times that is beyond
    any learning rate in use. It grows by a factor a layer, or a time step (Pascanu, Mikolov & Bengio 2013, section
    2.2). To tell it from a learning rate too high, which gets there by its own steps, it must be so at the first step,
    or with small steps.
    """
    steps = evidence.steps
    if not len(steps):
        return
    seen = steps.relative_gradient
    if not _update(evidence) < 0.1:
        seen = seen[: int(evidence.is_first)]
    largest = np.max(seen, axis=0, initial=0.0)
    worst = int(np.argmax(largest))
    if not largest[worst] <= 1e3:
        fact = f"gradients are {largest[worst]:.0e} times as large as the weights"
        yield "exploding gradients", steps.layers[worst], fact


def learning_rate_too_high(evidence: Evidence) -> Iterator[Verdict]:
    """Judge whether steps are large and the loss does not fall for it.

    Updates are usually a thousandth of the weights (Karpathy, CS231n notes, "Neural Networks 3"). A hundredth and more
    is a cause if the loss has grown by half; three tenths, if it is no lower than at the start.
    """
    update, loss, start = _update(evidence), evidence.loss, evidence.start
    grows = not loss < 1.5 * start and update > 0.01
    stays = len(evidence.rows) > 1 and not loss < start and update > 0.3 and not _EXPLAINED & evidence.known
    fails = evidence.failed and update > 0.1
    if (grows or stays or fails) and "exploding gradients" not in evidence.known:
        yield (
            "learning rate too high",
            "",
            f"steps of {100 * update:.2g} % of the weights, and a loss that went from {start:.3g} to {loss:.3g}",
        )


def vanishing_gradients(evidence: Evidence) -> Iterator[Verdict]:
    """Judge whether the gradients of an early layer are a small fraction of those of a later one.

    With sigmoids each layer takes away a factor of 4 at least (Hochreiter 1991; Glorot & Bengio 2010, section 4).
    """
    steps = evidence.steps
    if not len(steps) or (_EXPLAINED | {"learning rate too high"}) & evidence.known - {"vanishing gradients"}:
        return
    sizes = steps.gradient_size
    smallest = int(np.argmin(sizes))
    largest = smallest + int(np.argmax(sizes[smallest:]))
    part = sizes[smallest] / sizes[largest] if sizes[largest] else 0.0
    if 0.0 < part < 1e-4:
        fact = f"gradients are {part:.0e} of the size of those of layer {steps.layers[largest]}"
        yield "vanishing gradients", steps.layers[smallest], fact


def learning_rate_too_low(evidence: Evidence) -> Iterator[Verdict]:
    """Judge whether steps are tiny, agree in direction, and lead nowhere.

    If the gradients of different steps point the same way, larger steps would have done better: their product is the
    derivative of the loss in the learning rate (Baydin et al. 2018, arXiv:1703.04782). At a minimum they disagree.
    Asked in the second half of a training only, since a learning rate may be warmed up.
    """
    steps = evidence.steps
    if _EXPLAINED & evidence.known or evidence.failed or not len(steps) or evidence.iterations < 20:
        return
    agreement = float(np.mean(np.nan_to_num(steps.agreement)))
    if (
        2 * evidence.epoch >= evidence.epochs
        and _update(evidence) < 3e-4
        and agreement > 0.2
        and evidence.loss > 0.9 * evidence.start
    ):
        yield (
            "learning rate too low",
            "",
            f"steps of {_update(evidence):.0e} of the weights, all in much the same direction",
        )


def overfitting(evidence: Evidence) -> Iterator[Verdict]:
    """Judge whether training goes on to gain what validation does not.

    The training loss must be down by two fifths, and below what it was in the best epoch of validation, which must be
    five epochs ago: losses that rise together only swing. Then it is a pitfall if validation has lost a fifth of its
    gain, and a tenth of the loss at the start, for five epochs (Prechelt 1998, "Early Stopping - But When?", section
    2: the generalization loss); or if it gained less than half of what training did.
    """
    rows = [row for row in evidence.rows if "val_loss" in row]
    if len(rows) < 6 or "learning rate too high" in evidence.known:
        return
    best = min(rows, key=lambda row: row["val_loss"])
    last, now = rows[-1], min(row["val_loss"] for row in rows[-5:])
    start = max(evidence.start, rows[0]["val_loss"])
    lost, gained = now - best["val_loss"], start - best["val_loss"]
    gained_in_training = 1.0 - last["loss"] / max(evidence.start, rows[0]["loss"])
    if gained_in_training < 0.4 or last["epoch"] - best["epoch"] < 5 or last["loss"] > best["loss"]:
        return
    if lost > max(0.2 * gained, 0.1 * start) or 1.0 - now / start < 0.5 * gained_in_training:
        yield (
            "overfitting",
            "",
            f"overfitting, training loss {last['loss']:.3g} and validation loss {last['val_loss']:.3g} "
            f"(best {best['val_loss']:.3g} in epoch {best['epoch']:.0f})",
        )


RULES: tuple[Rule, ...] = (
    unscaled_inputs,
    zero_initialization,
    label_leakage,
    dead_units,
    saturated_units,
    exploding_gradients,
    learning_rate_too_high,
    vanishing_gradients,
    learning_rate_too_low,
    overfitting,
)


def _update(evidence: Evidence) -> float:
    """Return the typical step of the layer that moves most, in parts of its weights; inf if it is no number."""
    moves = evidence.steps.relative_update
    largest = float(np.max(moves, initial=0.0))
    return math.inf if math.isnan(largest) else largest


def _units(layer: Layer) -> Array | None:
    """Return all parameters of the units of a layer, a row each; None if it has no weights that make up units."""
    rows = [parameter.array for parameter in layer.learning if parameter.is_array]
    if rows:
        if not any(row.ndim > 1 for row in rows) or len({row.shape[:1] for row in rows}) > 1:
            return None
        return np.concatenate([row.reshape(len(row), -1) for row in rows], axis=1)
    neurons: dict[str, list[float]] = {}
    for path, parameter in layer.parameters.items():
        if not parameter.is_array:
            neurons.setdefault(_NEURON.sub("", path), []).append(parameter.data)
    return np.array(list(neurons.values())) if len({len(row) for row in neurons.values()}) == 1 else None


def _are_equal(rows: Array) -> bool:
    """Tell whether all rows are equal, up to the order in which sums were taken."""
    tolerance = 64 * np.finfo(rows.dtype).eps * np.abs(rows).max()
    return bool(np.all(np.abs(rows - rows[0]) <= tolerance))
