"""A batch divided among workers: each gets numbers and samples, and returns a loss and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any, NamedTuple

import numpy as np

from autograd import DomainError, OperandError, Tensor, no_grad
from autograd.recording import recording
from nn.module import Module
from nn.settings import count
from nn.training.blueprints import Blueprint, run_shard
from nn.training.runners import Array, Loss, Runner
from nn.training.workers import run_all


class ShardedLoss(NamedTuple):
    """The loss of a batch, and the gradient of each node of the network (None: it has none)."""

    data: float
    gradients: list[Any]


class ShardedRunner:
    """Runs the parts of a batch on an executor, and adds up their gradients in the order of the samples.

    The loss is a mean over samples, so that of a batch is the mean over its parts, each counted by its size.

    Parameters
    ----------
    runner
        What runs a whole batch here: the model as in use.
    shards
        In how many parts a batch is divided.

    Raises
    ------
    OperandError
        The parameters of the model cannot be found in another process, or something cannot be sent there.
    DomainError
        On the first batch: the parts of a batch do not add up to it. A layer draws random numbers, or keeps running
        averages, or mixes samples, or the loss is no mean over them.
    """

    def __init__(
        self, runner: Runner, model: Any, loss: Loss, parameters: tuple[Any, ...], executor: Executor, shards: int
    ) -> None:
        self._whole, self._model, self._loss = runner, model, loss
        self._executor, self._shards = executor, count("fit", "shards", shards)
        self._is_checked = False
        found = {id(node) for node in Blueprint(model, loss).nodes}
        if not all(id(parameter) in found for parameter in parameters):
            raise OperandError(
                "fit: the optimizer moves parameters that another process would not find in the model; make them "
                "attributes of an nn.Module, or train without an executor"
            )
        self.prepare, self.outputs = runner.prepare, runner.outputs

    def loss(self, x: Array, y: Array) -> tuple[Any, Any]:
        """Return the loss of a batch with its gradients, and the outputs; without recording it is computed here."""
        if recording.get() is False:
            return self._whole.loss(x, y)
        expected = None if self._is_checked else stateless_loss(self._model, self._whole, x, y)
        blueprint = Blueprint(self._model, self._loss)
        numbers = [node.array if isinstance(node, Tensor) else node.data for node in blueprint.nodes]
        parts = zip(np.array_split(x, self._shards), np.array_split(y, self._shards), strict=True)
        jobs = [(blueprint.text, numbers, *part) for part in parts if len(part[0])]
        done = run_all("fit", run_shard, jobs, "shard", self._executor)
        shares = [len(job[2]) / len(x) for job in jobs]
        loss = ShardedLoss(
            sum(share * one for share, (one, _, _) in zip(shares, done, strict=True)),
            [_sum(shares, gradients) for gradients in zip(*[gradients for _, _, gradients in done], strict=True)],
        )
        if expected is not None:
            self._compare(loss.data, expected)
        self._nodes = blueprint.nodes
        return loss, np.concatenate([outputs for _, outputs, _ in done])

    def backward(self, loss: ShardedLoss) -> None:
        """Add the gradients to those of the parameters."""
        for node, gradient in zip(self._nodes, loss.gradients, strict=True):
            if gradient is not None:
                node.grad = node.grad + gradient

    def _compare(self, loss: float, expected: float) -> None:
        """Make sure that the parts of a batch add up to it."""
        if not np.isclose(loss, expected, rtol=1e-4, atol=1e-6, equal_nan=True):
            raise DomainError(
                f"fit: the loss of a batch is {expected:.6g}, but its {self._shards} parts give {loss:.6g}; with an "
                "executor the loss must be a mean over samples (reduction='mean', no weights of classes), and no layer "
                "may look at other samples of its batch"
            )
        self._is_checked = True


def _sum(shares: list[float], gradients: tuple[Any, ...]) -> Any:
    """Return the sum of gradients, each times its share, from left to right; None if there are none."""
    terms = [share * gradient for share, gradient in zip(shares, gradients, strict=True) if gradient is not None]
    return sum(terms[1:], start=terms[0]) if terms else None


def stateless_loss(model: Any, runner: Runner, x: Array, y: Array) -> float:
    """Return the loss of a batch, after a look at whether it leaves nothing behind in the model: it would be lost."""
    parts = model if isinstance(model, Module) else Module()
    buffers, generators = dict(parts.named_buffers()), list(_generators(parts))
    states = [generator.bit_generator.state for _, _, generator in generators]
    with no_grad():
        loss = float(runner.loss(x, y)[0].data)
    for (path, part, generator), state in zip(generators, states, strict=True):
        if generator.bit_generator.state != state:
            generator.bit_generator.state = state
            raise DomainError(
                f"fit: {path or 'the model'} ({part!r}) draws random numbers, and each worker would draw the same; "
                "train without an executor, or without this layer"
            )
    for path, array in parts.named_buffers():
        if not np.array_equal(array, buffers[path], equal_nan=True):
            parts.load_state_dict(buffers, strict=False)
            raise DomainError(
                f"fit: the buffer {path} changes in training, and what the workers change would be lost; train "
                "without an executor, or use a layer that has no running averages, such as LayerNorm"
            )
    return loss


def _generators(model: Module) -> Iterator[tuple[str, Module, np.random.Generator]]:
    """Yield (path, module, generator) for the generators that layers draw from."""
    for path, part in model.named_modules():
        for item in vars(part).values():
            if isinstance(item, np.random.Generator):
                yield path, part, item
