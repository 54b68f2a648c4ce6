"""The function under test as one from a list of numbers to a list of numbers, and so its derivatives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.array_primitive import Bound
from autograd.errors import DomainError, OperandError
from autograd.node import Node
from autograd.primitives.shaping import reshape, stack
from autograd.recording import no_grad
from autograd.tensor import Tensor
from autograd.testing.reading import entries, is_real, read_number
from autograd.transforms.forward import jvp
from autograd.transforms.reverse import jacobian
from autograd.trees import describe, map_leaves
from autograd.value import Value

#: Takes a list of numbers and returns a list of numbers; from nodes come nodes.
Flat = Callable[[Sequence[Any]], list[Any]]


def flatten(function: Callable[..., Any], inputs: Sequence[Any]) -> Flat:
    """Return a function of the entries of the inputs that lists the entries of the output.

    >>> flatten(lambda v, scale: {"sum": (v[0] + v[1]) * scale}, ([1.0, 2.0], 3.0))([1.0, 2.0, 3.0])
    [Value(9.0)]
    """

    def flat(point: Sequence[Any]) -> list[Any]:
        return [entry for _, entry in entries(function(*_arguments(inputs, iter(point))))]

    return flat


def _arguments(inputs: Sequence[Any], numbers: Iterator[Any]) -> list[Any]:
    """Return arguments like the inputs, of these numbers: floats as `Value`s, arrays as float64 `Tensor`s."""

    def fill(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return Value(next(numbers))
        cells = tuple(itertools.islice(numbers, leaf.size))
        if any(isinstance(cell, Node) for cell in cells):
            return reshape(Tensor.apply(Bound(stack, {"axis": 0}), cells), shape=leaf.shape)
        return Tensor(np.reshape(np.array(cells, dtype=float), leaf.shape))

    return map_leaves(fill, list(inputs))  # type: ignore[no-any-return]


def reverse(function: Flat) -> Flat:
    """Return the function that lists all first derivatives by reverse mode, output by output.

    >>> reverse(lambda v: [v[0] * v[1], v[0] + v[1]])([3.0, 4.0])
    [4.0, 3.0, 1.0, 1.0]
    """
    rows = jacobian(function)
    return lambda point: [slope for row in rows(list(point)) for slope in row]


def forward(function: Flat) -> Flat:
    """Return the function that lists all first derivatives by forward mode, output by output.

    >>> forward(lambda v: [v[0] * v[1], v[0] + v[1]])([3.0, 4.0])
    [4.0, 3.0, 1.0, 1.0]
    """

    def derivative(point: Sequence[Any]) -> list[Any]:
        units = np.eye(len(point)).tolist()
        columns = [jvp(function, (list(point),), (unit,))[1] for unit in units]
        return [slope for row in zip(*columns, strict=True) for slope in row]

    return derivative


#: The two ways to differentiate, by the name that messages use.
MODES: Mapping[str, Callable[[Flat], Flat]] = {"reverse": reverse, "forward": forward}


def evaluate(function: Flat, point: Sequence[float]) -> list[float]:
    """Return the numbers of the output, without recording how they came about."""
    with no_grad():
        return [read_number(entry, "the function") for entry in function(point)]


def read_point(inputs: Sequence[Any]) -> tuple[list[float], list[str]]:
    """Return all numbers of the inputs, and the names of their places.

    Raises
    ------
    OperandError
        There are none, or something else is among them.
    DomainError
        One is nan or infinite.

    >>> read_point([3.0, {"w": [1.0]}])
    ([3.0, 1.0], ['argument 0', "argument 1, ['w'][0]"])
    """
    point, names = [], []
    for position, argument in enumerate(inputs):
        for path, entry in entries(argument):
            names.append(f"argument {position}, {path}" if path else f"argument {position}")
            point.append(_read_input(entry, names[-1]))
    if not point:
        raise OperandError(
            "there are no numbers to differentiate in; pass the point after the function, "
            "such as check_gradients(function, [0.3, -1.7])"
        )
    return point, names


def _read_input(entry: Any, name: str) -> float:
    if isinstance(entry, Node):
        raise OperandError(f"{name}: expected a float, got a {type(entry).__name__}; pass its number, .data")
    if not is_real(entry):
        raise OperandError(f"{name}: expected a float, got {type(entry).__name__} {str(entry)[:60]!r}")
    if not math.isfinite(entry):
        raise DomainError(f"{name} is {entry!r}; derivatives can be checked at finite points only")
    return float(entry)


def read_outputs(function: Callable[..., Any], inputs: Sequence[Any]) -> list[str]:
    """Run the function once, and return the names of the places in its output.

    Raises
    ------
    OperandError
        It is not callable, or does not return numbers.
    DomainError
        One of them is nan or infinite.
    """
    if not callable(function):
        raise OperandError(f"expected a function and then its inputs, got {describe(function)} as the function")
    with no_grad():
        output = function(*_arguments(inputs, iter([number for _, number in entries(list(inputs))])))
    names = []
    for path, entry in entries(output):
        names.append(f"output {path}" if path else "the output")
        if not isinstance(entry, Node) and not is_real(entry):
            hint = "did it forget its return?" if output is None else "return a number, or a list or dict of numbers"
            raise OperandError(f"the function must return numbers, but {names[-1]} is {describe(entry)}; {hint}")
        number = read_number(entry, names[-1])
        if not math.isfinite(number):
            raise DomainError(f"{names[-1]} of the function is {number!r} at this point; choose one inside its domain")
    if not names:
        raise OperandError(f"the function must return numbers, but returned {describe(output)}")
    return names
