"""Stage 4, re-roll: turn the places of each role into array statements.

Each role is laid out in one array, in creation order. A statement computes a run of it; its operands are views of
other arrays wherever their positions form loops (see `access`), else they are gathered by index.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.compiler.access import Nest, Positions, around, contiguous_steps, find_inner_nest, find_nest, merged
from autograd.compiler.batching import BATCH_DOT, BATCH_TOTAL, PACK, PICK, SPREAD
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
#: Places that need no statement: they have the number of their operand.
_SAME: Final = frozenset({stop_gradient, PICK})
#: What rows of batches do, apart from the samples.
_UNBATCHED: Final[dict[Primitive, Primitive]] = {BATCH_DOT: DOT, BATCH_TOTAL: TOTAL, SPREAD: identity}
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
    stride_of
        For each batched place, how far apart its samples are.
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
    stride_of: Positions
    given: dict[int, np.ndarray[Any, np.dtype[np.float64]]]
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
    if not program.batched:
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
        positions, strides = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        self.layout = Layout(sizes, shapes, np.full(count, -1), positions, [], strides, {}, {}, {})
        #: How many samples the current role has, and how many its sums run over.
        self._samples = self._summed = 0
        for place, leaf in program.leaves.items():
            self.layout.array_of[place] = leaf.source
            self.layout.position_of[place] = leaf.position
        for place, stride in program.strides.items():
            self.layout.stride_of[place] = stride

    def add_role(self, places: list[int]) -> None:
        """Give the places of a role an array, and write the statements that fill it."""
        primitive = self.program.primitives[places[0]]
        assert primitive is not None
        if primitive in _SAME:
            self._place_picks(places)
        elif primitive is PACK:
            self._pack(places)
        else:
            batched = self.program.batched
            self._samples = batched.get(places[0], 0)
            self._summed = 0 if self._samples else max([batched.get(x, 0) for x in self.program.operands[places[0]]])
            self._compute(_UNBATCHED.get(primitive, primitive), places)

    def _compute(self, primitive: Primitive, places: list[int]) -> None:
        """Write statements for runs of places that do the same to operands of one form."""
        layout = self.layout
        form = self._operand_arrays if primitive is identity else self._operand_count
        places = places if self.program.batched else beside_like_ones(places, self._uses)
        if primitive is identity:  # copies: those of one array in a row, in the order in which arrays are first used
            first = {form(place): place for place in sorted(places, reverse=True)}
            places = sorted(places, key=lambda place: (first[form(place)], self._operand_position(place)))
        array = self._new_array(places)
        start = 0
        runs = [list(run) for _, run in itertools.groupby(places, key=form)]
        if self._is_cheaper_ragged(primitive, places, len(runs)):
            layout.statements.append(self._ragged(primitive, array, places))
            layout.shapes.append((len(places),))
            return
        before = len(layout.statements)
        for group in runs:
            table = self._table(group)
            row = len(places) if self._samples and len(runs) > 1 else 0
            statements = self._statements(primitive, array, start, table)
            layout.statements.extend([statement._replace(row=row) for statement in statements] if row else statements)
            start += len(group)
        shapes = [statement.extents for statement in layout.statements[before:]]
        if len(shapes) == 1:
            layout.shapes.append(shapes[0])
        elif self._samples:
            layout.shapes.append((self._samples, start))
        else:
            layout.shapes.append((len(shapes), *shapes[0]) if len(set(shapes)) == 1 else (start,))

    def _statements(self, primitive: Primitive, array: int, start: int, table: Positions) -> list[Statement]:
        if primitive is identity:
            return [self._elementwise(primitive, array, start, table[:1])]
        if primitive is DOT and len(table) == 3 and not self._summed:  # a sum of one product
            return [self._elementwise(DOT, array, start, table[:2])]
        if isinstance(primitive, Variadic):
            return self._sums(primitive, array, start, table)
        return [self._elementwise(primitive, array, start, table)]

    def _table(self, places: Sequence[int]) -> Positions:
        """Return the operands of places that have equally many, of shape (operands, places)."""
        operands = itertools.chain.from_iterable(map(self.program.operands.__getitem__, places))
        return np.fromiter(operands, dtype=np.int64).reshape(len(places), -1).T

    def _new_array(self, places: list[int]) -> int:
        """Return an array for places, side by side in each sample."""
        layout, array = self.layout, len(self.layout.sizes)
        layout.sizes.append(len(places) * (self._samples or 1))
        layout.array_of[places] = array
        layout.position_of[places] = np.arange(len(places))
        layout.stride_of[places] = len(places) if self._samples else 0
        return array

    def _place_picks(self, places: list[int]) -> None:
        """Place what has the number of its operand, in a sample if it is picked from a batch, where that stands."""
        program, layout = self.program, self.layout
        sources = [program.operands[place][0] for place in places]
        layout.array_of[places] = layout.array_of[sources]
        if program.primitives[places[0]] is PICK:
            samples = np.array([int(program.constants[program.operands[place][1]]) for place in places])
            layout.position_of[places] = layout.position_of[sources] + samples * layout.stride_of[sources]
        else:
            layout.position_of[places] = layout.position_of[sources]
            layout.stride_of[places] = layout.stride_of[sources]

    def _pack(self, places: list[int]) -> None:
        """Place batches: where their numbers stand if these are at even distances, else gathered in a new array."""
        layout = self.layout
        table = self._table(places)  # (samples, places)
        positions = layout.position_of[table]
        strides = np.diff(positions, axis=0)
        constant = self._is_constant(table)
        if not constant and (strides == strides[0, 0]).all():
            layout.array_of[places] = layout.array_of[table[0]]
            layout.position_of[places], layout.stride_of[places] = positions[0], strides[0, 0]
            return
        self._samples = len(table)
        source, array = int(layout.array_of[table[0, 0]]), self._new_array(places)
        shape = table.shape if len(places) > 1 else table.shape[:1]
        layout.shapes.append(shape)
        if constant:
            layout.given[array] = np.reshape([self.program.constants[place] for place in table.ravel().tolist()], shape)
            return
        operand = Gather(source, positions.reshape(shape))
        miss = "samples stand at uneven distances"
        layout.statements.append(Statement(identity, array, 0, shape, None, (operand,), miss))

    def _operand_count(self, place: int) -> tuple[int, int]:
        return len(self.program.operands[place]), 0

    def _operand_arrays(self, place: int) -> tuple[int, int]:
        operand = self.program.operands[place][0]
        return int(self.layout.array_of[operand]), int(self.layout.stride_of[operand])

    def _strides(self, tables: Positions) -> list[int] | None:
        """Return how far apart the samples of each operand are; None if they differ from place to place."""
        if not len(tables):
            return []
        strides = self.layout.stride_of[tables].reshape(len(tables), -1)
        return strides[:, 0].tolist() if (strides == strides[:, :1]).all() else None

    def _operand_position(self, place: int) -> int:
        return int(self.layout.position_of[self.program.operands[place][0]])

    def _elementwise(self, primitive: Primitive, array: int, start: int, table: Positions) -> Statement:
        positions = self.layout.position_of[table]
        views = [row for row in range(len(table)) if not self._is_constant(table[row])]
        nest, strides = find_nest(positions[views]), self._strides(table[views])
        if nest is not None and strides is not None:
            nest = self._shaped_like(nest, table[views])
            nest = around(nest, self._samples, strides) if self._samples else nest
            offsets, steps = dict(zip(views, nest.offsets, strict=True)), dict(zip(views, nest.steps, strict=True))
            operands: tuple[Operand, ...] = tuple(
                View(int(self.layout.array_of[table[row, 0]]), offsets[row], nest.extents, steps[row])
                if row in offsets
                else self._constants(table[row], nest.extents)
                for row in range(len(table))
            )
            return Statement(primitive, array, start, nest.extents, None, operands)
        extents = (self._samples, table.shape[1]) if self._samples else (table.shape[1],)
        operands = tuple(self._any_access(row) for row in table)
        return Statement(primitive, array, start, extents, None, operands, "positions form no loops")

    def _shaped_like(self, nest: Nest, places: Positions) -> Nest:
        """Return one loop over a whole array as the loops of its axes; the other operands lie as densely."""
        if len(nest.extents) != 1 or not nest.offsets or any(steps != (1,) for steps in nest.steps):
            return nest
        shapes = [self.layout.shapes[self.layout.array_of[place]] for place in places[:, 0]]
        batched = self.program.batched
        shapes = [shape[1:] if place in batched else shape for place, shape in zip(places[:, 0], shapes, strict=True)]
        whole = [math.prod(x) == nest.extents[0] and not at for x, at in zip(shapes, nest.offsets, strict=True)]
        if any(len(x) > 1 for x, is_whole in zip(shapes, whole, strict=True) if not is_whole):
            return nest  # a part of axes of its own
        shape = max(itertools.compress(shapes, whole), key=len, default=nest.extents)
        return Nest(shape, nest.offsets, tuple([contiguous_steps(shape)] * len(nest.offsets)))

    def _sums(self, primitive: Primitive, array: int, start: int, table: Positions) -> list[Statement]:
        """Return the statement for sums of one length, or several where each has its own pattern of terms."""
        whole = self._sum(primitive, array, start, table)
        if not whole.miss or self._samples or self._summed:
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
        outer, strides = find_nest(positions[:, :, 0]) if inner is not None else None, self._strides(terms[views])
        if inner is None or outer is None or strides is None:
            extents: tuple[int, ...] = (self._samples, table.shape[1]) if self._samples else (table.shape[1],)
            loops: tuple[int, ...] = (self._summed, terms.shape[2]) if self._summed else (terms.shape[2],)
            operands = tuple(self._any_access(half) for half in terms)
            return Statement(primitive, array, start, extents, loops, operands, "terms form no loops")
        if self._samples:
            outer = around(outer, self._samples, strides)
        if self._summed:
            inner = merged(around(inner, self._summed, strides))
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
        if runs == 1 or primitive not in SEGMENTED or self._samples or self._summed:
            return False
        statement = _LOGSUMEXP if primitive is LOGSUMEXP else _STATEMENT
        terms = sum(len(self.program.operands[place]) for place in places)
        return _GATHERED + _ELEMENT * terms < statement * runs

    def _ragged(self, primitive: Primitive, array: int, places: Sequence[int]) -> Statement:
        """Return all sums of a role as one statement, over the terms of one after the other."""
        tables = [_halves(primitive, np.array(self.program.operands[place])[:, None]) for place in places]
        counts = [len(halves[0]) for halves in tables]
        sides = [np.concatenate(side).ravel() for side in zip(*tables, strict=True)]
        operands = tuple(self._any_access(side) for side in sides)
        miss = f"sums of {min(counts)} to {max(counts)} terms"
        return Statement(primitive, array, 0, (len(places),), None, operands, miss, np.cumsum([0, *counts[:-1]]))

    def _any_access(self, places: Positions) -> Operand:
        """Return an operand as a view if it is one by itself, else gathered."""
        samples, axis = self._samples or self._summed, 0 if self._samples else 1
        shape = (*places.shape[:axis], samples, *places.shape[axis:]) if samples else places.shape
        if self._is_constant(places):
            return self._constants(places, shape)
        array = int(self.layout.array_of[places.flat[0]])
        positions = self.layout.position_of[places]
        flat, strides = find_nest(positions.reshape(1, -1)), self._strides(places[None])
        if flat is not None and strides is not None and flat.extents == places.shape:
            steps = flat.steps[0]
            steps = (*steps[:axis], strides[0], *steps[axis:]) if samples else steps
            return View(array, flat.offsets[0], shape, steps)
        if samples:
            each = np.arange(samples).reshape(-1, *[1] * (places.ndim - axis))
            strides_of = np.expand_dims(self.layout.stride_of[places], axis)
            positions = np.expand_dims(positions, axis) + strides_of * each
        return Gather(array, positions)

    def _is_constant(self, places: Positions) -> bool:
        return int(places.flat[0]) in self.program.constants

    def _constants(self, places: Positions, extents: tuple[int, ...]) -> Constants:
        """Return constants of a statement's shape: one number for all, or the same numbers in each sample."""
        numbers = np.array([self.program.constants[place] for place in places.ravel().tolist()])
        if (numbers.view(np.int64) == numbers.view(np.int64)[0]).all():
            return Constants(numbers[:1].reshape(()))
        if self._samples:
            return Constants(numbers.reshape(1, *extents[1:]))
        if self._summed:
            numbers = np.broadcast_to(numbers.reshape(len(places), 1, -1), (len(places), self._summed, places.shape[1]))
        return Constants(numbers.reshape(extents))
