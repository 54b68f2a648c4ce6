"""Stage 4, re-roll: turn the places of each role into array statements.

Each role is laid out in one array, in creation order. A statement computes a run of it; its operands are views of
other arrays wherever their positions form loops (see `access`), else they are gathered by index.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.compiler.access import Nest, Positions, contiguous_steps, find_inner_nest, find_nest
from autograd.compiler.builder import Builder
from autograd.compiler.joining import join_arrays
from autograd.compiler.ordering import beside_like_ones, user_signatures
from autograd.compiler.program import live_places
from autograd.primitive import Primitive, Variadic
from autograd.primitives.comparison import identity, stop_gradient
from autograd.primitives.nary import DOT, LARGEST, LOGSUMEXP, TAKE, TOTAL

#: Sums whose segments can be computed side by side, and the ufunc that does so.
SEGMENTED: Final[dict[Primitive, str]] = {
    DOT: "np.add",
    TOTAL: "np.add",
    LARGEST: "np.maximum",
    LOGSUMEXP: "logsumexp",
}
#: What a statement costs, what gathering costs besides, and what each gathered element costs, in microseconds; only
#: the order of magnitude matters.
_STATEMENT: Final = 2.0
_LOGSUMEXP: Final = 8.0
_GATHERED: Final = 5.0
_ELEMENT: Final = 0.006


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
    """

    primitive: Primitive
    array: int
    start: int
    extents: tuple[int, ...]
    terms: tuple[int, ...] | None
    operands: tuple[Operand, ...]
    miss: str = ""
    segments: Positions | None = None


class Layout(NamedTuple):
    """Where everything stands.

    Attributes
    ----------
    sizes, shapes
        The number of elements and the shape of each array; the sources come first.
    array_of, position_of
        For each place, its array (-1 for constants and dead places) and the position in it.
    statements
        In an order in which they can run.
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
    homes: dict[int, tuple[int, int]]
    reuses: dict[int, int]


def reroll(program: Builder, outputs: Sequence[int]) -> Layout:
    """Group the live places of a program into statements."""
    live = np.frombuffer(live_places(program, outputs), dtype=np.uint8).astype(bool)
    roller = _Roller(program, live)
    roles = np.array(program.roles)
    order = np.array(program.order)
    computed = np.array([primitive is not None for primitive in program.primitives]) & live
    places = np.flatnonzero(computed)
    places = places[np.lexsort((places, order[places], roles[places]))]
    for _, group in itertools.groupby(places.tolist(), key=program.roles.__getitem__):
        roller.add_role(list(group))
    join_arrays(roller.layout, len(program.sources))
    return roller.layout


def _halves(primitive: Primitive, table: Positions) -> list[Positions]:
    """Return the lists of terms that a sum runs over side by side, each of shape (terms, places)."""
    if primitive is DOT:
        return [table[: len(table) // 2], table[len(table) // 2 : -1]]
    if primitive is TAKE:  # one position for all rows to choose from
        return [np.broadcast_to(table[0], table[1:].shape), table[1:]]
    return [table]


class _Roller:
    """Lays out one role after the other."""

    def __init__(self, program: Builder, live: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        self.program = program
        count = len(program)
        sizes = [int(np.prod(source.shape, dtype=int)) for source in program.sources]
        shapes = [source.shape for source in program.sources]
        self._uses = user_signatures(program, live)
        self.layout = Layout(sizes, shapes, np.full(count, -1), np.zeros(count, dtype=np.int64), [], {}, {})
        for place, leaf in program.leaves.items():
            self.layout.array_of[place] = leaf.source
            self.layout.position_of[place] = leaf.position

    def add_role(self, places: list[int]) -> None:
        """Give the places of a role an array, and write the statements that fill it."""
        program, layout = self.program, self.layout
        primitive = program.primitives[places[0]]
        assert primitive is not None
        if primitive is stop_gradient:  # the same number: no statement at all
            sources = [program.operands[place][0] for place in places]
            layout.array_of[places] = layout.array_of[sources]
            layout.position_of[places] = layout.position_of[sources]
            return
        places = beside_like_ones(places, self._uses)
        if primitive is identity:  # copies: those of one array in a row, in the order in which arrays are first used
            first = {self._operand_array(place): place for place in sorted(places, reverse=True)}
            places = sorted(places, key=lambda x: (first[self._operand_array(x)], self._operand_position(x)))
        array = len(layout.sizes)
        layout.sizes.append(len(places))
        layout.array_of[places] = array
        layout.position_of[places] = np.arange(len(places))
        start = 0
        form = self._operand_array if primitive is identity else self._operand_count
        runs = [list(run) for _, run in itertools.groupby(places, key=form)]
        if self._is_cheaper_ragged(primitive, places, len(runs)):
            layout.statements.append(self._ragged(primitive, array, places))
            layout.shapes.append((len(places),))
            return
        before = len(layout.statements)
        for group in runs:
            table = self._table(group)
            if primitive is DOT and len(table) == 3:  # a sum of one product
                layout.statements.append(self._elementwise(DOT, array, start, table[:2]))
            elif isinstance(primitive, Variadic):
                layout.statements.extend(self._sums(primitive, array, start, table))
            else:
                layout.statements.append(self._elementwise(primitive, array, start, table))
            start += len(group)
        shapes = [statement.extents for statement in layout.statements[before:]]
        alike = len(set(shapes)) == 1
        layout.shapes.append(shapes[0] if len(shapes) == 1 else (len(shapes), *shapes[0]) if alike else (start,))

    def _table(self, places: Sequence[int]) -> Positions:
        """Return the operands of places that have equally many, of shape (operands, places)."""
        operands = itertools.chain.from_iterable(map(self.program.operands.__getitem__, places))
        return np.fromiter(operands, dtype=np.int64).reshape(len(places), -1).T

    def _operand_count(self, place: int) -> int:
        return len(self.program.operands[place])

    def _operand_array(self, place: int) -> int:
        return int(self.layout.array_of[self.program.operands[place][0]])

    def _operand_position(self, place: int) -> int:
        return int(self.layout.position_of[self.program.operands[place][0]])

    def _elementwise(self, primitive: Primitive, array: int, start: int, table: Positions) -> Statement:
        positions = self.layout.position_of[table]
        views = [row for row in range(len(table)) if not self._is_constant(table[row])]
        nest = find_nest(positions[views])
        if nest is not None:
            nest = self._shaped_like(nest, table[views])
            offsets, steps = dict(zip(views, nest.offsets, strict=True)), dict(zip(views, nest.steps, strict=True))
            operands: tuple[Operand, ...] = tuple(
                View(int(self.layout.array_of[table[row, 0]]), offsets[row], nest.extents, steps[row])
                if row in offsets
                else self._constants(table[row], nest.extents)
                for row in range(len(table))
            )
            return Statement(primitive, array, start, nest.extents, None, operands)
        extents = (table.shape[1],)
        operands = tuple(self._any_access(row, extents) for row in table)
        return Statement(primitive, array, start, extents, None, operands, "positions form no loops")

    def _shaped_like(self, nest: Nest, places: Positions) -> Nest:
        """Return one loop over whole arrays as the loops of the array with the most axes."""
        if len(nest.extents) != 1 or not nest.steps or any(nest.offsets) or set(nest.steps) != {(1,)}:
            return nest
        shapes = [self.layout.shapes[self.layout.array_of[place]] for place in places[:, 0]]
        shape = max(shapes, key=len)
        if any(int(np.prod(x, dtype=int)) != nest.extents[0] for x in shapes):
            return nest
        return Nest(shape, nest.offsets, tuple([contiguous_steps(shape)] * len(nest.offsets)))

    def _sums(self, primitive: Primitive, array: int, start: int, table: Positions) -> list[Statement]:
        """Return the statement for sums of one length, or several where each has its own pattern of terms."""
        whole = self._sum(primitive, array, start, table)
        if not whole.miss:
            return [whole]
        tables = self.layout.position_of[np.array([half.T for half in _halves(primitive, table)])]
        relative = tables - tables[:, :, :1]
        changes = np.flatnonzero((relative[:, 1:] != relative[:, :-1]).any(axis=(0, 2))) + 1
        if not len(changes) or _STATEMENT * len(changes) >= _GATHERED + _ELEMENT * relative.size:
            return [whole]
        bounds = [0, *changes.tolist(), table.shape[1]]
        parts = itertools.pairwise(bounds)
        return [self._sum(primitive, array, start + first, table[:, first:last]) for first, last in parts]

    def _sum(self, primitive: Primitive, array: int, start: int, table: Positions) -> Statement:
        halves = _halves(primitive, table)
        terms = np.array([half.T for half in halves])  # (halves, places, terms)
        views = [half for half in range(len(terms)) if not self._is_constant(terms[half])]
        positions = self.layout.position_of[terms[views]]
        inner = find_inner_nest(positions)
        if inner is None and primitive is not TAKE:  # a sum does not mind in which order its terms come
            ranks = np.argsort(positions[0], axis=1, kind="stable")[None]
            terms = np.take_along_axis(terms, np.broadcast_to(ranks, terms.shape), axis=2)
            positions = self.layout.position_of[terms[views]]
            inner = find_inner_nest(positions)
        outer = find_nest(positions[:, :, 0]) if inner is not None else None
        if inner is None or outer is None:
            extents, loops = (table.shape[1],), (terms.shape[2],)
            operands = tuple(self._any_access(half, extents + loops) for half in terms)
            return Statement(primitive, array, start, extents, loops, operands, "terms form no loops")
        places = {half: number for number, half in enumerate(views)}
        operands = tuple(
            View(
                int(self.layout.array_of[terms[half, 0, 0]]),
                outer.offsets[places[half]],
                outer.extents + inner.extents,
                outer.steps[places[half]] + inner.steps[places[half]],
            )
            if half in places
            else self._constants(terms[half], outer.extents + inner.extents)
            for half in range(len(terms))
        )
        return Statement(primitive, array, start, outer.extents, inner.extents, operands)

    def _is_cheaper_ragged(self, primitive: Primitive, places: Sequence[int], runs: int) -> bool:
        """Tell whether sums of many different lengths cost less as one gathered statement than run by run."""
        if runs == 1 or primitive not in SEGMENTED:
            return False
        statement = _LOGSUMEXP if primitive is LOGSUMEXP else _STATEMENT
        return _GATHERED + _ELEMENT * sum(map(self._operand_count, places)) < statement * runs

    def _ragged(self, primitive: Primitive, array: int, places: Sequence[int]) -> Statement:
        """Return all sums of a role as one statement, over the terms of one after the other."""
        tables = [_halves(primitive, np.array(self.program.operands[place])[:, None]) for place in places]
        counts = [len(halves[0]) for halves in tables]
        sides = [np.concatenate(side).ravel() for side in zip(*tables, strict=True)]
        operands = tuple(self._any_access(side, side.shape) for side in sides)
        miss = f"sums of {min(counts)} to {max(counts)} terms"
        return Statement(primitive, array, 0, (len(places),), None, operands, miss, np.cumsum([0, *counts[:-1]]))

    def _any_access(self, places: Positions, extents: tuple[int, ...]) -> Operand:
        """Return an operand as a view if it is one by itself, else gathered."""
        if self._is_constant(places):
            return self._constants(places, extents)
        array = int(self.layout.array_of[places.flat[0]])
        positions = self.layout.position_of[places]
        flat = find_nest(positions.reshape(1, -1))
        if flat is not None and flat.extents == extents:
            return View(array, flat.offsets[0], extents, flat.steps[0])
        return Gather(array, positions.reshape(extents))

    def _is_constant(self, places: Positions) -> bool:
        return int(places.flat[0]) in self.program.constants

    def _constants(self, places: Positions, extents: tuple[int, ...]) -> Constants:
        numbers = np.array([self.program.constants[place] for place in places.ravel().tolist()])
        same = (numbers.view(np.int64) == numbers.view(np.int64)[0]).all()
        return Constants(numbers[:1].reshape(()) if same else numbers.reshape(extents))
