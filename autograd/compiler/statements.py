"""The places of one role as array statements.

The operands of a statement are views of other arrays wherever their positions form loops (see `access`), else they are
gathered by index.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from autograd.compiler.access import Nest, Positions, around, contiguous_steps, find_inner_nest, find_nest, merged
from autograd.compiler.builder import Builder
from autograd.compiler.layout import Constants, Gather, Layout, Operand, Statement, View
from autograd.compiler.misses import LENGTHS, POSITIONS, TERMS
from autograd.primitive import Primitive, Variadic
from autograd.primitives.comparison import identity
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


def _halves(primitive: Primitive, table: Positions) -> list[Positions]:
    """Return the lists of terms that a sum runs over side by side, each of shape (terms, places)."""
    if primitive is DOT:
        return [table[: len(table) // 2], table[len(table) // 2 : -1]]
    if primitive is TAKE:  # one position for all rows to choose from
        return [np.broadcast_to(table[0], table[1:].shape), table[1:]]
    return [table]


class Statements:
    """Writes the statements of one role, for places whose operands have been laid out.

    Attributes
    ----------
    samples
        How many samples the role has.
    summed
        How many samples its sums run over.
    """

    def __init__(self, program: Builder, layout: Layout, samples: int, summed: int) -> None:
        self.program = program
        self.layout = layout
        self.samples = samples
        self.summed = summed

    def of(self, primitive: Primitive, array: int, start: int, table: Positions) -> list[Statement]:
        """Return what computes a run of an array from operands of shape (operands, places)."""
        if primitive is identity:
            return [self._elementwise(primitive, array, start, table[:1])]
        if primitive is DOT and len(table) == 3 and not self.summed:  # a sum of one product
            return [self._elementwise(DOT, array, start, table[:2])]
        if isinstance(primitive, Variadic):
            return self._sums(primitive, array, start, table)
        return [self._elementwise(primitive, array, start, table)]

    def _strides(self, tables: Positions) -> list[int] | None:
        """Return how far apart the samples of each operand are; None if they differ from place to place."""
        if not len(tables):
            return []
        strides = self.layout.stride_of[tables].reshape(len(tables), -1)
        return strides[:, 0].tolist() if (strides == strides[:, :1]).all() else None

    def _elementwise(self, primitive: Primitive, array: int, start: int, table: Positions) -> Statement:
        positions = self.layout.position_of[table]
        views = [row for row in range(len(table)) if not self._is_constant(table[row])]
        nest, strides = find_nest(positions[views]), self._strides(table[views])
        if nest is not None and strides is not None:
            nest = self._shaped_like(nest, table[views])
            nest = around(nest, self.samples, strides) if self.samples else nest
            offsets, steps = dict(zip(views, nest.offsets, strict=True)), dict(zip(views, nest.steps, strict=True))
            operands: tuple[Operand, ...] = tuple(
                View(int(self.layout.array_of[table[row, 0]]), offsets[row], nest.extents, steps[row])
                if row in offsets
                else self._constants(table[row], nest.extents)
                for row in range(len(table))
            )
            return Statement(primitive, array, start, nest.extents, None, operands)
        extents = (self.samples, table.shape[1]) if self.samples else (table.shape[1],)
        operands = tuple(self._any_access(row) for row in table)
        return Statement(primitive, array, start, extents, None, operands, POSITIONS)

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
        if not whole.miss:
            return [whole]
        tables = self.layout.position_of[np.array([half.T for half in _halves(primitive, table)])]
        relative = tables - tables[:, :, :1]
        changes = np.flatnonzero((relative[:, 1:] != relative[:, :-1]).any(axis=(0, 2))) + 1
        size = relative.size * max(self.samples, self.summed, 1)
        if not len(changes) or _STATEMENT * len(changes) >= _GATHERED + _ELEMENT * size:
            return [whole]
        bounds = [0, *changes.tolist(), table.shape[1]]
        parts = itertools.pairwise(bounds)
        split = [self._sum(primitive, array, start + first, table[:, first:last]) for first, last in parts]
        return [whole] if all(part.miss for part in split) else split

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
            extents: tuple[int, ...] = (self.samples, table.shape[1]) if self.samples else (table.shape[1],)
            loops: tuple[int, ...] = (self.summed, terms.shape[2]) if self.summed else (terms.shape[2],)
            operands = tuple(self._any_access(half) for half in terms)
            return Statement(primitive, array, start, extents, loops, operands, TERMS)
        if self.samples:
            outer = around(outer, self.samples, strides)
        if self.summed:
            inner = merged(around(inner, self.summed, strides))
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

    def is_cheaper_ragged(self, primitive: Primitive, runs: int, terms: int) -> bool:
        """Tell whether sums of many different lengths cost less as one gathered statement than run by run."""
        if runs == 1 or primitive not in SEGMENTED or self.samples or self.summed:
            return False
        statement = _LOGSUMEXP if primitive is LOGSUMEXP else _STATEMENT
        return _GATHERED + _ELEMENT * terms < statement * runs

    def ragged(self, primitive: Primitive, array: int, places: Sequence[int]) -> Statement:
        """Return all sums of a role as one statement, over the terms of one after the other."""
        tables = [_halves(primitive, np.array(self.program.operands[place])[:, None]) for place in places]
        counts = [len(halves[0]) for halves in tables]
        sides = [np.concatenate(side).ravel() for side in zip(*tables, strict=True)]
        operands = tuple(self._any_access(side) for side in sides)
        miss = f"{LENGTHS}, {min(counts)} to {max(counts)} terms"
        return Statement(primitive, array, 0, (len(places),), None, operands, miss, np.cumsum([0, *counts[:-1]]))

    def _any_access(self, places: Positions) -> Operand:
        """Return an operand as a view if it is one by itself, else gathered."""
        samples, axis = self.samples or self.summed, 0 if self.samples else 1
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
        if self.samples:
            return Constants(numbers.reshape(1, *extents[1:]))
        if self.summed:
            numbers = np.broadcast_to(numbers.reshape(len(places), 1, -1), (len(places), self.summed, places.shape[1]))
        return Constants(numbers.reshape(extents))
