"""Narrow programs as a tape: rows of elementary operations that one compiled loop runs through (extra `jit`).

Numba compiles the loop once, in about a second; a program is data to it, however long it is.
"""

from __future__ import annotations

import functools
import importlib.util
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np

from autograd.compiler.builder import Builder
from autograd.compiler.formulas import call_text
from autograd.compiler.program import live_places
from autograd.compiler.templates import PYTHON_FUNCTIONS
from autograd.errors import TracingError, import_extra
from autograd.primitive import Elementwise, Primitive, registry
from autograd.primitives.nary import DOT, TOTAL

Tape = np.ndarray[Any, np.dtype[np.int32]]

#: The operands of a row, as the loop calls them.
_OPERANDS: Final = ("a", "b", "c")
#: out = out + a * b: what sums of products are made of.
_MULTIPLY_ADD: Final = 0
#: How many operations are worth the second that it takes to load Numba.
_LONG: Final = 2000


def codes() -> dict[str, int]:
    """Return the number of each operation that a tape can hold."""
    names = [row.name for row in registry.values() if isinstance(row, Elementwise) and row.arity <= len(_OPERANDS)]
    return {name: code for code, name in enumerate(names, start=_MULTIPLY_ADD + 1)}


def write_tape(program: Builder, places: Sequence[int]) -> Tape:
    """Return the operations that compute places, as rows (code, out, a, b, c) of positions in one array of numbers.

    Raises
    ------
    TracingError
        A primitive has no code.
    """
    rows: list[tuple[int, ...]] = []
    known = codes()
    for place in places:
        primitive, operands = program.primitives[place], program.operands[place]
        assert primitive is not None
        if primitive is DOT:
            count = len(operands) // 2
            rows.append((known["multiply"], place, operands[0], operands[count], 0))
            rows += [(_MULTIPLY_ADD, place, operands[k], operands[count + k], 0) for k in range(1, count)]
        elif primitive is TOTAL:
            rows.append((known["identity"], place, operands[0], 0, 0))
            rows += [(known["add"], place, place, operand, 0) for operand in operands[1:]]
        elif primitive.name in known:
            rows.append((known[primitive.name], place, *operands, *[0] * (len(_OPERANDS) - len(operands))))
        else:
            raise TracingError(_cannot(primitive))
    return np.array(rows, dtype=np.int32).reshape(-1, 2 + len(_OPERANDS))


def suits_tape(program: Builder, outputs: Iterable[int]) -> bool:
    """Tell whether a narrow program is long enough for a tape, can be one, and Numba is there to run it."""
    live = live_places(program, outputs)
    used = {row for place, row in enumerate(program.primitives) if live[place] and row is not None}
    possible = all(row in (DOT, TOTAL) or row.name in codes() for row in used)
    return sum(live) > _LONG and possible and importlib.util.find_spec("numba") is not None


@functools.cache
def tape_loop() -> Callable[[Tape, Any], None]:
    """Return the compiled loop, which runs a tape over an array of numbers.

    Raises
    ------
    MissingExtraError
        Numba is not installed.
    """
    numba = import_extra("numba", "jit", "executor='jit'")
    settings = {"error_model": "numpy"}  # IEEE 754: a division by zero is an infinity
    space: dict[str, Any] = {"math": math}
    for name, text in PYTHON_FUNCTIONS.items():
        if name in codes():
            exec(text, space)
            space[name] = numba.njit(**settings)(space[name])
    exec(_loop_text(), space)
    return numba.njit(**settings)(space["run"])  # type: ignore[no-any-return]


def _loop_text() -> str:
    """Write the loop: one case for each operation, which LLVM turns into a jump table."""
    lines = [
        "def run(tape, v):",
        "    for k in range(tape.shape[0]):",
        "        code, out = tape[k, 0], tape[k, 1]",
        "        a, b, c = v[tape[k, 2]], v[tape[k, 3]], v[tape[k, 4]]",
        f"        if code == {_MULTIPLY_ADD}:",
        "            v[out] += a * b",
    ]
    for name, code in codes().items():
        row = registry[name]
        assert isinstance(row, Elementwise)
        lines += [f"        elif code == {code}:", f"            v[out] = {call_text(row, _OPERANDS[: row.arity])}"]
    return "\n".join(lines) + "\n"


def _cannot(primitive: Primitive) -> str:
    return f"executor='jit' cannot run the primitive {primitive.name!r}; use executor='python' or 'auto'"
