"""Stage 2, simplify: write a traced program anew, with its sums flattened.

`sum(w * x for ...) + b` is traced as a chain of additions and products; here it becomes one dot, whose weight
gradients become dots in turn. Sums are re-associated by this, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from autograd.compiler import packing
from autograd.compiler.batching import BATCH_TOTAL, PACK, PICK, PUT, SPREAD
from autograd.compiler.builder import Builder
from autograd.compiler.program import Program, count_uses
from autograd.compiler.terms import ALONE, Terms
from autograd.primitive import Primitive
from autograd.primitives.arithmetic import add, multiply, subtract
from autograd.primitives.nary import DOT, TOTAL

#: Where a place stands that has not been written.
_WAITING: Final = -1


def simplify(program: Program, outputs: Sequence[int]) -> tuple[Builder, list[int]]:
    """Return the simplified program, and the places of the outputs in it."""
    writer = _Rewriter(program)
    writer.write(outputs)
    return writer.builder, [writer.place(output) for output in outputs]


class _Rewriter:
    """Walks a program once; sums and products that are used once wait, for the sum that may use them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.builder = Builder()
        self.builder.sources = list(program.sources)
        self._minus_one = self.builder.constant(-1.0)
        self._written = [_WAITING] * len(program)

    def write(self, outputs: Sequence[int]) -> None:
        """Write what the outputs need."""
        program, written, place_of = self.program, self._written, self.place
        uses = count_uses(program, outputs)
        for place, (primitive, operands) in enumerate(zip(program.primitives, program.operands, strict=True)):
            if not uses[place]:
                continue
            self.builder.origin = place
            if primitive is None:
                written[place] = self._given(place)
            elif primitive in _OF_BATCHES:
                written[place] = self._batching(place, primitive, operands)
            elif primitive not in _COLLECTED:
                written[place] = self.builder.add(primitive, tuple([place_of(operand) for operand in operands]))
            else:
                if primitive is not add and primitive is not TOTAL:
                    self._prepare(place, primitive, operands)
                if uses[place] > 1:
                    place_of(place)
        self.builder.origin = None

    def place(self, old: int) -> int:
        """Return where a place of the old program stands in the new one; write it if it has been waiting."""
        new = self._written[old]
        if new == _WAITING:
            origin, self.builder.origin = self.builder.origin, old  # what waits keeps its place in the order
            new = self._written[old] = self._collected(old)
            self.builder.origin = origin
        return new

    def _given(self, place: int) -> int:
        if place in self.program.constants:
            return self.builder.constant(self.program.constants[place])
        if place in self.program.batched:
            stride, extent = self.program.strides[place], self.program.batched[place]
            return self.builder.batched_leaf(*self.program.leaves[place], stride, extent)
        return self.builder.leaf(*self.program.leaves[place])

    def _prepare(self, place: int, primitive: Primitive, operands: tuple[int, ...]) -> None:
        """Write what a sum or product needs of places that cannot become part of it."""
        if primitive is multiply:
            written, constants = self._written, self.builder.constants
            left, right = operands
            if written[left] == _WAITING:
                self.place(left)
            if written[right] == _WAITING:
                self.place(right)
            if written[right] in constants and written[left] in constants:
                written[place] = self.builder.add(multiply, (written[left], written[right]))
        elif primitive is DOT:
            for operand in operands[:-1]:
                self.place(operand)
        elif primitive is PUT:
            self.place(operands[0])
        elif primitive is subtract:
            self.place(operands[1])
            if self.program.primitives[operands[0]] is multiply:
                self.place(operands[0])

    def _collected(self, old: int) -> int:
        """Write a sum or product."""
        if self.program.primitives[old] is multiply:
            left, right = self.program.operands[old]
            return self.builder.add(multiply, (self._written[left], self._written[right]))
        lefts, rights = self._terms(old)
        if rights == [ALONE, self._minus_one]:
            return self.builder.add(subtract, (lefts[0], lefts[1]))
        return self.builder.sum(lefts, rights, self.program.batched.get(old, 0))

    def _batching(self, place: int, primitive: Primitive, operands: tuple[int, ...]) -> int:
        """Write what leads into a batch or out of it."""
        builder, program = self.builder, self.program
        if primitive is SPREAD:
            return self.place(operands[0])
        if primitive is PICK:
            return packing.pick(builder, self.place(operands[0]), int(program.constants[operands[1]]))
        if primitive is PACK:
            return packing.pack(builder, [self.place(operand) for operand in operands])
        return builder.sum(*packing.over_batch(builder, *self._terms(operands[0]), program.batched[operands[0]]))

    def _terms(self, old: int) -> Terms:
        """Return what a sum adds up, after taking apart the sums and products that wait for it."""
        primitives, operands, written = self.program.primitives, self.program.operands, self._written
        constants, lefts, rights, zero = self.builder.constants, [], [], _WAITING
        stack = [old]
        while stack:
            place = stack.pop()
            if place < 0:
                lefts.append(written[~place])
                rights.append(self._minus_one)
            elif (new := written[place]) != _WAITING:
                # `sum()` starts from 0; every statement that sums does so too.
                if constants.get(new) == 0.0:
                    zero = new
                else:
                    lefts.append(new)
                    rights.append(ALONE)
            elif primitives[place] is multiply:
                left, right = operands[place]
                lefts.append(written[left])
                rights.append(written[right])
            elif primitives[place] is add:
                left, right = operands[place]
                stack.append(right)
                stack.append(left)
            elif primitives[place] is PUT:
                given, *numbers = operands[place]
                lefts.append(
                    packing.put(self.builder, written[given], *[int(self.program.constants[x]) for x in numbers])
                )
                rights.append(ALONE)
            elif primitives[place] is subtract:
                left, right = operands[place]
                stack += (~right, left)  # the terms of the left, then minus the right
            elif primitives[place] is DOT:
                count = len(operands[place]) // 2
                lefts += [written[x] for x in operands[place][:count]]
                rights += [written[x] for x in operands[place][count:-1]]
                stack.append(operands[place][-1])
            else:
                stack += operands[place][::-1]
        return (lefts, rights) if lefts else ([zero], [ALONE])


#: What a sum takes apart.
_COLLECTED: Final = frozenset({add, subtract, multiply, DOT, TOTAL, PUT})
#: What leads into a batch or out of it.
_OF_BATCHES: Final = frozenset({SPREAD, PICK, PACK, BATCH_TOTAL})
