"""Arrays and the statements that fill them: what a program is re-rolled into."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.access import Positions, contiguous_steps
from autograd.primitive import Primitive


class View(NamedTuple):
    """A strided view of an array: loops, and how far each moves, in elements."""

    array: int
    offset: int
    extents: tuple[int, ...]
    steps: tuple[int, ...]


class Gather(NamedTuple):
    """Elements of an array at any positions."""

    array: int
    positions: Positions


class Constants(NamedTuple):
    """Numbers that are part of the program: one for all, or an array of the statement's shape."""

    numbers: np.ndarray[Any, np.dtype[np.float64]]


Operand = View | Gather | Constants


class Statement(NamedTuple):
    """One array statement.

    Attributes
    ----------
    primitive
        What is computed.
    array, start
        Where the results go: the array, and the first position in it.
    extents
        The loops of the results.
    terms
        For sums, the loops of the terms; None for elementwise statements.
    operands
        What it is computed from: of shape `extents`, or `extents + terms` for sums.
    miss
        Why operands had to be gathered; empty if none was.
    segments
        For sums of different length side by side: where each starts among the terms, which are flat operands.
    row
        For results that are a part of each sample's: how far apart the samples are in the array; else 0.
    """

    primitive: Primitive
    array: int
    start: int
    extents: tuple[int, ...]
    terms: tuple[int, ...] | None
    operands: tuple[Operand, ...]
    miss: str = ""
    segments: Positions | None = None
    row: int = 0

    @property
    def out(self) -> View:
        """Where the results go."""
        steps = contiguous_steps(self.extents)
        return View(self.array, self.start, self.extents, (self.row, *steps[1:]) if self.row else steps)


class Layout(NamedTuple):
    """Where everything stands.

    Attributes
    ----------
    sizes, shapes
        The number of elements and the shape of each array; the sources come first.
    array_of, position_of
        For each place, its array (-1 for constants and dead places) and the position in it; of a batched place that
        of its first sample.
    statements
        In an order in which they can run.
    stride_of
        For each batched place, how far apart its samples are.
    given
        For arrays of constants, their numbers.
    homes
        For arrays that are parts of another: the array, and where they start in it.
    reuses
        For arrays that live in memory that an earlier one needs no more: the array it was made for.
    """

    sizes: list[int]
    shapes: list[tuple[int, ...]]
    array_of: np.ndarray[Any, np.dtype[np.int64]]
    position_of: Positions
    statements: list[Statement]
    stride_of: Positions
    given: dict[int, np.ndarray[Any, np.dtype[np.float64]]]
    homes: dict[int, tuple[int, int]]
    reuses: dict[int, int]
