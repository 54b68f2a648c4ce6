"""Primitives on whole arrays: reshape, sum, matmul, sort, solve. One row each, like the elementwise ones.

What an elementwise row says by partial derivatives, a row of this file says by maps: how a cotangent of the output
is pulled back to an operand, and how a tangent of an operand is pushed forward. A linear row's pushforward is the row
itself, so its transpose is all there is to write. Every map is written with the rows themselves and with operators,
and so runs on arrays, and on tensors where it is recorded and can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from typing import Any, ClassVar

import numpy as np

from autograd.errors import OperandError
from autograd.node import Node
from autograd.primitive import Primitive, Reads, find, register

#: Gives the cotangent of one operand: (cotangent, out, *operands, **settings), or without `out` for linear rows.
Map = Callable[..., Any]


class ArrayPrimitive(Primitive):
    """A primitive on arrays, with settings (axis, shape, ...) that are no operands.

    Parameters
    ----------
    name
        NumPy's name for it.
    array
        Evaluates it on arrays: `array(*operands, **settings)`.
    pulls
        For each operand the map `pull(cotangent, out, *operands, **settings)` from a cotangent of the output to the
        cotangent of the operand; None where nothing is passed on. It returns the cotangent itself, a view of it, or
        a new array that shares no memory with anything else: it may be written over. `out` is None on arrays if the
        row says that it reads only "operands" or "shapes".
    push
        The map `push(tangents, out, *operands, **settings)` from the tangents of the operands (None: does not move)
        to the one of the output.
    """

    on_arrays: ClassVar[bool] = True

    def __init__(
        self,
        name: str,
        array: Callable[..., Any],
        *pulls: Map | None,
        push: Map,
        symbol: str = "",
        doc: str = "",
        reads: Reads = "all",
    ) -> None:
        super().__init__(name, self._refuse, array, symbol=symbol, doc=doc, reads=reads)
        self.pulls = pulls
        self.pushes = push
        register(self)

    def _refuse(self, *_: float) -> float:
        raise OperandError(f"{self.name} works on arrays; put the numbers into one: Tensor([x, y])")

    def __call__(self, *operands: Any, **settings: Any) -> Any:
        """Apply the row to arrays or tensors; tensors are recorded."""
        for operand in operands:
            if operand.__class__ is not np.ndarray and isinstance(operand, Node):
                return operand.apply(Bound(self, settings) if settings else self, operands)
        return self.array(*operands, **settings)

    def pull(
        self, cotangent: Any, out: Any, operands: Sequence[Any], wanted: Sequence[bool], **settings: Any
    ) -> Sequence[Any]:
        """Return the cotangent of each wanted operand."""
        return [
            pull(cotangent, out, *operands, **settings) if asked and pull is not None else None
            for pull, asked in zip(self.pulls, wanted, strict=True)
        ]

    def push(self, tangents: Sequence[Any], out: Any, operands: Sequence[Any], **settings: Any) -> Any:
        """Return the tangent of the output."""
        return self.pushes(tangents, out, *operands, **settings)


class Linear(ArrayPrimitive):
    """A primitive that is linear in its one operand: its pushforward is itself, its pullback the transpose.

    `transpose(cotangent, operand, **settings)` needs of the operand only its shape.
    """

    def __init__(
        self, name: str, array: Callable[..., Any], transpose: Map, *, symbol: str = "", doc: str = ""
    ) -> None:
        super().__init__(name, array, push=self._push, symbol=symbol, doc=doc, reads="shapes")
        self.transpose = transpose

    def pull(
        self, cotangent: Any, out: Any, operands: Sequence[Any], wanted: Sequence[bool], **settings: Any
    ) -> Sequence[Any]:
        """Return the cotangent of the operand, if it is wanted."""
        return (self.transpose(cotangent, *operands, **settings) if wanted[0] else None,)

    def _push(self, tangents: Sequence[Any], out: Any, x: Any, **settings: Any) -> Any:
        return self(tangents[0], **settings)


class Multilinear(ArrayPrimitive):
    """A primitive that is linear in each operand while the others are held, such as a product of matrices.

    One transpose for each operand: `transpose(cotangent, *operands, **settings)`.
    """

    def __init__(self, name: str, array: Callable[..., Any], *transposes: Map, symbol: str = "", doc: str = "") -> None:
        def without_out(transpose: Map) -> Map:
            return lambda cotangent, out, *operands, **settings: transpose(cotangent, *operands, **settings)

        pulls = map(without_out, transposes)
        super().__init__(name, array, *pulls, push=self._push, symbol=symbol, doc=doc, reads="operands")

    def _push(self, tangents: Sequence[Any], out: Any, *operands: Any, **settings: Any) -> Any:
        terms = [
            self(*operands[:place], tangent, *operands[place + 1 :], **settings)
            for place, tangent in enumerate(tangents)
            if tangent is not None
        ]
        return reduce(add, terms)


class Joint(ArrayPrimitive):
    """A primitive that is linear in all of its operands together, however many there are, such as concatenate.

    `transpose(cotangent, place, *operands, **settings)` gives the cotangent of the operand at a place.
    """

    def __init__(
        self, name: str, array: Callable[..., Any], transpose: Map, *, symbol: str = "", doc: str = ""
    ) -> None:
        super().__init__(name, array, push=self._push, symbol=symbol, doc=doc, reads="shapes")
        self.transpose = transpose

    def pull(
        self, cotangent: Any, out: Any, operands: Sequence[Any], wanted: Sequence[bool], **settings: Any
    ) -> Sequence[Any]:
        """Return the cotangent of each wanted operand."""
        return [
            self.transpose(cotangent, place, *operands, **settings) if asked else None
            for place, asked in enumerate(wanted)
        ]

    def _push(self, tangents: Sequence[Any], out: Any, *operands: Any, **settings: Any) -> Any:
        filled = [
            np.zeros(operand.shape, operand.dtype) if tangent is None else tangent
            for tangent, operand in zip(tangents, operands, strict=True)
        ]
        return self(*filled, **settings)


class Bound(Primitive):
    """A row with its settings: what a node remembers."""

    on_arrays: ClassVar[bool] = True
    is_quiet = True

    def __init__(self, row: ArrayPrimitive, settings: dict[str, Any]) -> None:
        self.row = row
        self.settings = settings
        self.name = row.name
        self.symbol = row.symbol
        self.scalar = row.scalar
        self.reads_out, self.reads_operands = row.reads_out, row.reads_operands

    def array(self, *operands: Any) -> Any:
        """Evaluate the row on arrays."""
        return self.row.array(*operands, **self.settings)

    def __call__(self, *operands: Any) -> Any:
        """Apply the row with these settings."""
        return self.row(*operands, **self.settings)

    def pull(self, cotangent: Any, out: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> Sequence[Any]:
        """Return the cotangent of each wanted operand."""
        return self.row.pull(cotangent, out, operands, wanted, **self.settings)

    def push(self, tangents: Sequence[Any], out: Any, operands: Sequence[Any]) -> Any:
        """Return the tangent of the output."""
        return self.row.push(tangents, out, operands, **self.settings)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={setting!r}" for name, setting in self.settings.items())
        return f"<primitive {self.name} with {settings}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_bind, (self.name, self.settings))


def _bind(name: str, settings: dict[str, Any]) -> Bound:
    row = find(name)
    assert isinstance(row, ArrayPrimitive)
    return Bound(row, settings)
