"""Batched programs as programs without batches: what straight-line Python and tapes are made of."""

from __future__ import annotations

from autograd.compiler.batching import BATCH_DOT, BATCH_TOTAL, PACK, PICK, SPREAD
from autograd.compiler.builder import Builder
from autograd.compiler.program import Program, live_places
from autograd.primitives.nary import DOT, TOTAL


def expand(program: Builder, outputs: list[int]) -> tuple[Builder, list[int]]:
    """Return a program with a place for each sample of each batched place, and where the outputs stand in it."""
    writer = _Expander(program)
    live = live_places(program, outputs)
    for place in range(len(program)):
        if live[place]:
            writer.places[place] = writer.written(place)
    return writer.builder, [writer.places[output][0] for output in outputs]


class _Expander:
    """Writes place after place: for each of the old program a list, with one place or one for each sample."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.builder = Builder()
        self.builder.sources = list(program.sources)
        self.places: dict[int, list[int]] = {}
        self._leaves: dict[tuple[int, int], int] = {}

    def written(self, place: int) -> list[int]:
        """Write a place, and return where it stands, in each sample."""
        program, builder = self.program, self.builder
        if place in program.constants:
            return [builder.constant(program.constants[place])]
        extent = program.batched.get(place, 0)
        if place in program.leaves:
            return [self._leaf(place, sample) for sample in range(extent or 1)]
        primitive, operands = program.primitives[place], program.operands[place]
        assert primitive is not None
        given = [self.places[operand] for operand in operands]
        if primitive is PICK:
            return [given[0][int(program.constants[operands[1]])]]
        if primitive is PACK:
            return [places[0] for places in given]
        if primitive is SPREAD:
            return given[0] * extent
        if primitive is BATCH_TOTAL:
            return [builder.append(TOTAL, tuple([x for places in given for x in places]))]
        if primitive is BATCH_DOT:
            return [builder.append(DOT, self._products(given))]
        samples = zip(*[places if len(places) > 1 else places * (extent or 1) for places in given], strict=True)
        return [builder.append(primitive, sample) for sample in samples]

    def _products(self, given: list[list[int]]) -> tuple[int, ...]:
        """Return the operands of a dot over all samples."""
        extent, count = max(map(len, given)), len(given) // 2
        rows = [places if len(places) > 1 else places * extent for places in given[:-1]]
        lefts, rights = [[x for places in side for x in places] for side in (rows[:count], rows[count:])]
        return (*lefts, *rights, *given[-1])

    def _leaf(self, place: int, sample: int) -> int:
        source, position = self.program.leaves[place]
        key = (source, position + sample * self.program.strides.get(place, 0))
        if key not in self._leaves:
            self._leaves[key] = self.builder.leaf(*key)
        return self._leaves[key]
