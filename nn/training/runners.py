"""How a batch runs through a network: as arrays, or row by row through `Value`s at matrix speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from autograd import Compiled, Node, OperandError, Tensor, compile, no_grad, vmap
from autograd.trees import map_leaves
from nn.module import Module

Array = np.ndarray[Any, Any]
Loss = Callable[[Any, Any], Any]


class Runner(Protocol):
    """What the loop asks of a network, whatever it is made of."""

    def prepare(self, array: Array) -> Array:
        """Return inputs or targets in the precision of the network."""

    def loss(self, x: Array, y: Any) -> tuple[Any, Any]:
        """Return the loss of a batch as a node, and the outputs."""

    def backward(self, loss: Any) -> None:
        """Add the gradients of a loss to those of the parameters."""

    def outputs(self, x: Array) -> Array:
        """Return the outputs of a batch, shape (batch, ...), without recording."""


def runner_of(model: Any, loss: Loss | None = None) -> Runner:
    """Return what runs a network: a `Module` of `Value`s gets one row at a time, anything else the batch.

    Raises
    ------
    OperandError
        It cannot be called, or the loss cannot.
    """
    if not callable(model):
        raise OperandError(f"expected a model that can be called, such as an nn.Module, got {type(model).__name__}")
    if loss is not None and not callable(loss):
        raise OperandError(
            f"expected a loss of (outputs, targets), such as nn.cross_entropy, got {type(loss).__name__}; the order is "
            "fit(model, loss, (X, y))"
        )
    parameters = model.parameters() if isinstance(model, Module) else []
    if parameters and not any(parameter.is_array for parameter in parameters):
        return ScalarRunner(model, loss)
    return ArrayRunner(model, loss, parameters)


class ArrayRunner:
    """Runs a network of `Tensor`s, or any function of a batch."""

    def __init__(self, model: Callable[[Any], Any], loss: Loss | None, parameters: list[Any]) -> None:
        self.model, self._loss = model, loss
        self._given = (lambda x: x) if isinstance(model, Compiled) else as_input  # that wants plain numbers
        self._dtype = np.result_type(*[p.dtype for p in parameters if p.is_array] or [np.float64])

    def prepare(self, array: Array) -> Array:
        """Return real numbers in the precision of the parameters, and integers as they are."""
        return array.astype(self._dtype, copy=False) if array.dtype.kind == "f" else array

    def loss(self, x: Array, y: Any) -> tuple[Any, Any]:
        """Return the loss of a batch, and the outputs."""
        assert self._loss is not None
        outputs = self.model(self._given(x))
        return self._loss(outputs, y), outputs

    def backward(self, loss: Any) -> None:
        """Add the gradients to those of the parameters, and keep none in between."""
        if isinstance(loss, Tensor):
            loss.backward(keep="leaves")
        else:
            loss.backward()

    def outputs(self, x: Array) -> Array:
        """Return the outputs of a batch."""
        with no_grad():
            return as_array(self.model(self._given(x)))


class ScalarRunner:
    """Runs a network of `Value`s: the code is that of one row, and what is run is its compiled batch."""

    def __init__(self, model: Module, loss: Loss | None) -> None:
        batch = vmap(model)

        def loss_and_outputs(rows: Any, targets: Any) -> Any:
            outputs = batch(rows)
            return loss(outputs, targets), outputs  # type: ignore[misc]

        self._loss, self._outputs = compile(loss_and_outputs), compile(batch)

    def prepare(self, array: Array) -> Array:
        """Return real numbers as float64, and integers as they are."""
        return array.astype(np.float64, copy=False) if array.dtype.kind == "f" else array

    def loss(self, x: Array, y: Any) -> tuple[Any, Any]:
        """Return the loss of a batch, and the outputs as nested lists."""
        loss, outputs = self._loss(x, y)
        return loss, outputs

    def backward(self, loss: Any) -> None:
        """Add the gradients to those of the parameters."""
        loss.backward()

    def outputs(self, x: Array) -> Array:
        """Return the outputs of a batch."""
        with no_grad():
            return as_array(self._outputs(x))


def as_array(outputs: Any) -> Array:
    """Return the numbers of outputs: of a tensor, an array, or nested lists of `Value`s."""
    if isinstance(outputs, Tensor):
        return outputs.array  # type: ignore[no-any-return]
    if isinstance(outputs, np.ndarray):
        return outputs
    numbers = map_leaves(lambda x: x.data if isinstance(x, Node) else x, outputs)
    return np.array(numbers, dtype=np.float64)


def as_input(x: Array) -> Any:
    """Return inputs as data that nobody wants a gradient of; integers stay an array."""
    return Tensor(x, constant=True) if x.dtype.kind == "f" else x


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Let a network behave as in use within the block; afterwards each part is as it was."""
    modes = [(part, part.training) for _, part in model.named_modules()] if isinstance(model, Module) else []
    for part, _ in modes:
        part.training = False
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training
