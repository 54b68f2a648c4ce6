"""`FrozenArray`: what a tensor shows of its numbers, a view that NumPy refuses to write to.

A graph remembers the arrays it was computed from, so none of them may change. In-place operators still do what
people mean by them: `p.data -= 0.1 * p.grad` computes a new array, which Python then assigns to `p.data`.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.errors import OperandError, ShapeError
from autograd.node import Node
from autograd.trees import describe

Array = np.ndarray[Any, np.dtype[Any]]


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    """Return an in-place operator that leaves a read-only array alone and returns the changed copy."""
    change: Callable[[Any, Any], Any] = getattr(operator, name)

    def changed(self: FrozenArray, other: Any) -> Any:
        return change(np.array(self), other)

    return changed


class FrozenArray(np.ndarray[Any, np.dtype[Any]]):
    """A read-only view of an array; every result computed from it is a plain array.

    >>> from autograd import Tensor
    >>> t = Tensor([1.0, 2.0])
    >>> t.data[0] = 5.0
    Traceback (most recent call last):
    ValueError: assignment destination is read-only
    >>> t.data *= 2.0
    >>> t
    Tensor([2., 4.])
    """

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        return getattr(ufunc, method)(*map(_thaw, inputs), **{name: _thaw(x) for name, x in settings.items()})

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return function(*map(_thaw, args), **{name: _thaw(x) for name, x in kwargs.items()})

    __iadd__, __isub__, __imul__, __itruediv__ = map(_in_place, ("iadd", "isub", "imul", "itruediv"))
    __ipow__, __ifloordiv__, __imod__, __imatmul__ = map(_in_place, ("ipow", "ifloordiv", "imod", "imatmul"))

    def copy(self, order: Any = "C") -> Any:
        """Return a plain array with the same numbers, which may be written to."""
        return np.array(self, order=order)

    def __copy__(self) -> Any:
        return np.array(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return np.array(self)

    def __reduce__(self) -> Any:
        return np.array(self).__reduce__()

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))


def _thaw(x: Any) -> Any:
    if x.__class__ is FrozenArray:
        return x.view(np.ndarray)
    if x.__class__ in (list, tuple):
        return type(x)(map(_thaw, x))
    return x


def freeze(array: Any) -> Any:
    """Return a read-only view of an array; a NumPy number, which cannot change, as it is."""
    if not isinstance(array, np.ndarray) or not array.ndim:
        return array[()]
    array.flags.writeable = False  # before the view is made: it cannot be made writeable again then
    return array.view(FrozenArray)


def owned(arrays: Sequence[Any]) -> list[Any]:
    """Return arrays that nobody else holds, of which no two share memory: copies only where they are needed.

    They are results of a sweep, which makes a new array, or a view of one, unless it passes a cotangent on as it is.
    """
    holders = Counter(map(holder, arrays))
    return [own(array, alone=holders[holder(array)] == 1) for array in arrays]


def holder(array: Any) -> int:
    """Return the identity of the array that holds the memory."""
    return id(array.base if array.__class__ is np.ndarray and array.base is not None else array)


def own(array: Any, *, alone: bool) -> Any:
    """Return the array, or a copy of it where others hold its memory or it cannot be written to."""
    if array.__class__ is not np.ndarray or (alone and array.flags.writeable):
        return array
    return np.array(array)


def unchanging(array: Array) -> Array:
    """Return an array that nobody can write to: the given one if it is such, otherwise a copy of it."""
    if array.__class__ is FrozenArray and not array.flags.writeable:
        return array.view(np.ndarray)
    owner = array
    while isinstance(owner.base, np.ndarray) and not owner.flags.writeable:
        owner = owner.base
    if owner.__class__ is np.ndarray and owner.base is None and owner.flags.owndata and not owner.flags.writeable:
        return array.view(np.ndarray)
    return np.array(array)


def read_array(data: Any, dtype: Any) -> Any:
    """Return a new array of float32 or float64, which nobody else holds; without axes, a NumPy number.

    Raises
    ------
    OperandError
        There is something that is no real number.
    ShapeError
        The nested lists are ragged.
    """
    if dtype is not None and np.dtype(dtype) not in (np.float32, np.float64):
        raise OperandError(f"Tensor: expected dtype float32 or float64, got {dtype!r}")
    try:
        array = data if isinstance(data, np.ndarray | np.generic) else np.array(data)
    except ValueError:
        raise ShapeError(f"Tensor: expected nested lists of one length, got {describe(data)} that is ragged") from None
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
        raise OperandError(f"Tensor: expected real numbers, got {_describe(data, array)}")
    wanted = dtype if dtype is not None else array.dtype if array.dtype.char in "fd" else _default(array)
    copied = np.array(array, dtype=wanted, subok=False)
    return copied if copied.ndim else copied[()]


def _default(array: Any) -> Any:
    if array.dtype.kind == "f":
        raise OperandError(f"Tensor: expected float32 or float64, got {array.dtype}; try dtype=numpy.float32")
    return np.float64


def _describe(data: Any, array: Any) -> str:
    if data is None:
        return "None; was a number forgotten, or does a function lack its return?"
    if array.dtype.kind == "O" and any(isinstance(x, Node) for x in array.flat):
        return f"{describe(data)} with nodes in it; Tensor([...]) makes one tensor of many and keeps gradients"
    if array.dtype.kind == "c":
        return "complex numbers; take their .real or .imag part"
    return f"{describe(data)} of {array.dtype}"
