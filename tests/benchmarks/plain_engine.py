"""A plain scalar engine, the peer of the GPT benchmark: what most people write first.

Every operation stores its operands and local derivatives as tuples; a recursive walk orders the graph; dot products
are written out as `sum(w * x)`.
"""

from __future__ import annotations

import math
from typing import Any


class Scalar:
    """A number with its operands and the local derivative in each."""

    __slots__ = ("data", "grad", "operands", "partials")

    def __init__(self, data: float, operands: tuple[Scalar, ...] = (), partials: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.operands = operands
        self.partials = partials

    def __add__(self, other: Any) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent: float) -> Scalar:
        return Scalar(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def log(self) -> Scalar:
        return Scalar(math.log(self.data), (self,), (1 / self.data,))

    def exp(self) -> Scalar:
        return Scalar(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self) -> Scalar:
        return Scalar(max(0.0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self) -> Scalar:
        return self * -1

    def __radd__(self, other: Any) -> Scalar:
        return self + other

    def __sub__(self, other: Any) -> Scalar:
        return self + (-other)

    def __rsub__(self, other: Any) -> Scalar:
        return other + (-self)

    def __rmul__(self, other: Any) -> Scalar:
        return self * other

    def __truediv__(self, other: Any) -> Scalar:
        return self * other**-1

    def __rtruediv__(self, other: Any) -> Scalar:
        return other * self**-1

    def backward(self) -> None:
        """Order the graph by recursion, and pass gradients down."""
        order: list[Scalar] = []
        seen: set[Scalar] = set()

        def visit(node: Scalar) -> None:
            if node not in seen:
                seen.add(node)
                for operand in node.operands:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for operand, partial in zip(node.operands, node.partials, strict=True):
                operand.grad += partial * node.grad
