"""Recording under `no_grad`: results are constants to every derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.compiler.symbols import Symbol
from autograd.primitive import Primitive

if TYPE_CHECKING:
    from autograd.compiler.recorder import Writer


class Detached:
    """A writer under `no_grad`."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def record(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Write an operation whose result is a constant to every derivative."""
        result = self._writer.record(primitive, operands)
        return result if result.is_number else Symbol(self._writer, self._writer.number(result).place)

    def detached(self) -> Detached:
        """Return this writer."""
        return self

    def attached(self) -> Writer:
        """Return the writer whose results can be differentiated."""
        return self._writer
