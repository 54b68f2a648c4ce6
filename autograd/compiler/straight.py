"""Narrow programs as straight-line Python: recurrences and solvers, with a few numbers at a time.

An array statement costs about a microsecond however short it is; a line of Python about a thirtieth of that. Where
roles have but a few places each, one line for each place is the faster program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from autograd.compiler.builder import Builder
from autograd.compiler.program import live_places
from autograd.compiler.script import Pass, Script

#: Microseconds of an array statement, of one of its elements, and of a line of Python: their ratios are what matters.
_STATEMENT: Final = 1.2
_ELEMENT: Final = 0.002
_LINE: Final = 0.04
#: How many places a role of a narrow program has at most, on average.
_NARROW: Final = 2.0
#: How much faster lines must be where it has more.
_CLEARLY: Final = 1.25


def is_narrow(program: Builder, outputs: Iterable[int]) -> bool:
    """Tell whether a program has so few numbers for each thing it does that lines of Python are the faster form."""
    live = live_places(program, outputs)
    terms: dict[int, int] = {}
    places = 0
    for place, operands in enumerate(program.operands):
        if live[place] and operands:
            role = program.roles[place]
            terms[role] = terms.get(role, 0) + len(operands) - 1
            places += 1
    lines = _LINE * sum(terms.values())
    arrays = _STATEMENT * len(terms) + _ELEMENT * sum(terms.values())
    # Where both forms are about as fast, arrays are the ones to read.
    if places < _NARROW * len(terms):
        return lines < arrays
    mixed = sum(min(_LINE * count, _STATEMENT + _ELEMENT * count) for count in terms.values())
    return _CLEARLY * lines < arrays and lines < _CLEARLY * mixed


def load_script(script: Script, sources: Sequence[str]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the two passes as functions: of the sources to results and what is saved; and of both to gradients."""
    names, saved = ", ".join(sources), "".join(f"{name}, " for name in script.passes[1].takes)
    space: dict[str, Any] = {"math": math, **script.functions, **script.tables}
    bodies = ["".join(f"    {line}\n" for line in prepared(part)) for part in script.passes]
    unpacked = f"    {saved}= saved\n" if saved else ""
    results = [", ".join(part.results) for part in script.passes]
    exec(f"def first({names}):\n{bodies[0]}    return [{results[0]}], ({saved})\n", space)
    exec(f"def second({names}, saved):\n{unpacked}{bodies[1]}    return [{results[1]}]\n", space)
    return space["first"], space["second"]


def prepared(part: Pass) -> list[str]:
    """Return the lines of a pass, with what stands before them."""
    reads = [f"{name} = {text}" for name, text in part.reads.items()]
    lists = [f"{name} = [0.0] * {size}" for name, size in part.lists.items()]
    return [*reads, *lists, *part.lines]
