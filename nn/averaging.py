"""Averages of the weights along the way: smoother than the last weights, and often better on new data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import DomainError, GraphError, ShapeError, UnknownNameError
from autograd.pool import Members
from nn.module import Module
from nn.optimizers.groups import read_parameters
from nn.settings import count, fraction

Array = np.ndarray[Any, np.dtype[Any]]


class AveragedWeights:
    """What the averages share: `update()` after each step of the optimizer, and `applied()` to use them.

    Parameters
    ----------
    parameters
        A module, or a list of `Value`s and `Tensor`s.

    Attributes
    ----------
    updates
        How many weights were averaged. Before the first update, the average is what the weights were at the start.

    Raises
    ------
    OperandError, DomainError
        What was given are no parameters, or there are none.
    """

    def __init__(self, parameters: Module | Any) -> None:
        found = parameters.parameters() if isinstance(parameters, Module) else parameters
        found = read_parameters(type(self).__name__, found)
        self._values = Members([parameter for parameter in found if not parameter.is_array])
        self._tensors = [parameter for parameter in found if parameter.is_array]
        self._averages = [np.array(array) for array in self._read()]
        self._is_applied = False
        self.updates = 0

    def update(self) -> None:
        """Take the present weights into the average.

        Raises
        ------
        GraphError
            The average is applied at present, so that the weights are the average itself.
        """
        if self._is_applied:
            raise GraphError(f"{type(self).__name__}: update() inside of `with applied()` would average the average")
        self.updates += 1
        for average, weights in zip(self._averages, self._read(), strict=True):
            if self.updates == 1:
                average[...] = weights
            else:
                average += self._share() * (weights - average)

    def _share(self) -> float:
        """Return the part that the present weights have in the average, given the number of updates."""
        raise NotImplementedError

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the parameters be the averages for the duration of a `with` block; they come back whatever happens.

        Buffers, such as the running statistics of a BatchNorm, stay those of the training.
        """
        kept, before = self._read(), self._is_applied
        try:
            self.apply()
            self._is_applied = True
            yield
        finally:
            self._write(kept)
            self._is_applied = before

    def apply(self) -> None:
        """Let the parameters be the averages from now on."""
        self._write(self._averages)

    def _read(self) -> list[Any]:
        """Return the numbers of all `Value`s as one array, and then the array of each `Tensor`."""
        return [self._values.numbers(), *[tensor.array for tensor in self._tensors]]

    def _write(self, arrays: list[Any]) -> None:
        numbers, *rest = arrays
        for value, number in zip(self._values.values, numbers.tolist(), strict=True):
            value.data = number
        for tensor, array in zip(self._tensors, rest, strict=True):
            tensor.data = array

    def state_dict(self) -> dict[str, Array]:
        """Return the averages, as arrays by name."""
        return {"updates": np.array(self.updates)} | {
            name: average.copy() for name, average in zip(self._names(), self._averages, strict=True)
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the averages of a network of the same shapes; nothing is changed unless everything fits.

        Raises
        ------
        UnknownNameError, ShapeError, DomainError
            The state is not that of such averages.
        """
        user = f"{type(self).__name__}.load_state_dict"
        if state.keys() != {"updates", *self._names()}:
            raise UnknownNameError(
                f"{user}: got {len(state)} names, first {next(iter(state), None)!r}, expected 'updates', 'values' and "
                f"those of {len(self._tensors)} tensors; was the state saved with another network?"
            )
        updates = count(user, "updates", np.asarray(state["updates"]).tolist(), least=0)
        averages = []
        for name, average in zip(self._names(), self._averages, strict=True):
            array = np.asarray(state[name])
            if array.shape != average.shape:
                raise ShapeError(f"{user}: {name} must have the shape {average.shape}, got {array.shape}")
            if array.dtype.kind != "f":
                raise DomainError(f"{user}: {name} must be an array of floats, got {array.dtype}")
            averages.append(array.astype(average.dtype))
        self.updates, self._averages = updates, averages

    def _names(self) -> list[str]:
        return ["values", *[f"tensors.{place}" for place in range(len(self._tensors))]]


class EMA(AveragedWeights):
    """The exponential moving average: average = decay * average + (1 - decay) * weights (Polyak & Juditsky 1992).

    It starts with the weights of the first update.

    Parameters
    ----------
    parameters
        A module, or a list of `Value`s and `Tensor`s.
    decay
        How much of the average is kept at each update; 0.999 looks back about 1000 steps.

    >>> from autograd import Tensor
    >>> weights = Tensor([1.0, 2.0])
    >>> average = EMA([weights], decay=0.5)
    >>> for _ in range(2):
    ...     average.update()
    ...     weights.data -= 1.0
    >>> with average.applied():
    ...     print(weights)
    Tensor([0.5, 1.5])
    >>> weights
    Tensor([-1.,  0.])
    """

    def __init__(self, parameters: Module | Any, decay: float = 0.999) -> None:
        self.decay = fraction("EMA", "decay", decay)
        super().__init__(parameters)

    def _share(self) -> float:
        return 1.0 - self.decay


class SWA(AveragedWeights):
    """The plain mean of the weights at all updates, such as one an epoch (Izmailov et al. 2018, arXiv:1803.05407).

    A network with BatchNorm needs its running statistics computed anew for averaged weights: one pass over the data
    in training mode.

    >>> from autograd import Tensor
    >>> weights = Tensor([1.0, 2.0])
    >>> average = SWA([weights])
    >>> for _ in range(3):
    ...     average.update()
    ...     weights.data *= 2.0
    >>> average.apply()
    >>> weights.data.round(3)
    array([2.333, 4.667])
    """

    def _share(self) -> float:
        return 1.0 / self.updates
