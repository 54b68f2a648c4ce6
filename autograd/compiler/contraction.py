"""Sums of products as matrix products: choose the axes that BLAS runs over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd.compiler.layout import View


class Matmul(NamedTuple):
    """A dot as `np.matmul(left, right, out=out)`.

    `left` has the loops batch + (rows, terms), `right` batch + (terms, columns), `out` batch + (rows, columns); the
    order of the result's loops in `out` is `axes`. A missing row or column loop has extent 1.
    """

    left: View
    right: View
    axes: tuple[int, ...]
    shape: tuple[int, ...]


def as_matmul(left: View, right: View, outer: int) -> Matmul | None:
    """Return a dot as a matrix product, or None where it is none: when no loop is one operand's alone.

    Parameters
    ----------
    left, right
        Views whose first `outer` loops are the result's, and whose last loop is the terms'.
    """
    rows = [loop for loop in range(outer) if left.steps[loop] and not right.steps[loop]]
    columns = [loop for loop in range(outer) if right.steps[loop] and not left.steps[loop]]
    if len(left.extents) != outer + 1 or not (rows or columns):
        return None
    row, column = (rows[-1] if rows else None), (columns[-1] if columns else None)
    if row is not None and column is not None and row > column:
        return as_matmul(right, left, outer)  # so that the result is written in its own order
    batch = [loop for loop in range(outer) if loop not in (row, column)]
    return Matmul(
        _picked(left, [*batch, row, outer]),
        _picked(right, [*batch, outer, column]),
        (*batch, *[loop for loop in (row, column) if loop is not None]),
        tuple([left.extents[loop] for loop in batch] + [1 if x is None else left.extents[x] for x in (row, column)]),
    )


def _picked(view: View, loops: Sequence[int | None]) -> View:
    """Return a view with these loops, in this order; None is a loop of extent 1."""
    return View(
        view.array,
        view.offset,
        tuple([1 if loop is None else view.extents[loop] for loop in loops]),
        tuple([0 if loop is None else view.steps[loop] for loop in loops]),
    )
