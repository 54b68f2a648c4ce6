"""`Pool`: the numbers and gradients of many `Value`s in two arrays, for as long as nobody looks at one of them.

To read hundreds of numbers from `Value`s and write as many gradients back takes as long as a whole compiled training
step. So between an optimizer and a compiled loss the arrays may hold the truth; the `Value`s become `PooledValue`s
meanwhile, and the first look at any of them, from anywhere, brings all numbers back. Nobody sees a stale one.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from autograd.errors import DomainError
from autograd.node import Node
from autograd.value import Value

Array = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

#: For each `Value` that is in a pool, by identity, the newest pool.
_pools: weakref.WeakValueDictionary[int, Pool] = weakref.WeakValueDictionary()
_lock = threading.RLock()
#: The slots themselves: what they hold is written without asking anybody.
_write_data, _write_grad = (vars(Node)[name].__set__ for name in ("data", "grad"))


class PooledValue(Value):
    """A `Value` whose number and gradient are in the arrays of a pool; a look at either makes it a plain one again."""

    __slots__ = ()

    @property
    def data(self) -> Any:
        """The number, after all of the pool are written back."""
        settle(self)
        return self.data

    @data.setter
    def data(self, number: Any) -> None:
        settle(self)
        self.data = number

    @property
    def grad(self) -> Any:
        """The gradient, after all of the pool are written back."""
        settle(self)
        return self.grad

    @grad.setter
    def grad(self, number: Any) -> None:
        settle(self)
        self.grad = number

    @classmethod
    def make(cls, state: tuple[Any, ...]) -> Any:
        """Make a node with this state: a copy is a plain `Value`."""
        return Value.make(state)


class Pool:
    """Some `Value`s, each once, as two arrays.

    Attributes
    ----------
    values
        The `Value`s, in order.
    data, grad
        Their numbers and gradients, shape (n,), while `is_flat`.
    is_flat
        Whether the arrays, not the `Value`s, hold the truth.

    >>> x, y = Value(1.0), Value(2.0)
    >>> pool = Pool([x, y])
    >>> pool.flatten()
    >>> pool.data *= 10.0
    >>> x.data + y.data, pool.is_flat
    (30.0, False)
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)
        self.data: Array = np.zeros(len(self.values))
        self.grad: Array = np.zeros(len(self.values))
        self.is_flat = False
        self.places = {id(value): place for place, value in enumerate(self.values)}
        if len(self.places) < len(self.values):
            twice = next(place for place, value in enumerate(self.values) if self.places[id(value)] != place)
            again = self.places[id(self.values[twice])]
            raise DomainError(f"parameters {twice} and {again} are the same object; pass each once")
        self.can_be_flat = {type(value) for value in self.values} <= _PLAIN
        with _lock:
            for value in self.values:
                settle(value)  # it may have been in another pool
                if self.can_be_flat:
                    _pools[id(value)] = self

    def __enter__(self) -> tuple[Array, Array]:
        """Hand out numbers and gradients, as arrays to change in place; they are written back when the block ends."""
        _lock.acquire()
        if not self.is_flat:
            self.data[:] = [value.data for value in self.values]
            self.grad[:] = [value.grad for value in self.values]
        return self.data, self.grad

    def __exit__(self, *_: object) -> None:
        if not self.is_flat:
            for value, number, gradient in zip(self.values, self.data.tolist(), self.grad.tolist(), strict=True):
                value.data, value.grad = number, gradient
        _lock.release()

    def flatten(self) -> None:
        """Let the arrays hold the truth from now on."""
        with self:
            # A value that a newer pool has taken over is that pool's to write back.
            if not self.is_flat and self.can_be_flat and all(_pools.get(id(value)) is self for value in self.values):
                for value in self.values:
                    value.__class__ = PooledValue
                self.is_flat = True

    def settle(self) -> None:
        """Write everything back to the `Value`s, which hold the truth from now on."""
        with _lock:
            if self.is_flat:
                self.is_flat = False
                for value, number, gradient in zip(self.values, self.data.tolist(), self.grad.tolist(), strict=True):
                    _write_data(value, number)
                    _write_grad(value, gradient)
                    value.__class__ = Value

    def zero_grad(self) -> None:
        """Set all gradients to zero."""
        if not self._zero(slice(None)):
            for value in self.values:
                value.grad = 0.0

    def _zero(self, places: Any) -> bool:
        """Set these gradients to zero if they are in the array; tell whether they are."""
        with _lock:
            if self.is_flat:
                self.grad[places] = 0.0
            return self.is_flat

    def __del__(self) -> None:
        self.settle()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Pool, (self.values,))  # which looks at the values, and so settles them


class Members:
    """Some `Value`s in an order of their own, which may be in a pool with others: reads and writes all of them."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = tuple(values)
        self._seen: Any = _no_pool
        self._places: Places | None = None
        self._order: Places | None = None  # where each value of the pool stands here, if all of them do

    def pool(self) -> Pool | None:
        """Return the pool that all of these values are in, if there is one."""
        pool = _pools.get(id(self.values[0])) if self.values else None
        if pool is not self._seen():
            self._seen = weakref.ref(pool) if pool is not None else _no_pool
            places = [pool.places.get(id(value), -1) for value in self.values] if pool is not None else [-1]
            self._places = np.array(places) if min(places) >= 0 else None
            is_whole = pool is not None and sorted(places) == list(range(len(pool.values)))
            self._order = np.argsort(places) if is_whole else None
        return pool if self._places is not None else None

    def numbers(self) -> Array:
        """Return the numbers of all values, shape (n,)."""
        numbers = np.empty(len(self.values))
        self.read_into(numbers)
        return numbers

    def read_into(self, out: Array) -> None:
        """Write the numbers of all values into an array of shape (n,)."""
        pool = self.pool()
        if pool is not None:
            with _lock:
                if pool.is_flat:
                    pool.data.take(self._places, out=out, mode="clip")  # type: ignore[call-overload]
                    return
        out[:] = [value.data for value in self.values]

    def zero_grad(self) -> None:
        """Set the gradients of all values to zero."""
        pool = self.pool()
        if pool is None or not pool._zero(self._places if self._order is None else slice(None)):
            for value in self.values:
                value.grad = 0.0

    def add_to_grad(self, gradient: Array) -> None:
        """Add a gradient of shape (n,) to the values' own; those in a pool are in its arrays from now on."""
        pool = self.pool()
        if pool is not None:
            with _lock:
                if not pool.is_flat:
                    pool.flatten()
                if pool.is_flat:
                    if self._order is None:
                        pool.grad[self._places] += gradient
                    else:
                        pool.grad += gradient.take(self._order)  # a third of the time
                    return
        for value, slope in zip(self.values, gradient.tolist(), strict=True):
            value.grad += slope


def find_flat(values: Sequence[Any]) -> Pool | None:
    """Return the pool of exactly these values, in this order, whose arrays hold the truth; None if there is none."""
    pool = _pools.get(id(values[0])) if values else None
    return pool if pool is not None and pool.is_flat and pool.values == values else None


def settle(value: Any) -> None:
    """Make sure that a value holds its own number and gradient."""
    if value.__class__ is PooledValue:
        _pools[id(value)].settle()


def _no_pool() -> None:
    return None


_PLAIN: Final = {Value, PooledValue}
