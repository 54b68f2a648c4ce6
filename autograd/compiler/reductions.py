"""How sums, maxima and choices are written.

A sum over the rows or columns of a small array is a product with a vector of ones: BLAS takes a quarter of the time of
`np.add.reduce`, whose inner loop is a call for every row.
"""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

from autograd.compiler.layout import Constants, Gather, Operand, Statement, View
from autograd.compiler.operands import dot_for, extents_of, reordered, without
from autograd.compiler.statements import SEGMENTED
from autograd.compiler.templates import REDUCTIONS
from autograd.compiler.writer import LONGEST_BY_ONES, Writer
from autograd.primitives.nary import LOGSUMEXP, TOTAL


def write_segments(writer: Writer, statement: Statement, out: View, comment: str) -> None:
    """Write sums of different length as one reduction over segments."""
    assert statement.segments is not None
    comment += f", {statement.miss}"
    operands, starts = statement.operands, statement.segments
    if statement.primitive is LOGSUMEXP:
        (count,) = extents_of(operands[0])
        owners = np.repeat(np.arange(len(starts)), np.diff([*starts, count]))
        positions = [writer.kept("starts", starts), writer.kept("owners", owners)]
        name = writer.called("logsumexp_of_segments")
        writer.line(f"{name}({{}}, {{}}, {{}}, out={{}})", [operands[0], *positions, out], comment)
        return
    terms, scaled = operands[0], isinstance(operands[-1], Constants) and not operands[-1].numbers.shape
    written: Operand | str = terms
    if len(operands) > 1 and not scaled:
        written = writer.scratch("products", extents_of(terms))
        writer.line("np.multiply({}, {}, out={})", [*operands, written], comment)
    reduced = f"{SEGMENTED[statement.primitive]}.reduceat({{}}, {{}}, out={{}})"
    writer.line(reduced, [written, writer.kept("starts", starts), out], comment)
    if len(operands) > 1 and scaled:
        writer.line("np.multiply({0}, {1}, out={0})", [out, operands[1]], comment)


def write_reduction(writer: Writer, statement: Statement, out: View, comment: str) -> None:
    """Write sums, maxima and the like over the last loops of one operand."""
    assert statement.terms is not None
    outer, count = len(statement.extents), len(statement.terms)
    operand = statement.operands[-1]
    if count == 0:
        writer.line("np.copyto({1}, {0})", [operand, out], comment)
        return
    comment += f", sums of {int(np.prod(statement.terms))}"
    every = [range(outer + count)]
    axes = tuple(range(outer, outer + count))
    if statement.primitive is LOGSUMEXP and _has_short_rows(
        operand
    ):  # NumPy is quick along the last axis, if it is long
        operand, axes = reordered(operand, [1, 0]), (0,)
    if statement.primitive is TOTAL and count == 1 and statement.terms[0] <= LONGEST_BY_ONES:
        product = dot_for(out) if outer < 2 else "np.matmul"
        writer.line(f"{product}({{}}, {{}}, out={{}})", [operand, writer.filled(*statement.terms), out], comment, every)
        return
    name = writer.called(REDUCTIONS[statement.primitive.name])
    axis = axes[0] if count == 1 else axes
    writer.line(f"{name}({{}}, axis={axis}, out={{}})", [operand, out], comment, every)


def write_take(writer: Writer, statement: Statement, out: View, comment: str) -> None:
    """Write a choice among the terms, by a position that is data: elements at `starts + position * step`."""
    assert statement.terms is not None
    outer = len(statement.extents)
    index, rows = statement.operands
    if isinstance(rows, View) and len(rows.extents) == outer + 1:
        axes = [np.arange(n if step else 1) * step for n, step in zip(rows.extents, rows.steps, strict=True)][:-1]
        starts = rows.offset + sum(np.ix_(*axes), start=np.zeros((1,) * outer, dtype=int))
        array, step = f"{writer.names[rows.array]}.reshape(-1)", rows.steps[-1]
    else:
        array, step = f"{_as_array(writer, rows, statement)}.reshape(-1)", 1
        starts = int(np.prod(statement.terms)) * np.arange(int(np.prod(out.extents, dtype=int))).reshape(out.extents)
    places = without(index, range(outer, outer + len(statement.terms)))
    kept = writer.kept("starts", starts)
    apart = "" if step == 1 else f", step={step}"
    writer.line(f"{writer.called('take')}({{}}, {{}}, {{}}, out={{}}{apart})", [places, array, kept, out], comment)


def _as_array(writer: Writer, rows: Operand, statement: Statement) -> str:
    """Return the name of a dense array of what is chosen from."""
    assert statement.terms is not None
    extents = statement.extents + statement.terms
    if isinstance(rows, Constants):
        return writer.kept("constants", np.broadcast_to(rows.numbers, extents).copy())
    if isinstance(rows, View):
        moves = [np.arange(n) * step for n, step in zip(rows.extents, rows.steps, strict=True)]
        rows = Gather(rows.array, rows.offset + sum(np.ix_(*moves), start=np.zeros(extents, dtype=int)))
    return writer.expression(rows)


def _has_short_rows(operand: Operand) -> TypeGuard[View]:
    return isinstance(operand, View) and len(operand.extents) == 2 and operand.extents[0] > operand.extents[1]
