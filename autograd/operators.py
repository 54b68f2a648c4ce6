"""Python's operators and NumPy's method names, once, for every kind of node.

Each method is its row applied. A kind of node may write the hottest of them out again for speed, as long as a
test holds the two equal.
"""

from __future__ import annotations

from typing import Any, Self

from autograd.primitives import activations, arithmetic, comparison, transcendental


class Operators:
    """What a node can do, beyond being one."""

    __slots__ = ()

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
        return arithmetic.negative(self)  # type: ignore[no-any-return]

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return arithmetic.absolute(self)  # type: ignore[no-any-return]

    def exp(self) -> Self:
        """Return e to the power of it."""
        return transcendental.exp(self)  # type: ignore[no-any-return]

    def expm1(self) -> Self:
        """Return exp(x) - 1, exact for small x."""
        return transcendental.expm1(self)  # type: ignore[no-any-return]

    def log(self) -> Self:
        """Return its natural logarithm."""
        return transcendental.log(self)  # type: ignore[no-any-return]

    def log1p(self) -> Self:
        """Return log(1 + x), exact for small x."""
        return transcendental.log1p(self)  # type: ignore[no-any-return]

    def sqrt(self) -> Self:
        """Return its square root."""
        return transcendental.sqrt(self)  # type: ignore[no-any-return]

    def sin(self) -> Self:
        """Return its sine."""
        return transcendental.sin(self)  # type: ignore[no-any-return]

    def cos(self) -> Self:
        """Return its cosine."""
        return transcendental.cos(self)  # type: ignore[no-any-return]

    def tan(self) -> Self:
        """Return its tangent."""
        return transcendental.tan(self)  # type: ignore[no-any-return]

    def arcsin(self) -> Self:
        """Return the angle whose sine it is."""
        return transcendental.arcsin(self)  # type: ignore[no-any-return]

    def arccos(self) -> Self:
        """Return the angle whose cosine it is."""
        return transcendental.arccos(self)  # type: ignore[no-any-return]

    def arctan(self) -> Self:
        """Return the angle whose tangent it is."""
        return transcendental.arctan(self)  # type: ignore[no-any-return]

    def sinh(self) -> Self:
        """Return its hyperbolic sine."""
        return transcendental.sinh(self)  # type: ignore[no-any-return]

    def cosh(self) -> Self:
        """Return its hyperbolic cosine."""
        return transcendental.cosh(self)  # type: ignore[no-any-return]

    def tanh(self) -> Self:
        """Return its hyperbolic tangent."""
        return transcendental.tanh(self)  # type: ignore[no-any-return]

    def erf(self) -> Self:
        """Return its error function."""
        return transcendental.erf(self)  # type: ignore[no-any-return]

    def sigmoid(self) -> Self:
        """Return 1 / (1 + exp(-x))."""
        return activations.sigmoid(self)  # type: ignore[no-any-return]

    def softplus(self) -> Self:
        """Return log(1 + exp(x))."""
        return activations.softplus(self)  # type: ignore[no-any-return]

    def relu(self) -> Self:
        """Return max(x, 0)."""
        return activations.relu(self)  # type: ignore[no-any-return]

    def gelu(self) -> Self:
        """Return x times the normal probability below x."""
        return activations.gelu(self)  # type: ignore[no-any-return]

    def silu(self) -> Self:
        """Return x * sigmoid(x)."""
        return activations.silu(self)  # type: ignore[no-any-return]

    def sign(self) -> Self:
        """Return -1, 0 or 1, a constant to every derivative."""
        return comparison.sign(self)  # type: ignore[no-any-return]
