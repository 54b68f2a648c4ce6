"""Lines of NumPy text: how operands, arrays and constants are written in an emitted program.

Each statement is written once, with the expressions of its operands. In the program that is shown they stand where
they are used; in the one that runs here they are views made beforehand, so that a replay makes none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.compiler.access import Positions, dense_expression, index_expression
from autograd.compiler.layout import Constants, Gather, Operand, View
from autograd.compiler.program import Section, Source
from autograd.compiler.templates import FUNCTIONS

#: Longer sums are bound by memory, and a vector of ones is memory, too.
LONGEST_BY_ONES: Final = 16_384


class Line(NamedTuple):
    """One line of the program: a call with places for its operands' and result's expressions."""

    template: str
    expressions: tuple[str, ...]
    comment: str

    def text(self, name: Callable[[str], str] = str) -> str:
        """Return the line, with each expression as `name` calls it."""
        return self.template.format(*map(name, self.expressions))


class Writer:
    """Collects the lines of a program, and the functions, buffers and constants that they refer to."""

    def __init__(self, sources: Sequence[Source], names: list[str], shapes: list[tuple[int, ...]]) -> None:
        self.sources = sources
        self.names = names
        self.shapes = shapes
        self.functions: set[str] = set()
        self.buffers: dict[str, str] = {}
        self.constants: dict[str, np.ndarray[Any, Any]] = {}
        self.lines: list[Line] = []
        self._scratch: dict[tuple[str, tuple[int, ...]], list[str]] = {}
        self._taken: list[tuple[tuple[str, tuple[int, ...]], str]] = []

    def begin_statement(self) -> None:
        """Let arrays that passed numbers on within the last statement be used again."""
        for key, name in self._taken:
            self._scratch.setdefault(key, []).append(name)
        self._taken.clear()

    def line(
        self, template: str, operands: Sequence[Operand | str], comment: str, full: Sequence[Collection[int]] = ()
    ) -> None:
        """Write a line; `full`: for each operand the loops that have to be axes of their full extent."""
        needs = [*full, *[()] * (len(operands) - len(full))]
        expressions = [self.expression(operand, need) for operand, need in zip(operands, needs, strict=True)]
        self.lines.append(Line(template, tuple(expressions), comment))

    def expression(self, operand: Operand | str, full: Collection[int] = ()) -> str:
        """Return how an operand is written; an operand that is gathered is gathered now, in a line of its own."""
        if isinstance(operand, str):
            return operand
        if isinstance(operand, Constants):
            if not operand.numbers.shape:
                return number_text(float(operand.numbers))
            return self.kept("constants", operand.numbers)
        name = self.names[operand.array]
        if isinstance(operand, Gather):
            return self.gathered(f"{name}.reshape(-1)", operand.positions)
        named = [(name, 0, self.shapes[operand.array])]
        if operand.array < len(self.sources):
            named = [part for part in self.sources[operand.array].sections if _lies_within(operand, part)] + named
        for write in (index_expression, dense_expression):
            for part, start, shape in named:
                text = write(shape, operand.offset - start, operand.extents, operand.steps, full)
                if text is not None:
                    return part + text
        self.functions.add("strided")
        return f"strided({name}, {operand.offset}, {operand.extents}, {operand.steps})"

    def gathered(self, array: str, positions: Positions) -> str:
        """Write the line that gathers elements into an array of their own."""
        kept = self.kept("positions", positions)
        result = self.scratch("gathered", positions.shape)
        # With out=, mode="clip" is the quick way; no position is out of bounds.
        self.line('np.take({}, {}, out={}, mode="clip")', [array, kept, result], str(positions.shape))
        return result

    def scratch(self, kind: str, shape: tuple[int, ...]) -> str:
        """Return the name of an array for what the lines of one statement pass on to each other."""
        free = self._scratch.get((kind, shape))
        name = free.pop() if free else f"{kind}{1 + sum(key.startswith(kind) for key in self.buffers)}"
        self.buffers[name] = f"{name} = np.empty({shape_text(shape)})"
        self._taken.append(((kind, shape), name))
        return name

    def filled(self, count: int, number: float = 1.0) -> str:
        """Return the name of a vector of one number: a product with it sums."""
        if number == 1.0:
            name, text = f"ones{count}", f"np.ones({count})"
        else:
            text = f"np.full({count}, {number_text(number)})"
            same = [name for name, line in self.buffers.items() if line.endswith(f"= {text}")]
            name = same[0] if same else f"factors{1 + sum(key.startswith('factors') for key in self.buffers)}"
        self.buffers[name] = f"{name} = {text}"
        return name

    def kept(self, kind: str, numbers: np.ndarray[Any, Any]) -> str:
        """Return the name of an array of constants."""
        name = f"{kind}{len(self.constants) + 1}"
        self.constants[name] = numbers
        return name

    def called(self, name: str) -> str:
        """Return the name of a function, and bring it along if it is no ufunc."""
        if name in FUNCTIONS:
            self.functions.add(name)
        return name


def number_text(number: float) -> str:
    """Return a number as NumPy text."""
    if np.isfinite(number):
        return repr(number)
    return "np.nan" if np.isnan(number) else ("np.inf" if number > 0 else "-np.inf")


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as an argument: one extent stands without parentheses."""
    return str(shape[0] if len(shape) == 1 else shape)


def _lies_within(view: View, section: Section) -> bool:
    """Tell whether a view reads nothing outside of a section."""
    moves = [(extent - 1) * step for extent, step in zip(view.extents, view.steps, strict=True)]
    first = view.offset + sum(move for move in moves if move < 0)
    last = view.offset + sum(move for move in moves if move > 0)
    return section.start <= first and last < section.start + int(np.prod(section.shape, dtype=int))
