"""Which places each statement computes, and which statements it needs to have run."""

from __future__ import annotations

from typing import Final

import numpy as np

from autograd.compiler.batching import PACK, PICK
from autograd.compiler.builder import Builder
from autograd.compiler.joining import home
from autograd.compiler.layout import Constants, Layout, Operand, Statement, View
from autograd.primitives.comparison import stop_gradient

#: What no statement computes, or one that copies.
_ELSEWHERE: Final = frozenset({None, stop_gradient, PICK, PACK})


def computed_places(layout: Layout, program: Builder) -> list[list[int]]:
    """Return the places that each statement computes; copies that need no statement are where the original is."""
    written: dict[int, list[tuple[int, int, int]]] = {}
    for number, statement in enumerate(layout.statements):
        root, first, last = _written_by(layout, statement)
        written.setdefault(root, []).append((first, last, number))
    starts = {root: np.array([run[0] for run in sorted(runs)]) for root, runs in written.items()}
    for runs in written.values():
        runs.sort()
    places: list[list[int]] = [[] for _ in layout.statements]
    array_of, position_of = layout.array_of.tolist(), layout.position_of.tolist()
    for place, primitive in enumerate(program.primitives):
        if primitive in _ELSEWHERE or array_of[place] < 0:
            continue
        root, start = home(layout, array_of[place])
        run = int(np.searchsorted(starts[root], start + position_of[place], side="right")) - 1
        places[written[root][run][2]].append(place)
    return places


def dependencies(layout: Layout) -> list[set[int]]:
    """Return for each statement those before it that write what it reads."""
    written: dict[int, list[tuple[int, int, int]]] = {}
    before: list[set[int]] = []
    for number, statement in enumerate(layout.statements):
        needed: set[int] = set()
        for operand in statement.operands:
            if isinstance(operand, Constants):
                continue
            root, first, last = _read_by(layout, operand)
            needed.update(w for low, high, w in written.get(root, ()) if low <= last and first <= high)
        before.append(needed)
        root, first, last = _written_by(layout, statement)
        written.setdefault(root, []).append((first, last, number))
    return before


def _written_by(layout: Layout, statement: Statement) -> tuple[int, int, int]:
    """Return the memory that a statement writes: whose it is, and its first and last position."""
    return _read_by(layout, statement.out)


def _read_by(layout: Layout, operand: Operand) -> tuple[int, int, int]:
    """Return the memory that an operand is read from: whose it is, and its first and last position."""
    assert not isinstance(operand, Constants)
    root, start = home(layout, operand.array)
    if isinstance(operand, View):
        moves = [(extent - 1) * step for extent, step in zip(operand.extents, operand.steps, strict=True)]
        first = operand.offset + sum(move for move in moves if move < 0)
        last = operand.offset + sum(move for move in moves if move > 0)
    else:
        first, last = int(operand.positions.min()), int(operand.positions.max())
    return root, start + first, start + last
