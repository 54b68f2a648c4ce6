"""Blocks: parameters that are moved as one array, and what an update rule remembers of them.

All `Value`s of a group are one block, a part of a pool's arrays. Each `Tensor` is a block of its own, and is given a
new array at every step, since graphs may remember the one it has. Small ones move together: `nn.optimizers.joint`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import ShapeError, Tensor
from autograd.pool import Pool

Array = np.ndarray[Any, np.dtype[Any]]


class Memory(dict[str, Array]):
    """What a rule remembers of a block from step to step: arrays of its shape, zeros when they are first asked for.

    Attributes
    ----------
    steps
        How often the block was moved.
    whole
        What is remembered of several blocks together, if this is a part of it; then the arrays are only there.

    >>> memory = Memory((2,), np.dtype(np.float32))
    >>> memory["velocity"]
    array([0., 0.], dtype=float32)
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        super().__init__()
        self.shape, self.dtype = shape, dtype
        self.steps = 0
        self.whole: Memory | None = None
        self._place = slice(None)

    def __missing__(self, name: str) -> Array:
        if self.whole is not None:
            return self.whole[name][self._place].reshape(self.shape)
        self[name] = array = np.zeros(self.shape, self.dtype)
        return array

    def join(self, whole: Memory, place: slice) -> None:
        """Keep in a place of a larger memory what will be remembered."""
        self.whole, self._place = whole, place

    def forget(self) -> None:
        """Go back to the start, when everything is zero and nothing was moved."""
        self.steps = 0
        self.clear()
        for array in self.whole.values() if self.whole is not None else ():
            array[self._place] = 0.0

    def convert(self, dtype: np.dtype[Any]) -> None:
        """Change the precision, after the parameters have changed theirs; the memory is nobody's part any more."""
        converted = {name: self[name].astype(dtype) for name in (self if self.whole is None else self.whole)}
        self.dtype, self.whole = dtype, None
        self.update(converted)


class ValueBlock:
    """Some `Value`s that stand side by side in a pool, for use while the pool is open (`with pool`)."""

    name = "values"

    def __init__(self, pool: Pool, places: slice) -> None:
        self._pool, self._places = pool, places
        size = places.stop - places.start
        self._room = np.empty(size)
        self.memory = Memory((size,), self._room.dtype)

    def numbers(self) -> Array:
        """Return the numbers, for reading."""
        return self._pool.data[self._places]

    def read(self) -> tuple[Array, Array]:
        """Return the numbers and the gradients."""
        return self._pool.data[self._places], self._pool.grad[self._places]

    def room(self) -> Array:
        """Return an array for a change of the numbers, to be overwritten."""
        return self._room

    def subtract(self, change: Array, numbers: Array) -> None:
        """Set the numbers to `numbers - change`."""
        np.subtract(numbers, change, out=self._pool.data[self._places])

    def write(self, numbers: Array) -> None:
        """Set the numbers."""
        self._pool.data[self._places] = numbers


class TensorBlock:
    """One `Tensor`.

    Raises
    ------
    ShapeError
        On reading: the gradient, set by hand, does not have the tensor's shape.
    """

    def __init__(self, tensor: Tensor, name: str) -> None:
        self.tensor, self.name = tensor, name
        self.memory = Memory(tensor.shape, tensor.dtype)

    def numbers(self) -> Array:
        """Return the numbers, for reading."""
        return self.tensor.array  # type: ignore[no-any-return]

    def read(self) -> tuple[Array, Any] | None:
        """Return the numbers and the gradient; None if the tensor is frozen or no gradient was computed."""
        numbers, gradient = self.tensor.array, self.tensor.grad
        if self.tensor.constant or (gradient.__class__ is float and gradient == 0.0):  # a computed zero is NumPy's
            return None
        shape = gradient.shape if gradient.__class__ is np.ndarray else np.shape(gradient)
        if shape != numbers.shape:
            raise ShapeError(f"parameter {self.name} has shape {numbers.shape}, but its grad {shape}")
        if numbers.dtype != self.memory.dtype:
            self.memory.convert(numbers.dtype)
        return numbers, gradient

    def room(self) -> Array:
        """Return an array for a change of the numbers, which `subtract` makes the tensor's own."""
        return np.empty_like(self.tensor.array)

    def subtract(self, change: Array, numbers: Array) -> None:
        """Set the numbers to `numbers - change`, in the memory of the change."""
        np.subtract(numbers, change, out=change)
        self.tensor.array = change if change.ndim else change[()]

    def write(self, numbers: Array) -> None:
        """Set the numbers to those of an array, whose shape may be flat and which is nobody else's."""
        array = numbers.reshape(self.tensor.shape).astype(self.tensor.dtype, copy=False)
        self.tensor.array = array if array.ndim else array[()]


Block = ValueBlock | TensorBlock
