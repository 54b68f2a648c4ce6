"""Stage 5, emit: write the statements as a NumPy program that a person could have written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.array_names import name_arrays
from autograd.compiler.builder import Builder
from autograd.compiler.dots import write_dot, write_product
from autograd.compiler.joining import home
from autograd.compiler.layout import Layout, Statement
from autograd.compiler.operands import one_number
from autograd.compiler.reductions import write_reduction, write_segments, write_take
from autograd.compiler.templates import FUNCTIONS, call_text
from autograd.compiler.writer import Line, Writer, shape_text
from autograd.primitives.nary import DOT, TAKE


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


def emit(layout: Layout, program: Builder, forward: int) -> Emitted:
    """Write a layout of a program as lines; the first `forward` statements are the forward pass."""
    sources = program.sources
    writer = Writer(sources, name_arrays(layout, program, forward), list(layout.shapes))
    for source in sources:
        for section in source.sections:
            writer.buffers[section.name] = _section_text(source.name, *section)
    for array, numbers in layout.given.items():
        writer.constants[writer.names[array]] = numbers
    arrays = [array for array in range(len(sources), len(layout.sizes)) if array not in layout.given]
    for array in sorted(arrays, key=lambda array: (array in layout.homes, array in layout.reuses)):  # owners first
        writer.buffers[writer.names[array]] = _buffer_text(layout, writer.names, array)
    forward_lines = 0
    starts = []
    for number, statement in enumerate(layout.statements):
        starts.append(len(writer.lines))
        writer.begin_statement()
        write_statement(writer, statement)
        if number < forward:
            forward_lines = len(writer.lines)
    return Emitted(
        functions=[FUNCTIONS[name] for name in sorted(writer.functions)],
        buffers=list(writer.buffers.values()),
        constants=writer.constants,
        lines=writer.lines,
        forward=forward_lines,
        names=writer.names,
        shapes=writer.shapes,
        sources=len(sources),
        starts=starts,
    )


def write_statement(writer: Writer, statement: Statement) -> None:
    """Write one statement, as one line or a few."""
    out = statement.out
    comment = str(statement.extents)
    if statement.segments is not None:
        write_segments(writer, statement, out, comment)
    elif statement.primitive is TAKE:
        write_take(writer, statement, out, comment)
    elif statement.primitive is DOT and statement.terms is None:
        write_product(writer, statement, out, comment)
    elif statement.primitive is DOT:
        write_dot(writer, statement, out, comment)
    elif statement.terms is not None:
        write_reduction(writer, statement, out, comment)
    else:
        operands = [one_number(operand) for operand in statement.operands]
        template, name = call_text(statement.primitive, len(operands))
        writer.called(name)
        writer.line(template, [*operands, out], comment)


def _buffer_text(layout: Layout, names: Sequence[str], array: int) -> str:
    """Write the line that makes an array, or finds its place in the memory of another."""
    shape, size = layout.shapes[array], layout.sizes[array]
    if array not in layout.homes and array not in layout.reuses:
        return f"{names[array]} = np.empty({shape_text(shape)})"
    owner, start = home(layout, array) if array in layout.homes else (layout.reuses[array], 0)
    comment = "" if array in layout.homes else "  # whose numbers are no longer needed"
    if layout.shapes[owner] == shape:
        return f"{names[array]} = {names[owner]}{comment}"
    part = f"[{start}:{start + size}]" if size < layout.sizes[owner] else ""
    flat = names[owner] + ("" if len(layout.shapes[owner]) == 1 else ".reshape(-1)")
    return f"{names[array]} = {flat}{part}" + ("" if len(shape) == 1 else f".reshape({shape_text(shape)})") + comment


def _section_text(source: str, name: str, start: int, shape: tuple[int, ...]) -> str:
    stop = start + int(np.prod(shape, dtype=int))
    return f"{name} = {source}[{start}:{stop}]" + (f".reshape{shape or '(())'}" if len(shape) != 1 else "")
