"""Emitted text as functions that run: on arrays, views and numbers that are made once, beforehand."""

from __future__ import annotations

import functools
import linecache
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.compiler.emit import Emitted
from autograd.compiler.templates import FUNCTIONS
from autograd.compiler.writer import Line

Array = np.ndarray[Any, Any]

#: A float within a line: `1.0`, `-2.5e-05`, `np.inf`; but not what is part of a name.
_NUMBER: Final = re.compile(r"(?<![\w.)])-?(?:\d+\.\d*(?:e[-+]?\d+)?|\d+e[-+]?\d+|np\.inf|np\.nan)(?![\w.(])")

#: How lines begin that call NumPy, or a function that is made of NumPy.
_CALLS: Final = ("np.", *[f"{name}(" for name in FUNCTIONS])


class Loaded(NamedTuple):
    """What a program runs on: its arrays, what makes functions of lines, and the memory of all arrays, in bytes."""

    arrays: list[Array]
    function: Callable[[str, Sequence[Line]], Callable[[], None]]
    memory: int


def load(emitted: Emitted) -> Loaded:
    """Make the arrays of a program, and what turns its lines into functions without arguments."""
    sources = emitted.sources
    space: dict[str, Any] = {"np": np, "math": math, **emitted.constants}
    for name, shape in zip(emitted.names[:sources], emitted.shapes[:sources], strict=True):
        space[name] = np.zeros(shape)
    for text in emitted.buffers:
        exec(text, space)
    for text in emitted.functions:
        exec(_with_bound_numbers(text, space), space)
    views: dict[str, str] = {}

    def view(expression: str) -> str:
        if expression.isidentifier() or not any(c in expression for c in "[.("):
            return expression
        if _NUMBER.fullmatch(expression):
            return expression
        if expression not in views:
            views[expression] = f"view{len(views) + 1}"
            space[views[expression]] = eval(expression, space)
        return views[expression]

    arrays = [space[name] for name in emitted.names]
    owners = {id(x): x.nbytes for x in space.values() if isinstance(x, np.ndarray) and x.flags.owndata}
    memory = sum(owners.values())
    return Loaded(arrays, functools.partial(_function, view=view, space=space), memory)


def _function(
    name: str, lines: Sequence[Line], view: Callable[[str], str], space: dict[str, Any]
) -> Callable[[], None]:
    """Compile lines into a function without arguments; names are bound as defaults, where they are found fastest."""
    body = [f"    {_text(line, view, space)}" for line in lines] or ["    pass"]
    used = sorted({word for line in body for word in _words(line) if word in space and word not in ("np", "math")})
    calls = sorted({word for line in body for word in _dotted(line)})
    bound = [f"{word}={word}" for word in used] + [f"{call.replace('.', '_')}={call}" for call in calls]
    text = "\n".join(body)
    for call in sorted(calls, key=len, reverse=True):
        text = text.replace(f"{call}(", f"{call.replace('.', '_')}(")
    source = f"def {name}({', '.join(bound)}):\n{text}\n"
    filename = f"<compiled {name} {id(space)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), space)
    return space[name]  # type: ignore[no-any-return]


def _text(line: Line, view: Callable[[str], str], space: dict[str, Any]) -> str:
    """Return a line with views and, where it calls NumPy, numbers made beforehand; plain Python computes on floats."""
    text = line.text(view)
    if not line.template.startswith(_CALLS):
        return text
    if text.count(", out=") == 1 and _takes_out_by_place(text):  # which is found faster there than by its keyword
        text = text.replace(", out=", ", ")
    return _with_bound_numbers(text, space)


def _takes_out_by_place(text: str) -> bool:
    called = getattr(np, text.removeprefix("np.").split("(")[0], None)
    return called is np.dot or (isinstance(called, np.ufunc) and called not in (np.maximum, np.minimum))


def _with_bound_numbers(text: str, space: dict[str, Any]) -> str:
    """Replace numbers by arrays made beforehand: a ufunc takes a quarter of a microsecond to convert a float."""

    def bound(match: re.Match[str]) -> str:
        number = float(match[0].replace("np.", ""))
        name = f"number_{np.float64(number).tobytes().hex()}"
        space[name] = np.array(number)
        return name

    return _NUMBER.sub(bound, text)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text).split()


def _dotted(text: str) -> list[str]:
    head = text.strip().split("(")[0]
    return [head] if head.startswith("np.") else []
