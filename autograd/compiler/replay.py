"""A program that can run: its arrays, its statements as Python functions, its text."""

from __future__ import annotations

import linecache
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.builder import Builder
from autograd.compiler.differentiate import differentiate
from autograd.compiler.emit import Line, emit
from autograd.compiler.program import Program
from autograd.compiler.simplify import simplify
from autograd.compiler.statements import Layout, reroll

Array = np.ndarray[Any, Any]


class Element(NamedTuple):
    """Where a result is read: an element of an array, or a constant."""

    array: int
    position: int
    constant: float = 0.0


class Replay:
    """A compiled program.

    Parameters
    ----------
    program
        What was traced.
    outputs
        The places to compute.
    loss
        The place to differentiate, or None.
    sources
        The numbers of the sources whose elements to differentiate in.
    """

    def __init__(
        self, program: Program, outputs: Sequence[int], loss: int | None = None, wrt: Sequence[int] = ()
    ) -> None:
        self.seconds: dict[str, float] = {}
        clock = _Clock(self.seconds)
        wanted = [*outputs, *([] if loss is None else [loss])]
        builder, places = clock("simplify", simplify, program, wanted)
        roles = len(set(builder.roles))
        forward_roles = max(builder.roles, default=0)
        inputs: dict[tuple[int, int], int] = {}
        gradients: list[int] = []
        if loss is not None:
            inputs = _elements(builder, wrt)
            seeds = [(places[-1], builder.constant(1.0))]
            gradients = clock("differentiate", differentiate, builder, seeds, [inputs[key] for key in sorted(inputs)])
        layout = clock("re-roll", reroll, builder, [*places, *gradients])
        forward = sum(self._role(builder, layout, s.array) <= forward_roles for s in layout.statements)
        self.emitted = clock("emit", emit, layout, builder.sources, forward)
        self.layout = layout
        self.places = len(builder)
        self.roles = roles
        self.outputs = [_element(builder, layout, place) for place in places[: len(outputs)]]
        elements = [_element(builder, layout, place) for place in gradients]
        self.gradients = list(zip(sorted(inputs), elements, strict=True))
        self._constant_gradients = [(key, element) for key, element in self.gradients if element.array < 0]
        self._gradient_moves: list[tuple[int, Array, Array]] | None = None
        clock("load", self._load)

    @staticmethod
    def _role(builder: Builder, layout: Layout, array: int) -> int:
        return builder.roles[int(np.flatnonzero(layout.array_of == array)[0])]

    def _load(self) -> None:
        """Make the arrays, and turn the lines into two functions."""
        emitted = self.emitted
        sources = emitted.sources
        space: dict[str, Any] = {"np": np, "math": math, **emitted.constants}
        for name, shape in zip(emitted.names[:sources], emitted.shapes[:sources], strict=True):
            space[name] = np.zeros(shape)
        for text in (*emitted.functions, *emitted.buffers):
            exec(text, space)
        views: dict[str, str] = {}

        def view(expression: str) -> str:
            if expression.isidentifier() or not any(c in expression for c in "[.("):
                return expression
            if expression[0].isdigit() or expression[0] == "-" or expression.startswith("np."):
                return expression
            if expression not in views:
                views[expression] = f"view{len(views) + 1}"
                space[views[expression]] = eval(expression, space)
            return views[expression]

        halves = emitted.lines[: emitted.forward], emitted.lines[emitted.forward :]
        self.forward, self.backward = (
            _function(name, lines, view, space) for name, lines in zip(("forward", "backward"), halves, strict=True)
        )
        self.arrays: list[Array] = [space[name] for name in emitted.names]
        self.flat = [array.reshape(-1) for array in self.arrays]

    def read_gradients(self, starts: dict[int, int], count: int) -> Array:
        """Return the gradients as one array, each source's from its start, after a run."""
        if self._gradient_moves is None:
            moves: dict[int, list[tuple[int, int]]] = {}
            for (source, position), element in self.gradients:
                if element.array >= 0:
                    moves.setdefault(element.array, []).append((starts[source] + position, element.position))
            self._gradient_moves = [(array, *np.array(pairs).T) for array, pairs in moves.items()]
        gradient = np.zeros(count)
        for (source, position), element in self._constant_gradients:
            gradient[starts[source] + position] = element.constant
        for array, to, start in self._gradient_moves:
            gradient[to] = self.flat[array][start]
        return gradient

    def read(self, element: Element) -> float:
        """Return a result after a run."""
        return element.constant if element.array < 0 else float(self.flat[element.array][element.position])


class _Clock:
    """Times the stages."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds

    def __call__(self, stage: str, function: Callable[..., Any], *arguments: Any) -> Any:
        start = time.perf_counter()
        result = function(*arguments)
        self.seconds[stage] = time.perf_counter() - start
        return result


def _elements(builder: Builder, sources: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return the place of each element of the sources that the program reads, by (source, position)."""
    return {(leaf.source, leaf.position): place for place, leaf in builder.leaves.items() if leaf.source in sources}


def _element(builder: Builder, layout: Layout, place: int) -> Element:
    if place in builder.constants:
        return Element(-1, 0, builder.constants[place])
    return Element(int(layout.array_of[place]), int(layout.position_of[place]))


def _function(
    name: str, lines: Sequence[Line], view: Callable[[str], str], space: dict[str, Any]
) -> Callable[[], None]:
    """Compile lines into a function without arguments; names are bound as defaults, where they are found fastest."""
    body = [f"    {line.text(view)}" for line in lines] or ["    pass"]
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


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text).split()


def _dotted(text: str) -> list[str]:
    head = text.strip().split("(")[0]
    return [head] if head.startswith("np.") else []
