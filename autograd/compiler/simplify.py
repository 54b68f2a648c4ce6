"""Stage 2, simplify: write a traced program anew, with its sums flattened.

`sum(w * x for ...) + b` is traced as a chain of additions and products; here it becomes one dot, whose weight
gradients become dots in turn. Sums are re-associated by this, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograd.compiler.builder import ALONE, Builder, Term
from autograd.compiler.program import Program, live_places
from autograd.primitive import Primitive
from autograd.primitives.arithmetic import add, multiply, subtract
from autograd.primitives.nary import DOT, TOTAL


def simplify(program: Program, outputs: Sequence[int]) -> tuple[Builder, list[int]]:
    """Return the simplified program, and the places of the outputs in it."""
    writer = _Rewriter(program, outputs)
    return writer.builder, [writer.place(output) for output in outputs]


class _Rewriter:
    """Walks a program once; sums and products that only a sum uses wait until that sum is written."""

    def __init__(self, program: Program, outputs: Iterable[int]) -> None:
        self.builder = Builder()
        self.builder.sources = list(program.sources)
        self._minus_one = self.builder.constant(-1.0)
        self._written: dict[int, int] = {}
        self._waiting: dict[int, list[Term] | Term] = {}
        kept = set(outputs)
        live = live_places(program, kept)
        uses = [0] * len(program)
        for place, operands in enumerate(program.operands):
            if live[place]:
                for operand in operands:
                    uses[operand] += 1
        for place, primitive in enumerate(program.primitives):
            if not live[place]:
                continue
            self.builder.origin = place
            if primitive is None:
                self._written[place] = self._given(program, place)
            else:
                self._operation(place, primitive, program.operands[place])
                if uses[place] > 1 or place in kept:
                    self.place(place)
        self.builder.origin = None

    def place(self, old: int) -> int:
        """Return where a place of the old program stands in the new one; write it if it has been waiting."""
        new = self._written.get(old)
        if new is None:
            origin, self.builder.origin = self.builder.origin, old  # what waits keeps its place in the order
            waiting = self._waiting.pop(old)
            if isinstance(waiting, tuple):
                new = self.builder.add(multiply, waiting)
            elif len(waiting) == 2 and waiting[0][1] == ALONE and waiting[1][1] == self._minus_one:
                new = self.builder.add(subtract, (waiting[0][0], waiting[1][0]))
            else:
                new = self.builder.sum(waiting)
            self._written[old] = new
            self.builder.origin = origin
        return new

    def _given(self, program: Program, place: int) -> int:
        if place in program.constants:
            return self.builder.constant(program.constants[place])
        return self.builder.leaf(*program.leaves[place])

    def _operation(self, place: int, primitive: Primitive, operands: tuple[int, ...]) -> None:
        if primitive is add or primitive is TOTAL:
            self._waiting[place] = self._terms(operands)
        elif primitive is subtract:
            left, right = operands
            terms = self._terms((left,)) if self._is_sum(left) else [(self.place(left), ALONE)]
            self._waiting[place] = [*terms, (self.place(right), self._minus_one)]
        elif primitive is DOT:
            count = len(operands) // 2
            products = zip(operands[:count], operands[count:-1], strict=True)
            terms = [(self.place(left), self.place(right)) for left, right in products]
            self._waiting[place] = terms + [x for x in self._terms(operands[-1:]) if not self._is_zero(x)]
        elif primitive is multiply:
            left, right = [self.place(operand) for operand in operands]
            if self.builder.constants.keys() >= {left, right}:
                self._written[place] = self.builder.add(multiply, (left, right))
            else:
                self._waiting[place] = (left, right)
        else:
            self._written[place] = self.builder.add(primitive, tuple([self.place(operand) for operand in operands]))

    def _terms(self, operands: Sequence[int]) -> list[Term]:
        """Return what a sum of these places adds up, after taking apart the sums and products among them."""
        terms: list[Term] = []
        for operand in operands:
            waiting = self._waiting.pop(operand, None)
            if waiting is None:
                terms.append((self.place(operand), ALONE))
            elif isinstance(waiting, tuple):
                terms.append(waiting)
            else:
                # The longer list is kept and added to, so that a chain of n additions takes n steps, not n * n.
                terms, shorter = (waiting, terms) if len(waiting) > len(terms) else (terms, waiting)
                terms += shorter
        return [term for term in terms if not self._is_zero(term)] or terms[:1]

    def _is_sum(self, place: int) -> bool:
        return isinstance(self._waiting.get(place), list)

    def _is_zero(self, term: Term) -> bool:
        # `sum()` starts from 0; every statement that sums does so too.
        return term[1] == ALONE and self.builder.constants.get(term[0]) == 0.0
