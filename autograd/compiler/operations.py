"""Narrow programs as lines: which formulas stand on a line of their own, and in which order.

A number that is used once stands within the formula that uses it. Sums of many numbers become running sums, each term
added as soon as it is known: so the derivative in a parameter that every step of a solver uses is added to step by
step, and steps stay alike.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from autograd.compiler.builder import Builder
from autograd.compiler.formulas import GIVEN, Formula, Operand, call, product, quotient, signed, total, write_call
from autograd.primitive import Primitive
from autograd.primitives.arithmetic import add, divide, multiply, negative, subtract
from autograd.primitives.comparison import identity, stop_gradient
from autograd.primitives.nary import DOT, TOTAL

#: When a number is known: after which operation, and in which turn of what was put there.
Moment = tuple[int, int]

#: A sum of more terms becomes a running sum.
_LONG_SUM: Final = 8
#: A formula of more operands stands on a line of its own.
_LONG: Final = 6
_START: Final[Moment] = (-1, 0)


class Operation(NamedTuple):
    """A line: the number computed, and its formula.

    Attributes
    ----------
    place
        What is computed: a place of the program, or a partial sum with a number of its own.
    variable
        The place whose name it has: all partial sums of a running sum have one.
    update
        For one term more in a running sum what is done to the variable, such as `+= {} * {}`, with holes for all
        operands but the first.
    running
        Whether it is a part of a running sum.
    """

    place: int
    variable: int
    template: str
    operands: tuple[Operand, ...]
    update: str = ""
    running: bool = False


def write_operations(
    program: Builder, halves: Sequence[Sequence[int]], kept: Collection[int], functions: dict[str, Any]
) -> tuple[list[list[Operation]], dict[int, int]]:
    """Return the lines that compute places, pass by pass, and for each place the one that has its number.

    Parameters
    ----------
    halves
        The places of each pass, in order.
    kept
        Places that are results.
    functions
        What the lines call is added to it.
    """
    writer = _Writer(program, halves, kept, functions)
    return [writer.write(half) for half in halves], writer.same


class _Writer:
    """Writes operation after operation; what is used once waits for its user."""

    def __init__(
        self, program: Builder, halves: Sequence[Sequence[int]], kept: Collection[int], functions: dict[str, Any]
    ) -> None:
        self.program, self.functions = program, functions
        self.same: dict[int, int] = {}
        self._share([place for half in halves for place in half])
        self._uses: dict[int, int] = {}
        for place in [place for half in halves for place in half]:
            if place not in self.same:
                for operand in program.operands[place]:
                    x = self.same.get(operand, operand)
                    self._uses[x] = self._uses.get(x, 0) + 1
        self._kept = {self.same.get(place, place) for place in kept}
        self._partial = len(program)
        self._waiting: dict[int, Formula | list[Formula]] = {}  # lists: the terms of sums
        self._negatives: dict[int, Formula] = {}  # of another place: a sign wherever it is used, and no line

    def _share(self, places: Sequence[int]) -> None:
        """Find places with the number of an earlier one: sums are not shared while the program is written."""
        known: dict[Any, int] = {}
        for place in places:
            primitive = self.program.primitives[place]
            operands = tuple([self.same.get(x, x) for x in self.program.operands[place]])
            if primitive is identity or primitive is stop_gradient:
                self.same[place] = operands[0]
            elif known.setdefault((primitive, operands), place) != place:
                self.same[place] = known[primitive, operands]

    def write(self, places: Sequence[int]) -> list[Operation]:
        """Return the lines of one pass."""
        self._lines: list[tuple[Moment, Operation]] = []
        self._known_at: dict[int, Moment] = {}
        self._inserted = 0
        for place in places:
            if place in self.same:
                continue
            formula = self._formula(place)
            if isinstance(formula, list) and len(formula) == 1:
                formula = formula[0]
            if place not in self._kept and isinstance(formula, Formula) and formula.template == "{}":
                self._negatives[place] = formula
            elif place not in self._kept and self._uses.get(place, 0) == 1:
                self._waiting[place] = formula
            else:
                self._emit(place, formula)
        return [line for _, line in sorted(self._lines, key=lambda line: line[0])]

    def _emit(self, place: int, formula: Formula | list[Formula]) -> None:
        if isinstance(formula, list) and len(formula) > _LONG_SUM:
            self._running_sum(place, formula)
            return
        formula = total(formula) if isinstance(formula, list) else signed(formula)
        moment = self._known_at[place] = (len(self._lines), 0)
        self._lines.append((moment, Operation(place, place, formula.template, formula.operands)))

    def _running_sum(self, variable: int, terms: Sequence[Formula]) -> None:
        """Add each term as soon as its operands are known; what is known from the start is added together."""
        moments = [self._known(term) for term in terms]
        order = sorted(range(len(terms)), key=moments.__getitem__)
        chunks: list[list[int]] = []
        for k in order:
            if chunks and moments[chunks[-1][0]] == moments[k] == _START and len(chunks[-1]) < _LONG_SUM:
                chunks[-1].append(k)
            else:
                chunks.append([k])
        last: Operand = 0.0
        for chunk in chunks:
            place = variable if chunk is chunks[-1] else self._partial
            self._partial += place != variable
            self._inserted += 1
            moment = self._known_at[place] = (moments[chunk[0]][0], self._inserted)
            added = total([terms[k] for k in chunk], Formula("{}", (last,)))
            update = f"{added.template[3]}={added.template[4:]}" if len(chunk) == 1 else ""
            self._lines.append((moment, Operation(place, variable, added.template, added.operands, update, True)))
            last = place

    def _known(self, formula: Formula) -> Moment:
        return max([self._known_at.get(x, _START) for x in formula.operands if isinstance(x, int)], default=_START)

    # --- formulas ----------------------------------------------------------------------------------------------------

    def _formula(self, place: int) -> Formula | list[Formula]:
        """Return the formula of a place; of a sum its terms, for there may be more to come."""
        program = self.program
        primitive, operands = program.primitives[place], program.operands[place]
        assert primitive is not None
        if primitive is DOT:
            count = len(operands) // 2
            return [self._product(*pair) for pair in zip(operands[:count], operands[count:-1], strict=True)]
        if primitive is multiply:
            return self._product(*operands)
        if primitive is divide:
            return quotient(*map(self._operand, operands))
        if primitive in (TOTAL, add):
            return self._terms(operands)
        if primitive is subtract:
            right = self._operand(operands[1])  # -(a + b) stays: written -a - b, a zero would have the other sign
            return [*self._terms(operands[:1]), right._replace(minus=not right.minus)]
        if primitive is negative:
            x = self._operand(operands[0])
            return x._replace(minus=not x.minus)
        return self._call(primitive, operands)

    def _call(self, primitive: Primitive, operands: Sequence[int]) -> Formula:
        _, order, needed = write_call(primitive)
        if needed:
            self.functions[needed] = primitive.scalar
        # An operand that is written twice must be a name, lest it be computed twice.
        return call(
            primitive, [self._named(x) if order.count(k) > 1 else self._operand(x) for k, x in enumerate(operands)]
        )

    def _product(self, left: int, right: int) -> Formula:
        return product(self._operand(left), self._operand(right))

    def _terms(self, operands: Sequence[int]) -> list[Formula]:
        """Return what a sum adds up, with the sums among its operands taken apart."""
        terms: list[Formula] = []
        for operand in operands:
            waiting = self._waiting.get(self.same.get(operand, operand))
            if isinstance(waiting, list):
                del self._waiting[self.same.get(operand, operand)]
                # The longer list is added to: a chain of n additions takes n steps, not n * n.
                terms, shorter = (waiting, terms) if len(waiting) > len(terms) else (terms, waiting)
                terms += shorter
            else:
                terms.append(self._operand(operand))
        return terms

    def _operand(self, place: int) -> Formula:
        """Return an operand: a number, a name, or the formula that was waiting for this use."""
        place = self.same.get(place, place)
        if place in self._negatives:
            return self._negatives[place]
        waiting = self._waiting.get(place)
        if isinstance(waiting, list) and len(waiting) <= _LONG_SUM:
            waiting = total(waiting)
        if isinstance(waiting, Formula) and len(waiting.operands) <= _LONG:
            del self._waiting[place]
            return waiting
        return self._named(place)

    def _named(self, place: int) -> Formula:
        """Return an operand that is to be written more than once: no formula, but a number or a name."""
        place = self.same.get(place, place)
        if place in self.program.constants:
            return Formula("{}", (self.program.constants[place],))
        if place in self._negatives:
            self._emit(place, self._negatives.pop(place))
        if place in self._waiting:
            self._emit(place, self._waiting.pop(place))
        leaf = self.program.leaves.get(place)
        return Formula("{}", (place,), age=place if leaf is None else GIVEN + leaf.source * 2**32 + leaf.position)
