"""One training step of micrograd's demo: 100 moons, an MLP 2-16-16-1, hinge loss and L2; micrograd and this library.

Run with `python -m tests.benchmarks.moons`; the peer comes with `pip install 'chainrule[benchmark]'`.

Three contenders take the same step from the same weights: micrograd's own engine and network; its program with the
imports changed (networks written as it writes them, on `Value`); and the same program with `nn.MLP`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import micrograd.engine
import micrograd.nn
import numpy as np

import autograd
import nn
from tests.benchmarks.harness import compare, take_turns

RATE = 0.05


class Neuron:
    """A neuron in micrograd's manner: products and sums one at a time."""

    def __init__(self, width: int) -> None:
        self.w = [autograd.Value(0.0) for _ in range(width)]
        self.b = autograd.Value(0.0)

    def __call__(self, x: list[Any]) -> Any:
        return sum((wi * xi for wi, xi in zip(self.w, x)), self.b)  # noqa: B905 - as micrograd writes it


class Network:
    """Layers of such neurons, relu in between."""

    def __init__(self, *widths: int) -> None:
        self.layers = [[Neuron(fan_in) for _ in range(fan_out)] for fan_in, fan_out in pairwise(widths)]

    def __call__(self, x: list[Any]) -> Any:
        for layer in self.layers[:-1]:
            x = [neuron(x).relu() for neuron in layer]
        return self.layers[-1][0](x)

    def parameters(self) -> list[autograd.Value]:
        return [p for layer in self.layers for neuron in layer for p in (*neuron.w, neuron.b)]

    def zero_grad(self) -> None:
        for p in self.parameters():
            p.grad = 0.0


def demo_loss(number: Callable[[Any], Any], model: Any, X: Any, y: Any) -> Any:
    """Write the loss as the demo does: hinge on the scores, and 1e-4 times the squared parameters."""
    inputs = [list(map(number, row)) for row in X]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    return data_loss + 1e-4 * sum(p * p for p in model.parameters())


def demo_step(number: Callable[[Any], Any], model: Any, X: Any, y: Any) -> Callable[[], Any]:
    """Return the demo's training step: forward, zero_grad, backward, update."""

    def step() -> Any:
        loss = demo_loss(number, model, X, y)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= RATE * p.grad
        return loss

    return step


def library_step(model: nn.MLP, X: list[list[float]], y: list[float]) -> Callable[[], Any]:
    """Return the same step as a user of this library writes it."""
    parameters = model.parameters()
    optimizer = nn.SGD(parameters, lr=RATE)

    def step() -> Any:
        scores = [model(row) for row in X]
        loss = nn.hinge_loss(scores, y) + 1e-4 * autograd.dot(parameters, parameters)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def contenders(X: Any, y: Any) -> dict[str, tuple[Any, Callable[[], Any]]]:
    """Return the models and their steps, all from micrograd's initial weights."""
    random.seed(1337)
    original = micrograd.nn.MLP(2, [16, 16, 1])
    ours, library, plain = Network(2, 16, 16, 1), nn.MLP(2, [16, 16, 1]), nn.MLP(2, [16, 16, 1])
    for model in (ours, library, plain):
        for p, source in zip(model.parameters(), original.parameters(), strict=True):
            p.data = float(source.data)
    lists = [[float(cell) for cell in row] for row in X], [float(cell) for cell in y]
    return {
        "micrograd": (original, demo_step(micrograd.engine.Value, original, X, y)),
        "imports changed": (ours, demo_step(autograd.Value, ours, X, y)),
        "imports changed, nn.MLP": (library, demo_step(autograd.Value, library, X, y)),
        "nn.MLP, losses, SGD": (plain, library_step(plain, *lists)),
    }


def check(entries: dict[str, tuple[Any, Callable[[], Any]]]) -> None:
    """Take three steps with each contender and hold losses and gradients equal."""
    for _ in range(3):
        losses = [step().data for _, step in entries.values()]
        gradients = [[p.grad for p in model.parameters()] for model, _ in entries.values()]
        np.testing.assert_allclose(losses, losses[0], rtol=1e-9)
        for gradient in gradients:
            np.testing.assert_allclose(gradient, gradients[0], rtol=1e-9, atol=1e-12)


def main(rounds: int = 7) -> None:
    """Compare the demo as it is, on NumPy numbers, and on plain floats, which suit both better."""
    X, labels = nn.datasets.moons(100, noise=0.1, rng=0)
    y = 2 * np.asarray(labels) - 1
    targets = {"imports changed": ">= 5x", "imports changed, nn.MLP": ">= 50x", "nn.MLP, losses, SGD": ">= 50x"}
    for kind, data in (("NumPy numbers, as in the demo", (X, y)), ("plain floats", (X.tolist(), y.tolist()))):
        entries = contenders(*data)
        check(entries)
        medians = take_turns({name: step for name, (_, step) in entries.items()}, rounds=rounds)
        compare(f"moons: one training step, {kind}", medians, "micrograd", targets)


if __name__ == "__main__":
    main()
