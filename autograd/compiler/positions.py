"""Positions that are data: checked once for each call, so that no statement has to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.program import Program, live_places
from autograd.errors import DomainError
from autograd.primitives.nary import TAKE

Array = np.ndarray[Any, Any]


class PositionCheck(NamedTuple):
    """Elements of a source that are positions in a list of so many rows, with the bits of that number as a float."""

    source: int
    elements: Array | slice
    rows: int
    bits: np.uint64

    def __call__(self, positions: Array) -> None:
        """Raise an error if one of the elements is a position outside of the list."""
        # Read as whole numbers, the bits of floats are in order, and those of nan and what is negative the largest.
        if np.maximum.reduce(positions.view(np.uint64)) < self.bits:
            return
        for position in positions[~((positions >= 0) & (positions < self.rows))].tolist():
            raise outside(position, self.rows)


def outside(position: float, rows: int) -> DomainError:
    """Return the error about a position that lies outside of a list."""
    return DomainError(f"take: position {position:.17g} lies outside of a list of {rows} rows")


def positions_read(program: Program, outputs: Sequence[int]) -> tuple[list[PositionCheck], dict[int, int]]:
    """Return the checks of positions that are given, and the places of those that are computed, with how many rows.

    A batched place is a position in each sample.
    """
    if TAKE not in program.primitives:
        return [], {}
    live = live_places(program, outputs)
    counts: dict[int, int] = {}
    for place, primitive in enumerate(program.primitives):
        if primitive is TAKE and live[place]:
            index, *rows = program.operands[place]
            counts[index] = min(counts.get(index, len(rows)), len(rows))
    groups: dict[tuple[int, int], list[int]] = {}
    for place in counts.keys() & program.leaves.keys():
        leaf = program.leaves[place]
        samples = range(program.batched.get(place, 1))
        positions = [leaf.position + sample * program.strides.get(place, 0) for sample in samples]
        groups.setdefault((leaf.source, counts[place]), []).extend(positions)
    checks = [
        PositionCheck(source, as_slice(np.unique(x)), rows, np.float64(rows).view(np.uint64))
        for (source, rows), x in groups.items()
    ]
    return checks, {place: rows for place, rows in counts.items() if place not in program.leaves}


def as_slice(positions: Array) -> Array | slice:
    """Return positions as a slice if they are evenly spaced, as it reads and writes without looking them up.

    >>> as_slice(np.array([3, 5, 7])), as_slice(np.array([1, 2, 4]))
    (slice(3, 8, 2), array([1, 2, 4]))
    """
    steps = np.diff(positions)
    if len(steps) == 0:
        return slice(int(positions[0]), int(positions[0]) + 1, 1)
    if (steps != steps[0]).any() or steps[0] <= 0:
        return positions
    return slice(int(positions[0]), int(positions[-1]) + 1, int(steps[0]))
