"""Scalar operations as formulas: what lines of straight-line Python are made of.

A number that is used once stands within the formula that uses it. Sums of many numbers become running sums, each term
added as soon as it is known: so the derivative in a parameter that every step of a solver uses is added to step by
step, and steps stay alike.
"""

from __future__ import annotations

import math
import string
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from autograd.compiler.builder import Builder
from autograd.primitive import Primitive
from autograd.primitives.arithmetic import add, divide, multiply, negative, subtract
from autograd.primitives.comparison import identity, stop_gradient
from autograd.primitives.nary import DOT, TOTAL

#: An operand: a place of the program, or a number.
Operand = int | float
#: When a number is known: after which operation, and in which turn of what was put there.
Moment = tuple[int, int]

SUM, PRODUCT, ATOM = range(3)
#: A sum of more terms becomes a running sum.
_LONG_SUM: Final = 8
#: A formula of more operands stands on a line of its own.
_LONG: Final = 6
_NUMBER: Final = -(2**62)
_GIVEN: Final = -(2**61)
_START: Final[Moment] = (-1, 0)

#: How a primitive is written in Python, by operand.
OPERATORS: Final = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "identity": "{}",
    "stop_gradient": "{}",
    "absolute": "abs({})",
    "where": "({1} if {0} else {2})",
    "less": "(1.0 if {} < {} else 0.0)",
    "less_equal": "(1.0 if {} <= {} else 0.0)",
    "greater": "(1.0 if {} > {} else 0.0)",
    "greater_equal": "(1.0 if {} >= {} else 0.0)",
    "equal": "(1.0 if {} == {} else 0.0)",
    "not_equal": "(1.0 if {} != {} else 0.0)",
    "relu": "(0.0 if {0} < 0 else {0})",
    "maximum": "({0} if {0} >= {1} or {0} != {0} else {1})",
    "minimum": "({0} if {0} <= {1} or {0} != {0} else {1})",
}


class Formula(NamedTuple):
    """Python text with a hole for each operand.

    Attributes
    ----------
    level
        SUM, PRODUCT or ATOM: what needs brackets beside what.
    minus
        Whether the number meant is the negative of what is written: the sum that it stands in subtracts it.
    age
        What parts are ordered by, alike in all steps: numbers first, then what is given, then what is computed.
    """

    template: str
    operands: tuple[Operand, ...]
    level: int = ATOM
    minus: bool = False
    age: int = _NUMBER


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


def write_call(primitive: Primitive) -> tuple[str, list[int], str]:
    """Return how a primitive is called: the text, the operand in each of its holes, and the function it needs, if any.

    >>> from autograd.primitives.comparison import where
    >>> write_call(where)
    ('({} if {} else {})', [1, 0, 2], '')
    """
    text = OPERATORS.get(primitive.name)
    if text is None:
        named = getattr(math, primitive.scalar.__name__, None) is primitive.scalar
        called = f"math.{primitive.scalar.__name__}" if named else primitive.name
        return called, [], "" if named else primitive.name
    holes = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    order = [int(field) if field else hole for hole, field in enumerate(holes)]
    return "".join(part + "{}" * (field is not None) for part, field, _, _ in string.Formatter().parse(text)), order, ""


def call_text(primitive: Primitive, names: Sequence[str]) -> str:
    """Return a primitive of these operands as Python text."""
    text, order, _ = write_call(primitive)
    return text.format(*[names[k] for k in order]) if order else f"{text}({', '.join(names)})"


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
        formula = _total(formula) if isinstance(formula, list) else _signed(formula)
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
            added = _total([terms[k] for k in chunk], Formula("{}", (last,)))
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
            return self._quotient(*map(self._operand, operands))
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
        text, order, needed = write_call(primitive)
        if needed:
            self.functions[needed] = primitive.scalar
        if not order:
            parts = [_signed(self._operand(x)) for x in operands]
            text = f"{text}({', '.join(part.template for part in parts)})"
        else:  # an operand that is written twice must be a name, lest it be computed twice
            single = {k for k in order if order.count(k) == 1}
            formulas = [_signed(self._operand(x) if k in single else self._named(x)) for k, x in enumerate(operands)]
            parts = [formulas[k] for k in order]
            text = text.format(*[_bracketed(part, ATOM) for part in parts])
        return Formula(text, _operands(parts), age=max(part.age for part in parts))

    def _product(self, left: int, right: int) -> Formula:
        """Return a product; factors of 1 are left out, and those of -1 kept as signs: both are exact."""
        factors = [self._operand(left), self._operand(right)]
        minus = factors[0].minus != factors[1].minus
        for unit, other in (factors, factors[::-1]):
            if unit.template == "{}" and unit.age == _NUMBER and repr(unit.operands[0]) in ("1.0", "-1.0"):
                return other._replace(minus=minus != (unit.operands[0] < 0))
        # A product first, for it needs no brackets there; then in the order in which they are known, numbers first.
        first, second = sorted(factors, key=lambda x: (x.level != PRODUCT, x.age))
        text = f"{_bracketed(first, PRODUCT)} * {_bracketed(second, ATOM)}"
        return Formula(text, first.operands + second.operands, PRODUCT, minus, max(first.age, second.age))

    def _quotient(self, left: Formula, right: Formula) -> Formula:
        text = f"{_bracketed(left, PRODUCT)} / {_bracketed(right, ATOM)}"
        minus, age = left.minus != right.minus, max(left.age, right.age)
        return Formula(text, left.operands + right.operands, PRODUCT, minus, age)

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
            waiting = _total(waiting)
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
        return Formula("{}", (place,), age=place if leaf is None else _GIVEN + leaf.source * 2**32 + leaf.position)


def _total(terms: Sequence[Formula], first: Formula | None = None) -> Formula:
    """Return a sum as a formula."""
    ordered = sorted(terms, key=lambda x: (x.minus, x.level == PRODUCT, x.age))
    ordered = [first, *ordered] if first else ordered
    text = "".join([f" {'-' if x.minus else '+'} {_bracketed(x, PRODUCT)}" for x in ordered])
    text = f"-{text[3:]}" if ordered[0].minus else text[3:]
    return Formula(text, _operands(ordered), SUM, age=max([x.age for x in terms]))


def _signed(x: Formula) -> Formula:
    """Return a formula with its sign written."""
    return Formula(f"-{_bracketed(x, PRODUCT)}", x.operands, SUM, age=x.age) if x.minus else x


def _operands(parts: Sequence[Formula]) -> tuple[Operand, ...]:
    return tuple([x for part in parts for x in part.operands])


def _bracketed(x: Formula, least: int) -> str:
    return x.template if x.level >= least else f"({x.template})"
