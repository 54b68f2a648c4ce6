"""The run as SVG: one neuron, the network, and (with matplotlib) curves, confusions and misread digits."""

from __future__ import annotations

import numpy as np

from autograd import MissingExtraError, Value, dot, total
from autograd.visual import Picture, draw
from nn import plots
from nn.demo.job import Experiment, History
from nn.metrics import confusion_matrix

_INPUTS_SHOWN = 6
_MISREAD_SHOWN = 16


def neuron_picture(experiment: Experiment) -> Picture:
    """Draw what one trained neuron computes of one held-back image.

    It is the hidden neuron that answers most strongly to the first image. The six pixels that move it most are drawn
    one by one; what the others add, with the bias, is summed up in one number.
    """
    pixels = experiment.test_images[0]
    neurons = experiment.model.layers[0].neurons
    neuron = max(neurons, key=lambda neuron: neuron(pixels.tolist()).data)
    order = np.argsort(-np.abs(pixels * [weight.data for weight in neuron.w]), kind="stable").tolist()
    shown, others = sorted(order[:_INPUTS_SHOWN]), order[_INPUTS_SHOWN:]
    rest = dot([neuron.w[k] for k in others], pixels[others].tolist(), bias=neuron.b)
    inputs = [Value(pixels[k], label=experiment.dataset.feature_names[k]) for k in shown]
    summed = Value(rest.data, label=f"{len(others)} other pixels, bias")
    products = [neuron.w[k] * x for k, x in zip(shown, inputs, strict=True)]
    output = total([*products, summed]).relu()
    output.label = neuron.b.label.removesuffix(".b")
    experiment.model.zero_grad()
    output.backward()
    picture = draw(output)
    experiment.model.zero_grad()
    return picture


def draw_run(experiment: Experiment, history: History) -> tuple[dict[str, str], str]:
    """Return the pictures of a run as SVG by name, and what to say of those left out."""
    pictures = {"neuron": neuron_picture(experiment).svg(), "network": draw(experiment.model).svg()}
    try:
        return pictures | _plots(experiment, history), ""
    except MissingExtraError as error:
        return pictures, str(error)


def _plots(experiment: Experiment, history: History) -> dict[str, str]:
    curves = plots.learning_curves(
        history.losses, accuracies={"held back": history.accuracies}, steps_per_epoch=experiment.steps_per_epoch
    )
    counts = confusion_matrix(history.predicted, experiment.test_labels, classes=10)
    pictures = {"loss": curves.svg(), "confusion": plots.confusion(counts).svg()}
    wrong = np.flatnonzero(history.predicted != experiment.test_labels)[:_MISREAD_SHOWN]
    if len(wrong):
        captions = [f"said {history.predicted[k]}, is {experiment.test_labels[k]}" for k in wrong]
        images = experiment.test_images[wrong].reshape(-1, 8, 8)
        pictures["misread"] = plots.image_grid(images, captions=captions, columns=4).svg()
    return pictures
