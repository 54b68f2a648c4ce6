"""The numbers that compiled functions return: nodes whose gradient is a replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import GraphError
from autograd.node import UNSWEPT
from autograd.pool import Members
from autograd.primitive import Variadic
from autograd.value import Value

Array = np.ndarray[Any, np.dtype[np.float64]]


class CompiledValue(Value):
    """A number that a compiled function returned; `backward()` replays the compiled gradient.

    Its operands are the captured parameters, then the `Value`s that were given.
    """

    __slots__ = ("_gradient", "_parameters")
    _gradient: Callable[[], Array]
    _parameters: Members

    @property
    def partials(self) -> tuple[float, ...]:  # type: ignore[override]
        """The derivatives in the captured parameters and the given values."""
        return tuple(self._gradient().tolist())

    def backward(self) -> None:
        """Compute the derivative in every parameter and given value, into their `grad`; see `Value.backward`."""
        count = len(self._parameters.values)
        given = self.operands[count:]
        if not self.operands or any(operand.operands for operand in given):
            super().backward()  # there is a graph behind this one
            return
        gradient = self._gradient()
        self.grad = 1.0
        self._parameters.add_to_grad(gradient[:count])
        for leaf, slope in zip(given, gradient[count:].tolist(), strict=True):
            leaf.grad += slope

    @classmethod
    def make(cls, state: tuple[Any, ...]) -> Any:
        """Make a node with this state: a copy is a plain `Value` that has its partial derivatives as numbers."""
        return Value.make(state)

    def __reduce__(self) -> tuple[Any, ...]:
        raise GraphError("what a compiled function returned cannot be pickled with its graph; store its .data")


def result_node(
    number: float, parameters: Members, operands: tuple[Value, ...], gradient: Callable[[], Array]
) -> CompiledValue:
    """Return a result as a node of the eager graph, with what it depends on as its operands."""
    node = object.__new__(CompiledValue)
    node.data = number
    node.grad = UNSWEPT
    node.label = ""
    node.primitive = COMPILED
    node.operands = operands
    node._parameters = parameters
    node._gradient = gradient
    return node


def _cannot_differentiate(*_: Any) -> Any:
    raise GraphError(
        "the derivative of a compiled function's result is a number, and cannot be differentiated again.\n"
        "  instead of   grad(grad(compile(f))),   use   compile(grad(grad(f)))"
    )


#: What made the result of a compiled function, as eager graphs show it.
COMPILED = Variadic(
    "compiled",
    _cannot_differentiate,
    _cannot_differentiate,
    _cannot_differentiate,
    doc="the result of a compiled function",
)
