"""What the array functions ask of their operands and of their axes."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.errors import DomainError, OperandError, ShapeError
from autograd.node import Node
from autograd.primitives.reductions import Axis


def as_array(x: Any, user: str) -> Any:
    """Return tensors as they are, and anything else as an array of floats.

    Raises
    ------
    OperandError
        It holds something that is no number; or it is a node that stands for a single number.
    """
    if isinstance(x, Node):
        if not x.is_array and not hasattr(x, "shape"):
            raise OperandError(f"{user}: expected a Tensor or an array, got a {type(x).__name__}, which is one number")
        return x
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        inside = "nodes" if array.dtype.kind == "O" else f"{array.dtype}"
        hint = "; Tensor([...]) makes one tensor of many" if inside == "nodes" else ""
        raise OperandError(f"{user}: expected a Tensor or an array of real numbers, got {inside}{hint}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def several_axes(axis: Any, ndim: int, user: str) -> tuple[int, ...]:
    """Return one axis or several as a tuple, counted from the front; all of them for None."""
    places = normal_axis(axis, ndim, user)
    return tuple(range(ndim)) if places is None else (places,) if isinstance(places, int) else places


def normal_axis(axis: Any, ndim: int, user: str) -> Axis:
    """Return an axis, a tuple of axes or None, counted from the front.

    Raises
    ------
    ShapeError
        There is no such axis, or one is named twice.

    >>> normal_axis(-1, 3, "sum"), normal_axis((0, -1), 3, "sum")
    (2, (0, 2))
    """
    if axis is None:
        return None
    if isinstance(axis, tuple | list):
        axes = tuple([one_axis(each, ndim, user) for each in axis])
        if len(set(axes)) < len(axes):
            raise ShapeError(f"{user}: axis={axis!r} names an axis twice")
        return axes
    return one_axis(axis, ndim, user)


def one_axis(axis: Any, ndim: int, user: str) -> int:
    """Return one axis, counted from the front."""
    try:
        place = operator.index(axis)
    except TypeError:
        raise OperandError(f"{user}: expected a whole number as axis, got {axis!r}") from None
    if not -ndim <= place < ndim:
        raise ShapeError(f"{user}: axis={place} of an array with {ndim} axes; choose one from {-ndim} to {ndim - 1}")
    return place % ndim


def per_axis(user: str, name: str, setting: Any, axes: int, *, least: int = 1) -> tuple[int, ...]:
    """Return a setting as one whole number for each axis; a single number counts for all.

    Raises
    ------
    DomainError
        A number is below the least, or there are not as many as axes.
    OperandError
        It is not made of whole numbers.

    >>> per_axis("conv2d", "stride", 2, 2)
    (2, 2)
    """
    try:
        several = isinstance(setting, tuple | list)
        numbers = tuple(map(operator.index, setting)) if several else (operator.index(setting),) * axes
    except TypeError:
        raise OperandError(f"{user}: {name} must be a whole number, or one for each axis, got {setting!r}") from None
    if len(numbers) != axes or min(numbers) < least:
        numerus = "1 number" if axes == 1 else f"{axes} numbers"
        raise DomainError(f"{user}: expected {numerus} from {least} upwards as {name}, got {setting!r}")
    return numbers


def raw(x: Any) -> Any:
    """Return the plain array of a tensor; anything else as it is."""
    return x.array if isinstance(x, Node) else x  # type: ignore[attr-defined]


def several(xs: Iterable[Any], user: str) -> list[Any]:
    """Return several arrays or tensors, at least one."""
    arrays = [as_array(x, user) for x in xs]
    if not arrays:
        raise ShapeError(f"{user}: got no arrays; expected at least one")
    return arrays
