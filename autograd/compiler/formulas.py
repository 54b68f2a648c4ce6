"""Formulas: operations on numbers as Python text, with as few brackets as it needs."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd.primitive import Primitive

#: An operand: a place of the program, or a number.
Operand = int | float

#: What formulas are, from what needs brackets most.
SUM, PRODUCT, ATOM = range(3)
#: The age of numbers; that of what is given is added to the other. Places follow.
_NUMBER: Final = -(2**62)
GIVEN: Final = -(2**61)

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


def call(primitive: Primitive, operands: Sequence[Formula]) -> Formula:
    """Return a primitive of operands; those that its text has twice must be names or numbers."""
    text, order, _ = write_call(primitive)
    if not order:
        parts = [signed(x) for x in operands]
        text = f"{text}({', '.join(part.template for part in parts)})"
    else:
        parts = [signed(operands[k]) for k in order]
        text = text.format(*[_bracketed(part, ATOM) for part in parts])
    return Formula(text, _operands(parts), age=max(part.age for part in parts))


def product(left: Formula, right: Formula) -> Formula:
    """Return a product; factors of 1 are left out, and those of -1 kept as signs: both are exact."""
    minus = left.minus != right.minus
    for unit, other in ((left, right), (right, left)):
        if unit.template == "{}" and unit.age == _NUMBER and repr(unit.operands[0]) in ("1.0", "-1.0"):
            return other._replace(minus=minus != (unit.operands[0] < 0))
    # A product first, for it needs no brackets there; then in the order in which they are known, numbers first.
    first, second = sorted((left, right), key=lambda x: (x.level != PRODUCT, x.age))
    text = f"{_bracketed(first, PRODUCT)} * {_bracketed(second, ATOM)}"
    return Formula(text, first.operands + second.operands, PRODUCT, minus, max(first.age, second.age))


def quotient(left: Formula, right: Formula) -> Formula:
    """Return a quotient; signs are kept apart, which is exact."""
    text = f"{_bracketed(left, PRODUCT)} / {_bracketed(right, ATOM)}"
    minus, age = left.minus != right.minus, max(left.age, right.age)
    return Formula(text, left.operands + right.operands, PRODUCT, minus, age)


def total(terms: Sequence[Formula], first: Formula | None = None) -> Formula:
    """Return a sum as a formula."""
    ordered = sorted(terms, key=lambda x: (x.minus, x.level == PRODUCT, x.age))
    ordered = [first, *ordered] if first else ordered
    text = "".join([f" {'-' if x.minus else '+'} {_bracketed(x, PRODUCT)}" for x in ordered])
    text = f"-{text[3:]}" if ordered[0].minus else text[3:]
    return Formula(text, _operands(ordered), SUM, age=max([x.age for x in terms]))


def signed(x: Formula) -> Formula:
    """Return a formula with its sign written."""
    return Formula(f"-{_bracketed(x, PRODUCT)}", x.operands, SUM, age=x.age) if x.minus else x


def _operands(parts: Sequence[Formula]) -> tuple[Operand, ...]:
    return tuple([x for part in parts for x in part.operands])


def _bracketed(x: Formula, least: int) -> str:
    return x.template if x.level >= least else f"({x.template})"
