"""The recorder of a trace: writes down what is done with symbols."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

from autograd.compiler.batching import evaluate, numbers_of_leaf, spread_others
from autograd.compiler.captured import number_of
from autograd.compiler.detached import Detached
from autograd.compiler.mapping import Batch, map_batch
from autograd.compiler.ownership import PACKAGE
from autograd.compiler.program import Program
from autograd.compiler.symbols import COMPARISONS, NumberSymbol, Symbol
from autograd.errors import TracingError
from autograd.primitive import Primitive
from autograd.primitives.comparison import identity, stop_gradient
from autograd.value import Value, as_operand

_blank: Final = object.__new__


class Guard(NamedTuple):
    """A number of the program that Python looked at: the trace holds for calls where it is the same.

    Attributes
    ----------
    kind
        "truth", or "whole part".
    answer
        What Python was told.
    line
        Where it asked: "file.py:12".
    """

    place: int
    kind: str
    answer: bool | int
    line: str

    def holds(self, number: float) -> bool:
        """Tell whether Python would be told the same of this number."""
        return (number != 0 if self.kind == "truth" else int(number)) == self.answer


class Writer:
    """Writes a program: turns operations on symbols into places."""

    def __init__(self, program: Program) -> None:
        self.program = program
        #: For each source, its elements in this call: what guards are answered from.
        self.numbers: list[Any] = []
        self.parameters: list[Value] = []
        self.guards: list[Guard] = []
        self.closed = False
        self._parameter_symbols: dict[int, Symbol] = {}
        self._evaluated: dict[int, Any] = {}

    # --- the recorder that `Value` asks ------------------------------------------------------------------------------

    def record(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Write an operation, and return the symbol of its result."""
        if self.closed:
            raise _escaped(primitive)
        program, places = self.program, []
        kind: type[Symbol] = NumberSymbol
        for operand in operands:
            given = type(operand)
            if given is Symbol:
                symbol, kind = operand, Symbol
            elif given is NumberSymbol:
                symbol = operand
            elif given is float:
                places.append(program.constant(operand))
                continue
            else:
                symbol = self._as_symbol(operand, primitive)
                if not symbol.is_number:
                    kind = Symbol
            if symbol.writer is not self:
                raise foreign(symbol)
            places.append(symbol.place)
        if primitive in COMPARISONS:
            kind = NumberSymbol
        if program.batched:  # a sweep goes through a batch
            places = spread_others(program, places)
        symbol = _blank(kind)
        symbol.writer = self
        symbol.place = program.append(primitive, tuple(places))
        symbol.label = ""
        return symbol

    def leaf(self, data: Any, label: str) -> Symbol:
        """Return a number as a node: a constant, or a plain number of the program."""
        if isinstance(data, Symbol):
            return Symbol(self, data.place)
        # A place of its own: two variables that start from one number are two variables.
        return Symbol(self, self.program.append(identity, (self.program.constant(float(data)),)))

    def detached(self) -> Writer:
        """Return this writer, with results that are constants to every derivative."""
        return Detached(self)  # type: ignore[return-value]

    def attached(self) -> Writer:
        """Return this writer."""
        return self

    def mapped(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Any] | None:
        """Call a function of one sample for all samples at once; None if that cannot be done."""
        return map_batch(self, function, arguments)

    # --- what symbols ask -------------------------------------------------------------------------------------------

    def operands_of(self, place: int) -> tuple[Any, ...]:
        """Return what a place is computed from: symbols, and constants as floats."""
        constants = self.program.constants
        return tuple([constants[x] if x in constants else Symbol(self, x) for x in self.program.operands[place]])

    def number(self, symbol: Symbol) -> Symbol:
        """Return the number of a symbol as a constant to every derivative."""
        if symbol.is_number:
            return symbol
        return NumberSymbol(self, self.program.append(stop_gradient, (symbol.place,)))

    def guard(self, symbol: Symbol, kind: str) -> bool | int:
        """Answer a question that Python asks about a number, and take note of the answer."""
        number = self._evaluate(symbol.place)
        answer = number != 0 if kind == "truth" else int(number)
        self.guards.append(Guard(symbol.place, kind, answer, calling_line()))
        return answer

    def parameter(self, value: Value) -> Symbol:
        """Return the symbol of a `Value` that the function reaches without being given it."""
        symbol = self._parameter_symbols.get(id(value))
        if symbol is None:
            if value.operands:
                raise TracingError(
                    f"the compiled function uses a node that was computed outside of it (by {value.primitive!r}): what "
                    "that was computed from would be frozen.\n"
                    "  instead of   y = 2 * w  outside and  x * y  inside,   compute y inside, or pass it in,\n"
                    "  or let the function use   y.detach() , made outside"
                )
            symbol = Symbol(self, self.program.leaf(0, len(self.parameters)))
            self._parameter_symbols[id(value)] = symbol
            self.parameters.append(value)
            self.numbers[0].append(number_of(value))
        return symbol

    def _as_symbol(self, operand: Any, primitive: Primitive) -> Symbol:
        """Return the symbol of a parameter or number."""
        known = self._parameter_symbols.get(id(operand))
        if known is not None:
            return known
        if isinstance(operand, Symbol):
            return operand
        if isinstance(operand, Value):
            return self.parameter(operand)
        number: Any = as_operand(operand, primitive.name)
        return NumberSymbol(self, self.program.constant(number))

    def _evaluate(self, place: int) -> float:
        """Compute a place from this call's numbers; what was computed before is kept."""
        program, known, stack = self.program, self._evaluated, [place]
        while stack:
            current = stack[-1]
            if current in known:
                stack.pop()
            elif current in program.constants:
                known[current] = program.constants[current]
            elif current in program.leaves:
                known[current] = numbers_of_leaf(program, current, self.numbers)
            else:
                missing = [x for x in program.operands[current] if x not in known]
                if missing:
                    stack += missing
                else:
                    known[current] = evaluate(program, current, known)
        return known[place]  # type: ignore[no-any-return]


def calling_line() -> str:
    """Return "file.py:12" of the innermost frame outside of this library."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return f"{_file_name(frame.f_code.co_filename)}:{frame.f_lineno}" if frame else "unknown line"


@functools.cache
def _file_name(path: str) -> str:
    return Path(path).name


def _escaped(primitive: Primitive) -> TracingError:
    return TracingError(
        f"a traced number was used ({primitive.name}) after its compiled function had returned. It escaped by a side "
        "effect, such as  kept.append(x) .\n"
        "  instead of   kept.append(x)  inside,   return x  as well:  return loss, x"
    )


def foreign(symbol: Symbol) -> TracingError:
    """Return the error about a symbol of another trace."""
    if isinstance(symbol.writer, Batch):
        return symbol.writer.escaped()
    return TracingError(
        "a number of another trace was used: it escaped from a compiled function by a side effect; return it instead"
    )
