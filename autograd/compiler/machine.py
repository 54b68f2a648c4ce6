"""Loops over steps as machine code (extra `jit`): Numba compiles the lines of a script, which are few.

A script without loops may have thousands of lines, and Numba would take minutes; such programs run as a tape.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.compiler.script import Script
from autograd.compiler.templates import PYTHON_FUNCTIONS
from autograd.errors import import_extra

Array = np.ndarray[Any, np.dtype[np.float64]]

#: How many lines can be compiled, which takes some milliseconds each; how much shorter loops must have made a script;
#: and how many operations are worth it: a tape is compiled once for all programs, and takes nanoseconds for each.
_LINES: Final = 250
_SHORTENED: Final = 4
_LONG: Final = 1000
#: IEEE 754: a division by zero is an infinity.
SETTINGS: Final[dict[str, Any]] = {"error_model": "numpy"}


class Machine(NamedTuple):
    """Both passes as machine code, each a function of the sources, the tables, the memory and the results.

    Attributes
    ----------
    size
        How many numbers the memory holds, which the second pass takes over from the first.
    """

    passes: list[Callable[..., None]]
    size: int


def suits_machine(script: Script, places: int) -> bool:
    """Tell whether a script of so many places has loops that leave few lines, and calls nothing unknown."""
    short = script.lines <= min(_LINES, places / _SHORTENED)
    return places >= _LONG and short and script.functions.keys() <= _KNOWN


#: Functions that Numba can compile; those of many operands it cannot.
_KNOWN: Final = PYTHON_FUNCTIONS.keys() - {"logsumexp", "largest", "take"}


def load_machine(script: Script, sources: Sequence[str]) -> Machine:
    """Compile a script.

    Raises
    ------
    MissingExtraError
        Numba is not installed.
    """
    lists = {name: size for part in script.passes for name, size in part.lists.items()}
    numbers = [name for name in script.passes[1].takes if name not in lists]
    taken, position = [f"{name} = memory[{k}]" for k, name in enumerate(numbers)], len(numbers)
    slices: dict[str, str] = {}
    for name, size in lists.items():
        slices[name] = f"{name} = memory[{position}:{position + size}]"
        position += size
    names = [*sources, *script.tables, "memory", "results"]
    bodies = []
    for half, part in enumerate(script.passes):
        used = [name for name in lists if name in part.lists or name in part.takes]
        before = [*(taken if half else []), *[slices[name] for name in used]]
        after = [] if half else [f"memory[{k}] = {name}" for k, name in enumerate(numbers)]
        results = [f"results[{k}] = {text}" for k, text in enumerate(part.results)]
        reads = [f"{name} = {text}" for name, text in part.reads.items()]
        bodies.append("\n".join([*reads, *before, *part.lines, *after, *results]))
    functions = tuple(sorted(script.functions))
    return Machine([_compiled(body, tuple(names), functions) for body in bodies], position)


@functools.lru_cache(maxsize=64)
def _compiled(body: str, names: tuple[str, ...], functions: tuple[str, ...]) -> Callable[..., None]:
    """Compile lines; programs of the same lines share their machine code."""
    numba = import_extra("numba", "jit", "executor='jit'")
    lines = [f"    {line}" for line in body.split("\n")]
    text = "\n".join([f"def run({', '.join(names)}):", *lines, "    return"])
    space = {"math": math, **compiled_functions(functions)}
    exec(text, space)
    signature = f"void({', '.join(['float64[::1]'] * len(names))})"
    return numba.njit(signature, **SETTINGS)(space["run"])  # type: ignore[no-any-return]


def compiled_functions(names: Sequence[str]) -> dict[str, Any]:
    """Return functions that lines of Python call, as machine code."""
    numba = import_extra("numba", "jit", "executor='jit'")
    space: dict[str, Any] = {"math": math}
    for name in names:
        exec(PYTHON_FUNCTIONS[name], space)
    return {name: numba.njit(**SETTINGS)(space[name]) for name in names}
