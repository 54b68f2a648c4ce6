"""One run, in three parts: prepare the data and the network, check the first gradients, learn."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from autograd import GradientMismatch, Value, topological_order
from autograd.compiler.compiled import Stats
from nn.datasets import Digits, digits
from nn.demo.by_hand import Array, Arrays, backpropagate, gradients_of, parameters_of, relative_differences
from nn.demo.settings import Settings
from nn.demo.training import batch_loss, compiled_loss, compiled_scores, read_scores, train
from nn.metrics import accuracy, predicted_classes
from nn.randomness import generator
from nn.scalar import MLP
from nn.splitting import train_test_split

Labels = NDArray[np.int64]

#: Gradients by machine and by hand must agree in every entry to this, relatively; they do so 1,000 times better.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Experiment:
    """The data, divided, and a network that has not learned yet."""

    settings: Settings
    dataset: Digits
    train_images: Array  # (images, 64), from 0.0 to 1.0
    test_images: Array
    train_labels: Labels
    test_labels: Labels
    model: MLP
    rng: np.random.Generator

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""
        return math.ceil(len(self.train_labels) / self.settings.batch_size)


def prepare(settings: Settings) -> Experiment:
    """Load the digits, keep some of each class back, and draw the weights of a network."""
    rng = generator(settings.seed)
    dataset = digits()
    X_train, X_test, y_train, y_test = train_test_split(
        dataset.data / 16.0, dataset.target, test_size=settings.test_share, rng=rng, stratify=dataset.target
    )
    model = MLP(64, [settings.hidden, 10], rng=rng)
    return Experiment(settings, dataset, X_train, X_test, y_train, y_test, model, rng)


@dataclass(frozen=True)
class Check:
    """One training step taken apart: how much it computes, and its gradients by machine and by hand."""

    nodes: int
    operations: int
    derivatives: int
    gradients: Arrays
    differences: Arrays
    step_seconds: float  # of an eager loss and its gradients

    @property
    def largest_difference(self) -> float:
        """The largest relative difference between a gradient by machine and the same one by hand."""
        return float(np.max([difference.max() for difference in self.differences]))


def check_first_step(experiment: Experiment) -> Check:
    """Compare all gradients of the first batch with backpropagation by hand, before anything is learned.

    Later on, the comparison in single entries would say less: once the probability p of a right answer is almost 1,
    its error p - 1 has lost most of its digits, by hand as by machine.

    Raises
    ------
    GradientMismatch
        A gradient differs by more than rounding.
    """
    model, size = experiment.model, experiment.settings.batch_size
    X, labels = experiment.train_images[:size], experiment.train_labels[:size]
    model.zero_grad()
    started = time.perf_counter()
    loss = batch_loss(model, X.tolist(), labels.tolist())
    loss.backward()
    seconds = time.perf_counter() - started
    derived, written = gradients_of(model), backpropagate(parameters_of(model), X, labels)
    differences = relative_differences(derived, written)
    check = Check(*count(loss), gradients=derived, differences=differences, step_seconds=seconds)
    if not check.largest_difference < TOLERANCE:  # a nan is not below it either
        raise GradientMismatch(
            f"demo: a gradient differs from backpropagation by hand, relatively by {check.largest_difference:.1e}; "
            f"rounding explains {TOLERANCE:.0e} at most. This is a bug of chainrule: please report it"
        )
    return check


def count(output: Value) -> tuple[int, int, int]:
    """Count the nodes of a graph that were computed, the operations in them, and the local derivatives between them.

    A node of n operands stands for n - 1 operations: a sum of k products and a bias is 2k multiplications and
    additions.

    >>> from autograd import dot
    >>> count(dot([Value(1.0), Value(2.0)], [3.0, 4.0], bias=Value(0.5)).tanh())
    (2, 5, 4)
    """
    nodes = [node for node in topological_order(output) if not node.is_leaf]
    operations = sum(max(1, len(node.operands) - 1) for node in nodes)
    return len(nodes), operations, sum(partial is not None for node in nodes for partial in node.partials)


def median_seconds(run: Callable[[], object], times: int = 9) -> float:
    """Return the median time of a few runs."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


class Watcher(Protocol):
    """Whoever wants to hear how the training goes."""

    def step(self, loss: float) -> None:
        """Hear of the loss of a batch."""

    def epoch(self, accuracy: float) -> None:
        """Hear of the accuracy on held-back images after an epoch."""


@dataclass(frozen=True)
class History:
    """How the training went, and what the network says of the held-back images at its end."""

    losses: list[float]
    accuracies: list[float]
    seconds: float
    scores: Array  # (held-back images, 10)
    stats: Stats
    step_seconds: float  # of a compiled loss and its gradients

    @property
    def accuracy(self) -> float:
        """The share of held-back images read rightly at the end."""
        return self.accuracies[-1]

    @property
    def predicted(self) -> Labels:
        """The digit that the network reads in each held-back image."""
        return predicted_classes(self.scores)


def learn(experiment: Experiment, watcher: Watcher) -> History:
    """Train the network of an experiment, and judge it on the held-back images after every epoch."""
    settings, model = experiment.settings, experiment.model
    loss_of, scores_of = compiled_loss(model), compiled_scores(model)
    started = time.perf_counter()
    losses, accuracies = [], []
    for loss in train(
        model,
        loss_of,
        experiment.train_images,
        experiment.train_labels,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        rng=experiment.rng,
    ):
        losses.append(loss)
        watcher.step(loss)
        if len(losses) % experiment.steps_per_epoch == 0:
            found = read_scores(scores_of, experiment.test_images)
            accuracies.append(accuracy(found, experiment.test_labels))
            watcher.epoch(accuracies[-1])
    seconds = time.perf_counter() - started
    X, labels = experiment.train_images[: settings.batch_size], experiment.train_labels[: settings.batch_size]
    loss_of(X, labels)
    return History(
        losses, accuracies, seconds, found, loss_of.stats, median_seconds(lambda: loss_of(X, labels).backward())
    )
