"""A program that can run: as NumPy statements, or as straight-line Python where it is narrow."""

from __future__ import annotations

import functools
import linecache
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from autograd.compiler import packing
from autograd.compiler.builder import Builder
from autograd.compiler.differentiate import differentiate
from autograd.compiler.emit import Emitted, Line, emit
from autograd.compiler.expansion import expand
from autograd.compiler.machine import load_machine, suits_machine
from autograd.compiler.program import Program, interpret, live_places
from autograd.compiler.script import write_script
from autograd.compiler.segments import mix
from autograd.compiler.simplify import simplify
from autograd.compiler.statements import Layout, reroll
from autograd.compiler.straight import is_narrow, load_script
from autograd.compiler.tape import LoadedTape, suits_tape
from autograd.primitive import NOT_IEEE

Array = np.ndarray[Any, Any]
Positions = Array | slice
#: Batches of more samples are not narrow.
_FEW_SAMPLES: Final = 8
Executor = Literal["auto", "numpy", "python", "jit"]


class Element(NamedTuple):
    """Where a result is read: an element of an array, or a constant."""

    array: int
    position: int
    constant: float = 0.0


class Lowered(NamedTuple):
    """A simplified program with its gradient, ready to be given a form that runs.

    Attributes
    ----------
    outputs, gradients
        The places of the results, and of the derivative in each of `inputs`.
    inputs
        The elements that are differentiated in: (source, position).
    forward_places, forward_roles
        How many places and roles there were before the gradient was appended.
    """

    program: Builder
    outputs: list[int]
    inputs: list[tuple[int, int]]
    gradients: list[int]
    forward_places: int
    forward_roles: int
    seconds: dict[str, float]


def lower(program: Program, outputs: Sequence[int], loss: int | None = None, wrt: Sequence[int] = ()) -> Lowered:
    """Simplify and differentiate a traced program.

    Parameters
    ----------
    outputs
        The places to compute.
    loss
        The place to differentiate, or None.
    wrt
        The numbers of the sources whose elements to differentiate in.
    """
    seconds: dict[str, float] = {}
    wanted = [*outputs, *([] if loss is None else [loss])]
    builder, places = timed(seconds, "simplify", simplify, program, wanted)
    program.pack()  # it is kept, for the gradients of other outputs
    size, roles = len(builder), max(builder.roles, default=0)
    inputs: dict[tuple[int, int], int] = {}
    gradients: list[int] = []
    if loss is not None:
        read = [place for place, leaf in builder.leaves.items() if leaf.source in wrt]
        seeds = [(places[-1], builder.constant(1.0))]
        adjoints = timed(seconds, "differentiate", differentiate, builder, seeds, read)
        inputs = packing.by_element(builder, read, adjoints)
        gradients = [inputs[key] for key in sorted(inputs)]
    return Lowered(builder, places[: len(outputs)], sorted(inputs), gradients, size, roles, seconds)


def make_replay(
    program: Program,
    outputs: Sequence[int],
    loss: int | None = None,
    wrt: Sequence[int] = (),
    executor: Executor = "auto",
) -> Replay:
    """Return a program in the form asked for, or that suits it: array statements, or if narrow lines of Python."""
    lowered = lower(program, outputs, loss, wrt)
    single = _without_batches(lowered, executor) if lowered.program.batched else lowered
    if executor == "auto":
        wanted = [*single.outputs, *single.gradients]
        narrow = not single.program.batched and is_narrow(single.program, wanted)
        executor = ("jit" if suits_tape(single.program, wanted) else "python") if narrow else "auto"
    forms: dict[str, type[Replay]] = {
        "auto": MixedReplay,
        "numpy": ArrayReplay,
        "python": LineReplay,
        "jit": MachineReplay,
    }
    return forms[executor](lowered if executor in ("auto", "numpy") else single)


def _without_batches(lowered: Lowered, executor: Executor) -> Lowered:
    """Return a program without batches, where it may be run number by number; else as it is."""
    if executor == "numpy" or (executor == "auto" and max(lowered.program.batched.values()) > _FEW_SAMPLES):
        return lowered
    program, places = expand(lowered.program, [*lowered.outputs, *lowered.gradients])
    count = len(lowered.outputs)
    return lowered._replace(program=program, outputs=places[:count], gradients=places[count:])


class Replay:
    """A compiled program that can run.

    Attributes
    ----------
    flat
        For each array its elements; the sources come first, and are written before a run.
    outputs
        Where each result is read after `forward()`.
    gradients
        For each element that was differentiated in, (source, position), where its derivative is read after
        `backward()`.
    lines
        How many statements it has.
    misses
        For each statement that had to gather its operands: which, and why.
    """

    flat: list[Any]
    outputs: list[Element]
    gradients: list[tuple[tuple[int, int], Element]]
    lines: int
    misses: list[str]
    forward: Callable[[], None]
    backward: Callable[[], None]

    def __init__(self, lowered: Lowered) -> None:
        self.seconds = dict(lowered.seconds)
        self.sources = lowered.program.sources
        self._gradient_moves: list[tuple[int, Positions, Positions]] | None = None

    def read_gradients(self, starts: dict[int, int], count: int) -> Array:
        """Return the gradients as one array, each source's from its start, after a run."""
        if self._gradient_moves is None:
            moves: dict[int, list[tuple[int, int]]] = {}
            for (source, position), element in self.gradients:
                if element.array >= 0:
                    moves.setdefault(element.array, []).append((starts[source] + position, element.position))
            columns = [(array, np.array(pairs).T) for array, pairs in moves.items()]
            self._gradient_moves = [(array, _as_slice(to), _as_slice(start)) for array, (to, start) in columns]
        gradient = np.zeros(count)
        for (source, position), element in self.gradients if self._has_constant_gradients else ():
            if element.array < 0:
                gradient[starts[source] + position] = element.constant
        for array, to, start in self._gradient_moves:
            gradient[to] = self.flat[array][start]
        return gradient

    @functools.cached_property
    def _has_constant_gradients(self) -> bool:
        return any(element.array < 0 for _, element in self.gradients)

    def read(self, element: Element) -> float:
        """Return a result after a run."""
        return element.constant if element.array < 0 else float(self.flat[element.array][element.position])

    @property
    def buffer_bytes(self) -> int:
        """The memory of all arrays."""
        return sum(np.asarray(array).nbytes for array in self.flat)


class LineReplay(Replay):
    """A narrow program, as straight-line Python."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__(lowered)
        program, outputs, gradients = lowered.program, lowered.outputs, lowered.gradients
        self.program, self.results = program, [outputs, gradients]
        arrays = len(self.sources)
        self.flat = [np.zeros(int(np.prod(source.shape, dtype=int))) for source in self.sources] + [[], np.zeros(0)]
        self.outputs = [_result(program, arrays, number, place) for number, place in enumerate(outputs)]
        elements = [_result(program, arrays + 1, number, place) for number, place in enumerate(gradients)]
        self.gradients = list(zip(lowered.inputs, elements, strict=True))
        self.misses = []
        timed(self.seconds, "emit", self._write)
        timed(self.seconds, "load", self._load)

    def _write(self) -> None:
        """Write the lines of both passes."""
        program, (outputs, gradients) = self.program, self.results
        live = live_places(program, [*outputs, *gradients])
        computed = [place for place, operands in enumerate(program.operands) if operands and live[place]]
        needed = live_places(program, outputs)
        # What the first pass computes for the second pass only is left to the second.
        self.halves = [[x for x in computed if needed[x]], [x for x in computed if not needed[x]]]
        self.script = write_script(program, self.halves, self.results)
        self.lines = self.script.lines

    def _load(self) -> None:
        self._first, self._second = load_script(self.script, [source.name for source in self.sources])

    def forward(self) -> None:
        """Compute the results."""
        self._given = [array.tolist() for array in self.flat[: len(self.sources)]]
        try:
            self.flat[-2], self._saved = self._first(*self._given)
        except NOT_IEEE:  # Python's floats raise where IEEE 754 has inf or nan
            self.flat[-2], self._saved = interpret(self.program, self._given, self.results[0]), None

    def backward(self) -> None:
        """Compute the gradients."""
        try:
            if self._saved is None:
                raise ArithmeticError
            self.flat[-1] = np.array(self._second(*self._given, self._saved))
        except NOT_IEEE:
            self.flat[-1] = np.array(interpret(self.program, self._given, self.results[1]))


class MachineReplay(LineReplay):
    """A narrow program as machine code (extra `jit`): its loops, or where it has none a tape; it prints as lines."""

    def _load(self) -> None:
        sources, results = self.flat[: len(self.sources)], [np.zeros(len(places)) for places in self.results]
        self.flat[-2:] = results
        if suits_machine(self.script, sum(map(len, self.halves))):
            machine = load_machine(self.script, [source.name for source in self.sources])
            given = [*sources, *map(np.array, self.script.tables.values()), np.zeros(machine.size)]
            passes = [functools.partial(part, *given, out) for part, out in zip(machine.passes, results, strict=True)]
        else:
            tape = LoadedTape(self.program, self.halves, self.results)
            passes = [
                functools.partial(tape.forward, sources, results[0]),
                functools.partial(tape.backward, results[1]),
            ]
        self._forward, self._backward = passes

    def forward(self) -> None:
        """Compute the results."""
        self._forward()

    def backward(self) -> None:
        """Compute the gradients."""
        self._backward()


class ArrayReplay(Replay):
    """A program as NumPy statements."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__(lowered)
        builder, outputs, gradients = lowered.program, lowered.outputs, lowered.gradients
        layout: Layout = timed(self.seconds, "re-roll", reroll, builder, [*outputs, *gradients])
        # What merely has the number of a place in the array has a higher role than the place itself.
        roles = dict(sorted(zip(layout.array_of.tolist(), builder.roles, strict=True), reverse=True))
        forward = sum(roles[statement.array] <= lowered.forward_roles for statement in layout.statements)
        self.emitted: Emitted = timed(self.seconds, "emit", self._emit, lowered, layout, forward)
        self.layout = layout
        self.outputs = [_element(builder, layout, place) for place in outputs]
        elements = [_element(builder, layout, place) for place in gradients]
        self.gradients = list(zip(lowered.inputs, elements, strict=True))
        self.lines = len(self.emitted.lines)
        self.misses = [
            f"{self.emitted.names[s.array]}: {s.primitive.name} of {s.extents}: {s.miss}"
            for s in layout.statements
            if s.miss
        ]
        timed(self.seconds, "load", self._load)

    def _emit(self, lowered: Lowered, layout: Layout, forward: int) -> Emitted:
        return emit(layout, lowered.program.sources, forward)

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

        self._function = functools.partial(_function, view=view, space=space)
        self.forward = self._function("forward", emitted.lines[: emitted.forward])
        self.backward = self._function("backward", emitted.lines[emitted.forward :])
        self.arrays: list[Array] = [space[name] for name in emitted.names]
        self.flat = [array.reshape(-1) for array in self.arrays]


def _as_slice(positions: Array) -> Positions:
    """Return positions that follow each other as a slice, which is quicker."""
    first, count = int(positions[0]), len(positions)
    return slice(first, first + count) if (positions == np.arange(first, first + count)).all() else positions


class MixedReplay(ArrayReplay):
    """A program as NumPy statements, and where it is narrow as lines of Python."""

    def _emit(self, lowered: Lowered, layout: Layout, forward: int) -> Emitted:
        self._plain = super()._emit(lowered, layout, forward)
        return mix(self._plain, layout, lowered.program, [*lowered.outputs, *lowered.gradients], forward)

    def _load(self) -> None:
        super()._load()
        self._is_plain = False
        if self.emitted.lines != self._plain.lines:
            forward, backward = self.forward, self.backward
            self.forward = lambda: self._run(forward, back=False)
            self.backward = lambda: self._run(backward, back=True)

    def _run(self, fast: Callable[[], None], *, back: bool) -> None:
        try:
            if back and self._is_plain:
                raise ArithmeticError
            fast()
            self._is_plain = False
        except NOT_IEEE:  # Python's floats raise where IEEE 754 has inf or nan: statements do it all
            self._is_plain = True
            for run in self._statements[: 1 + back]:
                run()

    @functools.cached_property
    def _statements(self) -> list[Callable[[], None]]:
        lines, forward = self._plain.lines, self._plain.forward
        return [self._function("forward", lines[:forward]), self._function("backward", lines[forward:])]


def timed(seconds: dict[str, float], stage: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a stage, and note its time."""
    start = time.perf_counter()
    result = function(*arguments)
    seconds[stage] = time.perf_counter() - start
    return result


def _element(builder: Builder, layout: Layout, place: int) -> Element:
    if place in builder.constants:
        return Element(-1, 0, builder.constants[place])
    return Element(int(layout.array_of[place]), int(layout.position_of[place]))


def _result(program: Builder, array: int, position: int, place: int) -> Element:
    if place in program.constants:
        return Element(-1, 0, program.constants[place])
    return Element(array, position)


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
