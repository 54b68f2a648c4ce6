"""The scalar form of a program, compiled by this library: a bare replay, and the call that users write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd.compiler.executors import Executor
from autograd.compiler.positions import as_slice
from autograd.trees import leaves, map_leaves

Numbers = tuple[float, dict[str, np.ndarray]]  # loss and gradients
Run = Callable[[], Numbers]


def values(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return arrays as nested lists of `Value`s."""
    return {name: map_leaves(autograd.Value, array.tolist()) for name, array in arrays.items()}


def gradients(p: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the gradients of nested `Value`s as arrays."""
    return {name: np.array(map_leaves(lambda value: value.grad, part)) for name, part in p.items()}


class Called(NamedTuple):
    """The public path: `loss(*data)` and `.backward()`; gradients add up in the `Value`s of `p`, as always."""

    loss: autograd.Compiled
    p: dict[str, Any]
    data: tuple[np.ndarray, ...]

    def __call__(self) -> autograd.Value:
        """Compute the loss and its gradients."""
        loss: autograd.Value = self.loss(*self.data)
        loss.backward()
        return loss

    def numbers(self) -> Numbers:
        """Return the loss and its gradients as arrays."""
        for value in leaves(self.p):
            value.grad = 0.0
        return self().data, gradients(self.p)

    def replay(self) -> Run:
        """Return the same without `Value`s: from the numbers in arrays to the loss and the gradients in arrays."""
        self.loss(*self.data)
        path, run = self.loss._latest
        numbers = path.numbers(run)
        replay = path.replay
        places = {id(value): place for place, value in enumerate(path.trace.parameters)}
        unused = len(places)  # numbers that the loss does not depend on: the last of the gradient, which stays 0
        shaped = {
            name: np.array(map_leaves(lambda v: places.get(id(v), unused), part)) for name, part in self.p.items()
        }
        where = {name: as_slice(array.ravel()) for name, array in shaped.items()}

        def run() -> Numbers:
            path.forward(replay, numbers)
            replay.backward()
            gradient = np.append(replay.read_gradients({0: 0}, len(places)), 0.0)
            return replay.read(replay.outputs[0]), {
                name: gradient[where[name]].reshape(array.shape) for name, array in shaped.items()
            }

        return run


def compiled(program: ModuleType, executor: Executor = "auto") -> Called:
    """Return a program's loss as a compiled function of its data, with its parameters as `Value`s."""
    p = values(program.parameters())
    return Called(autograd.compile(lambda *data: program.scalar(p, *data), executor=executor), p, program.data())


def eager(program: ModuleType) -> Run:
    """Return the scalar form on `Value`s, recorded and differentiated afresh on every run."""
    p, data = values(program.parameters()), [array.tolist() for array in program.data()]

    def run() -> Numbers:
        for value in leaves(p):
            value.grad = 0.0
        loss = program.scalar(p, *data)
        loss.backward()
        return loss.data, gradients(p)

    return run
