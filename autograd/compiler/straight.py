"""Narrow programs as straight-line Python: recurrences and solvers, with a few numbers at a time.

An array statement costs about a microsecond however short it is; a line of Python about a thirtieth of that. Where
roles have but a few places each, one line for each place is the faster program.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

from autograd.compiler.builder import Builder
from autograd.compiler.program import live_places
from autograd.primitive import Primitive
from autograd.primitives.nary import DOT, TOTAL

#: Microseconds of an array statement, of one of its elements, and of a line of Python: their ratios are what matters.
_STATEMENT: Final = 1.2
_ELEMENT: Final = 0.002
_LINE: Final = 0.04
#: How many places a role of a narrow program has at most, on average.
_NARROW: Final = 2.0

#: How a primitive is written in Python, by operand.
_OPERATORS: Final = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "absolute": "abs({})",
    "stop_gradient": "{}",
    "identity": "{}",
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


def is_narrow(program: Builder, outputs: Iterable[int]) -> bool:
    """Tell whether a program has so few numbers for each thing it does that straight-line Python is the faster form."""
    live = live_places(program, outputs)
    roles, terms, places = set(), 0, 0
    for place, operands in enumerate(program.operands):
        if live[place] and operands:
            roles.add(program.roles[place])
            places += 1
            terms += len(operands) - 1
    # Where both forms are about as fast, arrays are the ones to read.
    return places < _NARROW * len(roles) and _LINE * terms < _STATEMENT * len(roles) + _ELEMENT * terms


def write_lines(program: Builder, places: Sequence[int], functions: dict[str, Any]) -> list[str]:
    """Return one line of Python for each of the places; functions that they call are added to `functions`."""
    return [f"v{place} = {_expression(program, place, functions)}" for place in places]


def _expression(program: Builder, place: int, functions: dict[str, Any]) -> str:
    primitive, operands = program.primitives[place], program.operands[place]
    assert primitive is not None
    if primitive is DOT:
        count = len(operands) // 2
        products = zip(operands[:count], operands[count:-1], strict=True)
        return " + ".join(f"{name(program, left)} * {name(program, right)}" for left, right in products)
    names = [name(program, operand) for operand in operands]
    if primitive is TOTAL:
        return " + ".join(names)
    expression, called = write_call(primitive, names)
    if called:
        functions[called] = primitive.scalar
    return expression


def write_call(primitive: Primitive, names: Sequence[str]) -> tuple[str, str]:
    """Return a primitive of given operands as an expression, and the name of the function it needs, if any."""
    if primitive.name in _OPERATORS:
        return _OPERATORS[primitive.name].format(*names), ""
    arguments = ", ".join(names)
    if getattr(math, primitive.scalar.__name__, None) is primitive.scalar:
        return f"math.{primitive.scalar.__name__}({arguments})", ""
    return f"{primitive.name}({arguments})", primitive.name


def name(program: Builder, place: int) -> str:
    """Return what lines call a place: a constant as it is, an element of a source, or a variable."""
    if place in program.constants:
        number = program.constants[place]
        if math.isfinite(number):
            return repr(number) if number >= 0 and math.copysign(1.0, number) > 0 else f"({number!r})"
        return "math.nan" if math.isnan(number) else ("math.inf" if number > 0 else "(-math.inf)")
    if place in program.leaves:
        source, position = program.leaves[place]
        return f"{program.sources[source].name}[{position}]"
    return f"v{place}"
