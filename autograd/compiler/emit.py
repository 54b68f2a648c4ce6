"""Stage 5, emit: write the statements as a NumPy program that a person could have written.

Each statement is written once, with the expressions of its operands. In the program that is shown they stand where
they are used; in the one that runs here they are views made beforehand, so that a replay makes none.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.access import Positions, index_expression
from autograd.compiler.contraction import as_matmul
from autograd.compiler.program import Section, Source
from autograd.compiler.statements import SEGMENTED, Constants, Gather, Layout, Operand, Statement, View
from autograd.compiler.templates import FUNCTIONS, REDUCTIONS, function_name
from autograd.primitives.nary import DOT, TAKE


class Line(NamedTuple):
    """One line of the program: a call with places for its operands' and result's expressions."""

    template: str
    expressions: tuple[str, ...]
    comment: str

    def text(self, name: Callable[[str], str] = str) -> str:
        """Return the line, with each expression as `name` calls it."""
        return self.template.format(*map(name, self.expressions))


class Emitted(NamedTuple):
    """A program as text, in parts.

    Attributes
    ----------
    functions
        The functions it brings along.
    buffers
        The lines that make its arrays.
    constants
        Arrays of numbers and positions that the lines refer to, by name.
    lines
        The lines that compute, in order; the first `forward` of them are the forward pass.
    names, shapes
        Of each array; the first `sources` of them are read, the others computed.
    starts
        The first line of each statement.
    """

    functions: list[str]
    buffers: list[str]
    constants: dict[str, np.ndarray[Any, Any]]
    lines: list[Line]
    forward: int
    names: list[str]
    shapes: list[tuple[int, ...]]
    sources: int
    starts: list[int]


def emit(layout: Layout, sources: Sequence[Source], forward: int) -> Emitted:
    """Write a layout as lines; the first `forward` statements are the forward pass."""
    writer = _Emitter(layout, sources, forward)
    starts = []
    for number, statement in enumerate(layout.statements):
        if number == forward:
            writer.forward_lines = len(writer.lines)
        starts.append(len(writer.lines))
        writer.statement(statement)
    if forward >= len(layout.statements):
        writer.forward_lines = len(writer.lines)
    functions = [FUNCTIONS[name] for name in sorted(writer.functions)]
    return Emitted(
        functions=functions,
        buffers=writer.buffers,
        constants=writer.constants,
        lines=writer.lines,
        forward=writer.forward_lines,
        names=writer.names,
        shapes=writer.shapes,
        sources=len(sources),
        starts=starts,
    )


class _Emitter:
    """Writes statement after statement."""

    def __init__(self, layout: Layout, sources: Sequence[Source], forward: int) -> None:
        self.sources = sources
        self.names = [source.name for source in sources]
        self.shapes = list(layout.shapes)
        self.functions: set[str] = set()
        self.buffers = [
            f"{section.name} = {source.name}[{section.start}:{section.start + int(np.prod(section.shape, dtype=int))}]"
            + (f".reshape{section.shape or '(())'}" if len(section.shape) != 1 else "")
            for source in sources
            for section in source.sections
        ]
        self.constants: dict[str, np.ndarray[Any, Any]] = {}
        self.lines: list[Line] = []
        self.forward_lines = 0
        statements = {array: list(run) for array, run in itertools.groupby(layout.statements, lambda s: s.array)}
        first = {statement.array: number for number, statement in reversed(list(enumerate(layout.statements)))}
        counts: dict[str, int] = {}
        for array in range(len(sources), len(layout.sizes)):
            if array in layout.given:
                self.names.append(f"data{array}")
                self.constants[self.names[-1]] = layout.given[array]
                continue
            parts = statements[array]
            kind = ("d_" if first[array] >= forward else "") + parts[0].primitive.name
            counts[kind] = counts.get(kind, 0) + 1
            self.names.append(f"{kind}{counts[kind]}")
            shape = self.shapes[array]
            self.buffers.append(f"{self.names[-1]} = np.empty({shape[0] if len(shape) == 1 else shape})")

    def statement(self, statement: Statement) -> None:
        """Write one statement."""
        out = statement.out
        comment = str(statement.extents)
        if statement.segments is not None:
            self._segments(statement, out, comment)
        elif statement.primitive is DOT:
            self._dot(statement, out, comment)
        elif statement.terms is not None:
            self._reduction(statement, out, comment)
        else:
            name = self._called(function_name(statement.primitive))
            holes = ", ".join(["{}"] * len(statement.operands))
            self._line(f"{name}({holes}, out={{}})", [*statement.operands, out], comment)

    def _dot(self, statement: Statement, out: View, comment: str) -> None:
        left, right = statement.operands
        outer = len(statement.extents)
        assert statement.terms is not None
        if not statement.terms or all(extent == 1 for extent in statement.terms):
            factors = [_without_terms(operand, outer) for operand in statement.operands]
            self._line("np.multiply({}, {}, out={})", [*factors, out], comment)
            return
        comment += f", sums of {int(np.prod(statement.terms))}"
        if isinstance(left, View) and isinstance(right, View):
            if outer == 0 and len(statement.terms) == 1:
                self._line("np.dot({}, {}, out={})", [left, right, out], comment, [(0,), (0,)])
                return
            product = as_matmul(left, right, outer)
            if product is not None:
                steps = tuple([out.steps[axis] for axis in product.axes])
                steps = (*steps[: len(product.shape) - 2], *self._core_steps(product.axes, product.shape, out))
                result = View(out.array, out.offset, product.shape, steps)
                last = len(product.shape) - 1
                operands = [product.left, product.right, result]
                self._line("np.matmul({}, {}, out={})", operands, comment, [(last,), (last - 1,)])
                return
        letters = "abcdefghijklmnopqrstuvwxyz"[: outer + len(statement.terms)]
        scalar = [isinstance(x, Constants) and not x.numbers.shape for x in statement.operands]
        subscripts = ",".join("" if alone else letters for alone in scalar)
        template = f"np.einsum('{subscripts}->{letters[:outer]}', {{}}, {{}}, out={{}})"
        self._line(template, [left, right, out], comment, [range(len(letters))] * 2)

    def _core_steps(self, axes: tuple[int, ...], shape: tuple[int, ...], out: View) -> tuple[int, int]:
        """Return the steps of the rows and columns of a product's result; 1 for a loop that is missing."""
        core = [out.steps[axis] for axis in axes[len(shape) - 2 :]]
        if len(core) == 2:
            return core[0], core[1]
        return (core[0], 1) if shape[-1] == 1 else (1, core[0])

    def _segments(self, statement: Statement, out: View, comment: str) -> None:
        """Write sums of different length as one reduction over segments."""
        assert statement.segments is not None
        comment += f", {statement.miss}"
        terms, *others = [self._expression(operand) for operand in statement.operands]
        result, scaled = self._expression(out), _is_one_number(statement.operands[-1])
        if others and not scaled:
            products = f"products{len(self.buffers)}"
            self.buffers.append(f"{products} = np.empty({_length(statement.operands[0])})")
            self.lines.append(Line("np.multiply({}, {}, out={})", (terms, others[0], products), comment))
            terms = products
        starts = self._kept("starts", statement.segments)
        reduced = f"{SEGMENTED[statement.primitive]}.reduceat({{}}, {{}}, out={{}})"
        self.lines.append(Line(reduced, (terms, starts, result), comment))
        if others and scaled:
            self.lines.append(Line("np.multiply({}, {}, out={})", (result, others[0], result), comment))

    def _reduction(self, statement: Statement, out: View, comment: str) -> None:
        assert statement.terms is not None
        outer, count = len(statement.extents), len(statement.terms)
        operand = statement.operands[-1]
        if statement.primitive is TAKE:
            index = _without_terms(statement.operands[0], outer)
            self._line(f"{self._called('take')}({{}}, {{}}, out={{}})", [index, operand, out], comment, [(), (outer,)])
            return
        if count == 0:
            self._line("np.copyto({1}, {0})", [operand, out], comment)
            return
        name = self._called(REDUCTIONS[statement.primitive.name])
        axis = str(outer) if count == 1 else str(tuple(range(outer, outer + count)))
        comment += f", sums of {int(np.prod(statement.terms))}"
        self._line(f"{name}({{}}, axis={axis}, out={{}})", [operand, out], comment, [range(outer + count)])

    def _line(
        self, template: str, operands: Sequence[Operand], comment: str, full: Sequence[Collection[int]] = ()
    ) -> None:
        """Write a line; `full`: for each operand the loops that have to be axes of their full extent."""
        needs = [*full, *[()] * (len(operands) - len(full))]
        expressions = [self._expression(operand, need) for operand, need in zip(operands, needs, strict=True)]
        self.lines.append(Line(template, tuple(expressions), comment))

    def _expression(self, operand: Operand, full: Collection[int] = ()) -> str:
        if isinstance(operand, Constants):
            if not operand.numbers.shape:
                return _number(float(operand.numbers))
            return self._kept("constants", operand.numbers)
        name = self.names[operand.array]
        if isinstance(operand, Gather):
            return self._gathered(name, operand.positions)
        named = [(name, 0, self.shapes[operand.array])]
        if operand.array < len(self.sources):
            named = [part for part in self.sources[operand.array].sections if _lies_within(operand, part)] + named
        for part, start, shape in named:
            index = index_expression(shape, operand.offset - start, operand.extents, operand.steps, full)
            if index is not None:
                return part + index
        self.functions.add("strided")
        return f"strided({name}, {operand.offset}, {operand.extents}, {operand.steps})"

    def _gathered(self, name: str, positions: Positions) -> str:
        """Write the line that gathers elements into an array of their own."""
        kept = self._kept("positions", positions)
        gathered = f"gathered{len(self.constants)}"
        self.buffers.append(f"{gathered} = np.empty({positions.shape})")
        # With out=, mode="clip" is the quick way; no position is out of bounds.
        template = 'np.take({}, {}, out={}, mode="clip")'
        self.lines.append(Line(template, (f"{name}.reshape(-1)", kept, gathered), str(positions.shape)))
        return gathered

    def _kept(self, kind: str, numbers: np.ndarray[Any, Any]) -> str:
        name = f"{kind}{len(self.constants) + 1}"
        self.constants[name] = numbers
        return name

    def _called(self, name: str) -> str:
        if name in FUNCTIONS:
            self.functions.add(name)
        return name


def _is_one_number(operand: Operand) -> bool:
    return isinstance(operand, Constants) and not operand.numbers.shape


def _length(operand: Operand) -> int:
    """Return the number of elements of a flat operand."""
    if isinstance(operand, View):
        return operand.extents[0]
    return len(operand.positions if isinstance(operand, Gather) else operand.numbers)


def _lies_within(view: View, section: Section) -> bool:
    """Tell whether a view reads nothing outside of a section."""
    moves = [(extent - 1) * step for extent, step in zip(view.extents, view.steps, strict=True)]
    first = view.offset + sum(move for move in moves if move < 0)
    last = view.offset + sum(move for move in moves if move > 0)
    return section.start <= first and last < section.start + int(np.prod(section.shape, dtype=int))


def _number(number: float) -> str:
    if np.isfinite(number):
        return repr(number)
    return "np.nan" if np.isnan(number) else ("np.inf" if number > 0 else "-np.inf")


def _without_terms(operand: Operand, outer: int) -> Operand:
    """Return an operand without its loops of terms, each of extent 1."""
    if isinstance(operand, View):
        return View(operand.array, operand.offset, operand.extents[:outer], operand.steps[:outer])
    if isinstance(operand, Gather):
        return Gather(operand.array, operand.positions.reshape(operand.positions.shape[:outer]))
    return Constants(operand.numbers.reshape(operand.numbers.shape[:outer]))
