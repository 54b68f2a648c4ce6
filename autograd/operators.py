"""Python's operators and NumPy's method names, once, for every kind of node.

Each method is its row applied. A kind of node may write the hottest of them out again for speed, as long as a
test holds the two equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from autograd.primitive import Elementwise
from autograd.primitives import activations, arithmetic, comparison, transcendental


class Operators:
    """What a node can do, beyond being one."""

    __slots__ = ()

    if TYPE_CHECKING:

        def unary(self, primitive: Elementwise) -> Self:
            """Apply a row of one operand."""

    @staticmethod
    def accepts(other: Any) -> bool:
        """Tell whether an operator of this kind of node works with `other`; else Python asks `other`."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Self:
        return arithmetic.add(self, other) if self.accepts(other) else NotImplemented

    def __radd__(self, other: Any) -> Self:
        return arithmetic.add(other, self) if self.accepts(other) else NotImplemented

    def __sub__(self, other: Any) -> Self:
        return arithmetic.subtract(self, other) if self.accepts(other) else NotImplemented

    def __rsub__(self, other: Any) -> Self:
        return arithmetic.subtract(other, self) if self.accepts(other) else NotImplemented

    def __mul__(self, other: Any) -> Self:
        return arithmetic.multiply(self, other) if self.accepts(other) else NotImplemented

    def __rmul__(self, other: Any) -> Self:
        return arithmetic.multiply(other, self) if self.accepts(other) else NotImplemented

    def __truediv__(self, other: Any) -> Self:
        return arithmetic.divide(self, other) if self.accepts(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Self:
        return arithmetic.divide(other, self) if self.accepts(other) else NotImplemented

    def __pow__(self, other: Any) -> Self:
        return arithmetic.power(self, other) if self.accepts(other) else NotImplemented

    def __rpow__(self, other: Any) -> Self:
        return arithmetic.power(other, self) if self.accepts(other) else NotImplemented

    def __neg__(self) -> Self:
        return self.unary(arithmetic.negative)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self.unary(arithmetic.absolute)

    def exp(self) -> Self:
        """Return e to the power of it."""
        return self.unary(transcendental.exp)

    def expm1(self) -> Self:
        """Return exp(x) - 1, exact for small x."""
        return self.unary(transcendental.expm1)

    def log(self) -> Self:
        """Return its natural logarithm."""
        return self.unary(transcendental.log)

    def log1p(self) -> Self:
        """Return log(1 + x), exact for small x."""
        return self.unary(transcendental.log1p)

    def sqrt(self) -> Self:
        """Return its square root."""
        return self.unary(transcendental.sqrt)

    def sin(self) -> Self:
        """Return its sine."""
        return self.unary(transcendental.sin)

    def cos(self) -> Self:
        """Return its cosine."""
        return self.unary(transcendental.cos)

    def tan(self) -> Self:
        """Return its tangent."""
        return self.unary(transcendental.tan)

    def arcsin(self) -> Self:
        """Return the angle whose sine it is."""
        return self.unary(transcendental.arcsin)

    def arccos(self) -> Self:
        """Return the angle whose cosine it is."""
        return self.unary(transcendental.arccos)

    def arctan(self) -> Self:
        """Return the angle whose tangent it is."""
        return self.unary(transcendental.arctan)

    def sinh(self) -> Self:
        """Return its hyperbolic sine."""
        return self.unary(transcendental.sinh)

    def cosh(self) -> Self:
        """Return its hyperbolic cosine."""
        return self.unary(transcendental.cosh)

    def tanh(self) -> Self:
        """Return its hyperbolic tangent."""
        return self.unary(transcendental.tanh)

    def erf(self) -> Self:
        """Return its error function."""
        return self.unary(transcendental.erf)

    def sigmoid(self) -> Self:
        """Return 1 / (1 + exp(-x))."""
        return self.unary(activations.sigmoid)

    def softplus(self) -> Self:
        """Return log(1 + exp(x))."""
        return self.unary(activations.softplus)

    def relu(self) -> Self:
        """Return max(x, 0)."""
        return self.unary(activations.relu)

    def gelu(self) -> Self:
        """Return x times the normal probability below x."""
        return self.unary(activations.gelu)

    def silu(self) -> Self:
        """Return x * sigmoid(x)."""
        return self.unary(activations.silu)

    def sign(self) -> Self:
        """Return -1, 0 or 1, a constant to every derivative."""
        return self.unary(comparison.sign)
