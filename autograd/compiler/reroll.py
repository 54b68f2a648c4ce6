"""Stage 4, re-roll: give the places of each role an array, and write the statements that fill it.

Each role is laid out in one array, in creation order. Statements compute runs of it (see `statements`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from autograd.compiler.access import Positions
from autograd.compiler.batching import BATCH_DOT, BATCH_TOTAL, PACK, PICK, SPREAD
from autograd.compiler.builder import Builder
from autograd.compiler.joining import join_arrays
from autograd.compiler.layout import Gather, Layout, Statement
from autograd.compiler.misses import SAMPLES
from autograd.compiler.ordering import Operands, beside_like_ones, group_by_role, starts_of_runs, user_signatures
from autograd.compiler.statements import Statements
from autograd.primitive import Primitive
from autograd.primitives.comparison import identity, stop_gradient
from autograd.primitives.nary import DOT, TOTAL

#: Places that need no statement: they have the number of their operand.
_SAME: Final = frozenset({stop_gradient, PICK})
#: What rows of batches do, apart from the samples.
_UNBATCHED: Final[dict[Primitive, Primitive]] = {BATCH_DOT: DOT, BATCH_TOTAL: TOTAL, SPREAD: identity}


def reroll(program: Builder, outputs: Sequence[int]) -> Layout:
    """Group the live places of a program into statements."""
    operands = Operands(program)
    groups = group_by_role(program, operands, np.array(outputs, dtype=np.int64))
    roller = _Roller(program, operands, user_signatures(program, operands, groups))
    for places in groups:
        roller.add_role(places)
    join_arrays(roller.layout, len(program.sources))
    return roller.layout


class _Roller:
    """Lays out one role after the other."""

    def __init__(self, program: Builder, operands: Operands, signatures: Positions) -> None:
        self.program = program
        self.operands = operands
        count = len(program)
        sizes = [int(np.prod(source.shape, dtype=int)) for source in program.sources]
        shapes = [source.shape for source in program.sources]
        positions, strides = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        self.layout = Layout(sizes, shapes, np.full(count, -1), positions, [], strides, {}, {}, {})
        self._signatures = signatures
        for place, leaf in program.leaves.items():
            self.layout.array_of[place] = leaf.source
            self.layout.position_of[place] = leaf.position
        for place, stride in program.strides.items():
            self.layout.stride_of[place] = stride

    def add_role(self, places: Positions) -> None:
        """Give the places of a role an array, and write the statements that fill it."""
        first = int(places[0])
        primitive, batched = self.program.primitives[first], self.program.batched
        if primitive is None:  # it is given
            return
        if primitive in _SAME:
            self._place_picks(places)
        elif primitive is PACK:
            self._pack(places)
        else:
            samples = batched.get(first, 0)
            summed = 0 if samples else max([batched.get(x, 0) for x in self.program.operands[first]])
            statements = Statements(self.program, self.layout, samples, summed)
            self._compute(_UNBATCHED.get(primitive, primitive), beside_like_ones(places, self._signatures), statements)

    def _compute(self, primitive: Primitive, places: Positions, statements: Statements) -> None:
        """Write statements for runs of places that do the same to operands of one form."""
        layout = self.layout
        forms = self.operands.counts[places]
        if primitive is identity:  # copies: those of one array in a row, in the order in which arrays are first used
            places, forms = self._by_source(places)
        array = self._new_array(places, statements.samples)
        starts = starts_of_runs(forms)
        if statements.is_cheaper_ragged(primitive, len(starts), int(forms.sum())):
            layout.statements.append(statements.ragged(primitive, array, places.tolist()))
            layout.shapes.append((len(places),))
            return
        written: list[Statement] = []
        for start, group in zip(starts.tolist(), np.split(places, starts[1:]), strict=True):
            written += statements.of(primitive, array, start, self._table(group))
        if statements.samples and len(written) > 1:
            written = [statement._replace(row=len(places)) for statement in written]
        layout.statements.extend(written)
        layout.shapes.append(_shape([statement.extents for statement in written], len(places), statements.samples))

    def _by_source(self, places: Positions) -> tuple[Positions, Positions]:
        """Return copies sorted by what they copy, and for each the number of the array that it is copied from."""
        copied = self.operands.first(places)
        forms = np.stack([self.layout.array_of[copied], self.layout.stride_of[copied]])
        _, numbers = np.unique(forms, axis=1, return_inverse=True)
        numbers = numbers.reshape(-1)
        first = np.full(len(places), np.iinfo(np.int64).max)
        np.minimum.at(first, numbers, places)
        by_source = np.lexsort((self.layout.position_of[copied], first[numbers]))
        return places[by_source], numbers[by_source]

    def _table(self, places: Positions) -> Positions:
        """Return the operands of places that have equally many, of shape (operands, places)."""
        return self.operands.of(places).reshape(len(places), -1).T

    def _new_array(self, places: Positions, samples: int) -> int:
        """Return an array for places, side by side in each sample."""
        layout, array = self.layout, len(self.layout.sizes)
        layout.sizes.append(len(places) * (samples or 1))
        layout.array_of[places] = array
        layout.position_of[places] = np.arange(len(places))
        layout.stride_of[places] = len(places) if samples else 0
        return array

    def _place_picks(self, places: Positions) -> None:
        """Place what has the number of its operand, in a sample if it is picked from a batch, where that stands."""
        program, layout = self.program, self.layout
        sources = self.operands.first(places)
        layout.array_of[places] = layout.array_of[sources]
        if program.primitives[places[0]] is PICK:
            samples = np.array([int(program.constants[program.operands[place][1]]) for place in places.tolist()])
            layout.position_of[places] = layout.position_of[sources] + samples * layout.stride_of[sources]
        else:
            layout.position_of[places] = layout.position_of[sources]
            layout.stride_of[places] = layout.stride_of[sources]

    def _pack(self, places: Positions) -> None:
        """Place batches: where their numbers stand if these are at even distances, else gathered in a new array."""
        layout, constants = self.layout, self.program.constants
        table = self._table(places)  # (samples, places)
        positions = layout.position_of[table]
        strides = np.diff(positions, axis=0)
        constant = int(table[0, 0]) in constants
        if not constant and (strides == strides[0, 0]).all():
            layout.array_of[places] = layout.array_of[table[0]]
            layout.position_of[places], layout.stride_of[places] = positions[0], strides[0, 0]
            return
        source, array = int(layout.array_of[table[0, 0]]), self._new_array(places, len(table))
        shape = table.shape if len(places) > 1 else table.shape[:1]
        layout.shapes.append(shape)
        if constant:
            layout.given[array] = np.reshape([constants[place] for place in table.ravel().tolist()], shape)
            return
        operand = Gather(source, positions.reshape(shape))
        layout.statements.append(Statement(identity, array, 0, shape, None, (operand,), SAMPLES))


def _shape(parts: list[tuple[int, ...]], count: int, samples: int) -> tuple[int, ...]:
    """Return the shape of an array of so many places that is written in parts."""
    if len(parts) == 1:
        return parts[0]
    if samples:
        return (samples, count)
    return (len(parts), *parts[0]) if len(set(parts)) == 1 else (count,)
