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
from autograd.compiler.formulas import call_text, write_call
from autograd.compiler.machine import SETTINGS, Array, compiled_functions
from autograd.compiler.program import live_places
from autograd.compiler.templates import PYTHON_FUNCTIONS
from autograd.errors import TracingError, import_extra
from autograd.primitive import Elementwise, Primitive, registry
from autograd.primitives.nary import DOT, LARGEST, LOGSUMEXP, TAKE, TOTAL

Tape = np.ndarray[Any, np.dtype[np.int32]]

#: The operands of a row, as the loop calls them: numbers at the positions that a row gives.
_OPERANDS: Final = ("v[a]", "v[b]", "v[c]")
#: What operations of many operands are made of, one operand a row.
_STEPS: Final = {
    "multiply_add": "v[out] + v[a] * v[b]",
    "log_add_exp": "log_add_exp(v[out], v[a])",
    "choose": "v[b] if int(v[a]) == c else v[out]",  # c is the number itself
}
_MANY: Final = (DOT, TOTAL, LARGEST, LOGSUMEXP, TAKE)
_LOG_ADD_EXP: Final = """
def log_add_exp(x, y):
    if x == y:  # infinities too
        return x + math.log(2.0)
    return max(x, y) + math.log1p(math.exp(-abs(x - y))) if x - y == x - y else x + y
"""
#: How many operations are worth the second that it takes to load Numba.
_LONG: Final = 2000


@functools.cache
def codes() -> dict[str, int]:
    """Return the number of each operation that a row can hold."""
    rows = [row for row in registry.values() if isinstance(row, Elementwise) and row.arity <= len(_OPERANDS)]
    known = [row.name for row in rows if write_call(row)[2] in ("", *PYTHON_FUNCTIONS)]
    return {name: code for code, name in enumerate([*_STEPS, *known])}


def write_tape(program: Builder, places: Sequence[int]) -> Tape:
    """Return the operations that compute places, as rows (code, out, a, b, c) of positions in one array of numbers.

    Raises
    ------
    TracingError
        A primitive has no code.
    """
    rows: list[tuple[int, ...]] = []
    for place in places:
        primitive = program.primitives[place]
        assert primitive is not None
        for name, *operands in _rows(primitive, place, program.operands[place]):
            if name not in codes():
                raise TracingError(_cannot(primitive))
            rows.append((codes()[name], place, *operands, *[0] * (len(_OPERANDS) - len(operands))))
    return np.array(rows, dtype=np.int32).reshape(-1, 2 + len(_OPERANDS))


def _rows(primitive: Primitive, out: int, operands: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """Return an operation as rows (name, operands)."""
    first = ("identity", operands[0])
    if primitive is DOT:
        count = len(operands) // 2
        pairs = list(zip(operands[:count], operands[count:-1], strict=True))
        return [("multiply", *pairs[0]), *[("multiply_add", *pair) for pair in pairs[1:]]]
    if primitive is TOTAL:
        return [first, *[("add", out, x) for x in operands[1:]]]
    if primitive is LARGEST:
        return [first, *[("maximum", out, x) for x in operands[1:]]]
    if primitive is LOGSUMEXP:
        return [first, *[("log_add_exp", x) for x in operands[1:]]]
    if primitive is TAKE:
        index, *xs = operands  # a negative index counts from the end
        return [("choose", index, x, k) for k, x in enumerate(xs)] + [
            ("choose", index, x, k - len(xs)) for k, x in enumerate(xs)
        ]
    return [(primitive.name, *operands)]


class LoadedTape:
    """Both passes of a program as tapes, with the array of numbers that they run over."""

    def __init__(self, program: Builder, halves: Sequence[Sequence[int]], results: Sequence[Sequence[int]]) -> None:
        self._loop = tape_loop()
        self._numbers = np.zeros(len(program))
        self._numbers[list(program.constants)] = list(program.constants.values())
        self._tapes = [write_tape(program, half) for half in halves]
        self._results = [np.array(places, dtype=int) for places in results]
        reads: dict[int, list[tuple[int, int]]] = {}
        for place, leaf in program.leaves.items():
            reads.setdefault(leaf.source, []).append((leaf.position, place))
        self._moves = [(source, *np.array(pairs).T) for source, pairs in reads.items()]

    def forward(self, sources: Sequence[Array], out: Array) -> None:
        """Compute the results from what the sources hold."""
        for source, positions, places in self._moves:
            self._numbers[places] = sources[source][positions]
        self._loop(self._tapes[0], self._numbers)
        np.take(self._numbers, self._results[0], out=out)

    def backward(self, out: Array) -> None:
        """Compute the gradients."""
        self._loop(self._tapes[1], self._numbers)
        np.take(self._numbers, self._results[1], out=out)


def suits_tape(program: Builder, outputs: Iterable[int]) -> bool:
    """Tell whether a narrow program is long enough for a tape, can be one, and Numba is there to run it."""
    live = live_places(program, outputs)
    used = {row for place, row in enumerate(program.primitives) if live[place] and row is not None}
    possible = all(row in _MANY or row.name in codes() for row in used)
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
    space = {"math": math, **compiled_functions([name for name in PYTHON_FUNCTIONS if name in codes()])}
    exec(_LOG_ADD_EXP, space)
    space["log_add_exp"] = numba.njit(**SETTINGS)(space["log_add_exp"])
    exec(_loop_text(), space)
    return numba.njit("void(int32[:, ::1], float64[::1])", **SETTINGS)(space["run"])  # type: ignore[no-any-return]


def _loop_text() -> str:
    """Write the loop: one case for each operation, which LLVM turns into a jump table."""
    lines = [
        "def run(tape, v):",
        "    for k in range(tape.shape[0]):",
        "        code, out, a, b, c = tape[k, 0], tape[k, 1], tape[k, 2], tape[k, 3], tape[k, 4]",
    ]
    for name, code in codes().items():
        row = registry.get(name)
        text = _STEPS.get(name, "")
        if isinstance(row, Elementwise):
            text = call_text(row, _OPERANDS[: row.arity])
        lines += [f"        {'if' if code == 0 else 'elif'} code == {code}:", f"            v[out] = {text}"]
    return "\n".join(lines) + "\n"


def _cannot(primitive: Primitive) -> str:
    return f"executor='jit' cannot run the primitive {primitive.name!r}; use executor='python' or 'auto'"
