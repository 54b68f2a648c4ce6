"""Whole training steps with a compiled loss: forward, zero_grad, backward into the `Value`s, and the update.

Run with `python -m tests.benchmarks.steps`. The measure is the same step on arrays: the program's hand-written loss and
gradients, and SGD or Adam as their equations say, in place. Losses, gradients and weights of the first steps are held
equal before timing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import NamedTuple

import numpy as np

import autograd
import nn
from tests.benchmarks.harness import compare, take_quick_turns
from tests.benchmarks.programs import digits, moons
from tests.benchmarks.targets import CALL, HAND, Row, at_most, print_rows
from tests.benchmarks.threads import restart_on_one_thread

Arrays = dict[str, np.ndarray]
Update = Callable[[Arrays], None]
Batches = Iterator[tuple[np.ndarray, np.ndarray]]
OWN_LOOP, LIBRARY = "chainrule: own loop", "chainrule: nn's optimizer"
RATE, BATCH = 0.05, 64
BETA1, BETA2, EPSILON, ADAM_RATE = 0.9, 0.999, 1e-8, 1e-3


class Contender(NamedTuple):
    """A training step, which returns its loss, and what reads the weights and the latest gradients."""

    step: Callable[[], float]
    state: Callable[[], tuple[Arrays, Arrays]]


# --- by hand ------------------------------------------------------------------------------------------------------


def sgd_by_hand(p: Arrays) -> Update:
    """Return gradient descent on arrays."""

    def update(gradients: Arrays) -> None:
        for name, gradient in gradients.items():
            p[name] -= RATE * gradient

    return update


def adam_by_hand(p: Arrays) -> Update:
    """Return Adam on arrays, as in its paper (Kingma & Ba 2015, algorithm 1)."""
    means = {name: np.zeros_like(array) for name, array in p.items()}
    squares = {name: np.zeros_like(array) for name, array in p.items()}
    count = 0

    def update(gradients: Arrays) -> None:
        nonlocal count
        count += 1
        for name, gradient in gradients.items():
            mean, square = means[name], squares[name]
            mean *= BETA1
            mean += (1 - BETA1) * gradient
            square *= BETA2
            square += (1 - BETA2) * gradient**2
            corrected = square / (1 - BETA2**count)
            p[name] -= ADAM_RATE * (mean / (1 - BETA1**count)) / (np.sqrt(corrected) + EPSILON)

    return update


def by_hand(program: ModuleType, batches: Batches, optimizer: Callable[[Arrays], Update]) -> Contender:
    """Return the step on arrays."""
    p = program.parameters()
    update = optimizer(p)
    latest: Arrays = {}

    def step() -> float:
        loss, gradients = program.hand(p, *next(batches))
        update(gradients)
        latest.update(gradients)
        return float(loss)

    return Contender(step, lambda: (p, latest))


# --- with this library --------------------------------------------------------------------------------------------


def network(widths: list[int], arrays: Mapping[str, np.ndarray]) -> nn.MLP:
    """Return an MLP with a program's weights."""
    model = nn.MLP(widths[0], widths[1:], rng=0)
    for k, layer in enumerate(model.layers, start=1):
        for neuron, row, bias in zip(layer.neurons, arrays[f"W{k}"], arrays[f"b{k}"], strict=True):
            for w, number in zip([*neuron.w, neuron.b], [*row, bias], strict=True):
                w.data = float(number)
    return model


def state(model: nn.MLP) -> tuple[Arrays, Arrays]:
    """Return a network's weights and gradients, by the names of the program."""
    weights, gradients = {}, {}
    for k, layer in enumerate(model.layers, start=1):
        for found, attribute in ((weights, "data"), (gradients, "grad")):
            found[f"W{k}"] = np.array([[getattr(w, attribute) for w in neuron.w] for neuron in layer.neurons])
            found[f"b{k}"] = np.array([getattr(neuron.b, attribute) for neuron in layer.neurons])
    return weights, gradients


def moons_loss(model: nn.MLP) -> autograd.Compiled:
    """Return micrograd's loss of a network, compiled."""

    @autograd.compile
    def loss(X, y):
        scores = [model(x) for x in X]
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        return sum(losses) * (1.0 / len(losses)) + moons.PENALTY * sum(p * p for p in model.parameters())

    return loss


def digits_loss(model: nn.MLP) -> autograd.Compiled:
    """Return the cross-entropy of a network, compiled."""

    @autograd.compile
    def loss(X, labels):
        return nn.cross_entropy([model(x) for x in X], labels)

    return loss


def own_loop(model: nn.MLP, loss_of: autograd.Compiled, batches: Batches) -> Contender:
    """Return the step with an update that the user writes."""

    def step() -> float:
        loss = loss_of(*next(batches))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= RATE * p.grad
        return loss.data

    return Contender(step, lambda: state(model))


def with_optimizer(
    model: nn.MLP, loss_of: autograd.Compiled, batches: Batches, optimizer: nn.SGD | nn.Adam
) -> Contender:
    """Return the step with an optimizer of the library."""

    def step() -> float:
        loss = loss_of(*next(batches))
        model.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data

    return Contender(step, lambda: state(model))


# --- measured -----------------------------------------------------------------------------------------------------


def moons_steps() -> dict[str, Contender]:
    """Return the contenders of micrograd's demo; all samples are one batch."""
    first, second = (network([2, 16, 16, 1], moons.parameters()) for _ in range(2))
    batches = itertools.repeat(moons.data())
    return {
        HAND: by_hand(moons, batches, sgd_by_hand),
        OWN_LOOP: own_loop(first, moons_loss(first), batches),
        LIBRARY: with_optimizer(second, moons_loss(second), batches, nn.SGD(second.parameters(), lr=RATE)),
    }


def digits_steps() -> dict[str, Contender]:
    """Return the contenders of the digits, which go through all full batches in turn."""
    found = nn.datasets.digits()
    images, labels = found.images.reshape(-1, 64) / 16.0, found.target
    starts = range(0, len(labels) - BATCH + 1, BATCH)
    batches = [(images[start : start + BATCH], labels[start : start + BATCH]) for start in starts]
    model = network([64, 32, 10], digits.parameters())
    adam = nn.Adam(model.parameters(), lr=ADAM_RATE, betas=(BETA1, BETA2), eps=EPSILON)
    return {
        HAND: by_hand(digits, itertools.cycle(batches), adam_by_hand),
        LIBRARY: with_optimizer(model, digits_loss(model), itertools.cycle(batches), adam),
    }


def check(contenders: Mapping[str, Contender]) -> None:
    """Hold losses, gradients and weights of a few steps equal to those by hand."""
    for _ in range(5):
        losses = {name: contender.step() for name, contender in contenders.items()}
        weights, gradients = contenders[HAND].state()
        for name, contender in contenders.items():
            np.testing.assert_allclose(losses[name], losses[HAND], rtol=1e-9, err_msg=name)
            for found, expected in zip(contender.state(), (weights, gradients), strict=True):
                for key in expected:
                    np.testing.assert_allclose(
                        found[key], expected[key], rtol=1e-6, atol=1e-9, err_msg=f"{name}: {key}"
                    )


def measure(title: str, contenders: Mapping[str, Contender], rounds: int) -> dict[str, float]:
    """Return the median seconds of a step, printed."""
    check(contenders)
    steps = {name: contender.step for name, contender in contenders.items()}
    medians = take_quick_turns(steps, rounds=rounds, at_least=0.1)
    compare(title, medians, HAND, {})
    return medians


def main(rounds: int = 9) -> list[Row]:
    """Time the steps; print the medians, and return the lines of what was asked."""
    demo = measure("moons: whole training step, SGD", moons_steps(), rounds)
    batch = measure("digits, batch 64: whole training step, Adam", digits_steps(), rounds)
    return [
        at_most("moons, step, own loop", 2.5, HAND, {HAND: demo[HAND], CALL: demo[OWN_LOOP]}),
        at_most("moons, step, nn.SGD", 1.3, HAND, {HAND: demo[HAND], CALL: demo[LIBRARY]}),
        at_most("digits 64-32-10, step, nn.Adam", 1.2, HAND, {HAND: batch[HAND], CALL: batch[LIBRARY]}),
    ]


if __name__ == "__main__":
    restart_on_one_thread()
    print_rows(main())
