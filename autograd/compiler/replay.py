"""A program that can run: as NumPy statements, or as straight-line Python where it is narrow."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Literal, NamedTuple

import numpy as np

from autograd.compiler import packing
from autograd.compiler.access import Nest, find_nest
from autograd.compiler.buffers import share_memory
from autograd.compiler.builder import Builder
from autograd.compiler.differentiate import differentiate
from autograd.compiler.emit import Emitted, emit
from autograd.compiler.expansion import expand
from autograd.compiler.layout import Layout
from autograd.compiler.loading import load
from autograd.compiler.machine import load_machine, suits_machine
from autograd.compiler.merging import merge_statements
from autograd.compiler.positions import as_slice, outside, positions_read
from autograd.compiler.program import Program, interpret, live_places
from autograd.compiler.reroll import reroll
from autograd.compiler.script import write_script
from autograd.compiler.segments import mix
from autograd.compiler.simplify import simplify
from autograd.compiler.straight import is_narrow, load_script
from autograd.compiler.tape import LoadedTape, suits_tape
from autograd.primitive import NOT_IEEE

Array = np.ndarray[Any, Any]
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
    forms: dict[str, type[Replay]] = {
        "auto": MixedReplay,
        "numpy": ArrayReplay,
        "python": LineReplay,
        "jit": MachineReplay,
    }
    form = forms[executor]
    if executor == "auto" and not single.program.batched:
        wanted = [*single.outputs, *single.gradients]
        if is_narrow(single.program, wanted):
            form = WarmingReplay if suits_tape(single.program, wanted) else LineReplay
    return form(single if issubclass(form, LineReplay) else lowered)


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
    misses: list[tuple[str, str]]
    forward: Callable[[], None]
    backward: Callable[[], None]

    def __init__(self, lowered: Lowered) -> None:
        self.seconds = dict(lowered.seconds)
        self.sources = lowered.program.sources
        self._checks, self._positions = positions_read(lowered.program, lowered.outputs)
        self._positions_at: list[tuple[Element, int]] = []
        self._gradient_moves: list[tuple[int, Array | slice, Array | slice]] | None = None

    def read_gradients(self, starts: dict[int, int], count: int) -> Array:
        """Return the gradients as one array, each source's from its start, after a run."""
        if self._gradient_moves is None:
            moves: dict[int, list[tuple[int, int]]] = {}
            for (source, position), element in self.gradients:
                if element.array >= 0:
                    moves.setdefault(element.array, []).append((starts[source] + position, element.position))
            self._gradient_moves = [
                (array, as_slice(to), as_slice(start))
                for array, pairs in moves.items()
                for to, start in [np.array(pairs).T]
            ]
        gradient = np.zeros(count)
        for (source, position), element in self.gradients if self._has_constant_gradients else ():
            if element.array < 0:
                gradient[starts[source] + position] = element.constant
        for array, to, start in self._gradient_moves:
            gradient[to] = self.flat[array][start]
        return gradient

    def check(self) -> None:
        """Check, after a forward pass, the positions that rows were taken by.

        Raises
        ------
        DomainError
            A position lies outside of its list.
        """
        for check in self._checks:
            check(self.flat)
        for element, rows in self._positions_at:
            if not 0 <= (position := self.read(element)) < rows:
                raise outside(position, rows)

    @functools.cached_property
    def _has_constant_gradients(self) -> bool:
        return any(element.array < 0 for _, element in self.gradients)

    def read(self, element: Element) -> float:
        """Return a result after a run."""
        return element.constant if element.array < 0 else float(self.flat[element.array][element.position])

    def size_text(self) -> str:
        """Say how long the program is: "42 array statements"."""
        one, many = self._unit
        return f"{self.lines:,} {one if self.lines == 1 else many}"

    @property
    def _unit(self) -> tuple[str, str]:
        return "line of Python", "lines of Python"

    @property
    def buffer_bytes(self) -> int:
        """The memory of all arrays."""
        return sum(np.asarray(array).nbytes for array in self.flat)


class LineReplay(Replay):
    """A narrow program, as straight-line Python."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__(lowered)
        program, gradients = lowered.program, lowered.gradients
        outputs = [*lowered.outputs, *self._positions]
        self.program, self.results = program, [outputs, gradients]
        arrays = len(self.sources)
        self.flat = [np.zeros(int(np.prod(source.shape, dtype=int))) for source in self.sources] + [[], np.zeros(0)]
        elements = [_result(program, arrays, number, place) for number, place in enumerate(outputs)]
        self.outputs = elements[: len(lowered.outputs)]
        self._positions_at = list(zip(elements[len(lowered.outputs) :], self._positions.values(), strict=True))
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


class WarmingReplay(LineReplay):
    """Lines of Python that become machine code once they have run for as long as it takes to load and compile that."""

    #: Seconds to load Numba and compile; seconds of one operation in Python.
    pays_after: ClassVar[float] = 3.0
    operation: ClassVar[float] = 4e-8

    def _load(self) -> None:
        super()._load()
        self._runs_left = self.pays_after / (self.operation * sum(map(len, self.halves)))

    def forward(self) -> None:
        """Compute the results."""
        self._runs_left -= 1
        if self._runs_left < 0:
            self.__class__ = MachineReplay  # type: ignore[assignment]
            timed(self.seconds, "machine code", self._load)
            self.forward()
            return
        super().forward()


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
        roles = np.full(len(layout.sizes) + 1, len(builder))
        np.minimum.at(roles, layout.array_of, builder.roles)
        forward = sum(int(roles[statement.array]) <= lowered.forward_roles for statement in layout.statements)
        forward = timed(self.seconds, "merge", merge_statements, layout, len(self.sources), forward)
        self.outputs = [_element(builder, layout, place) for place in outputs]
        self._positions_at = [
            (element, rows) for place, rows in self._positions.items() for element in _samples(builder, layout, place)
        ]
        elements = [_element(builder, layout, place) for place in gradients]
        self.gradients = list(zip(lowered.inputs, elements, strict=True))
        read = [*self.outputs, *elements, *[element for element, _ in self._positions_at]]
        kept = {element.array for element in read if element.array >= len(self.sources)}
        self.layout = layout
        self.emitted: Emitted = timed(self.seconds, "emit", self._emit, lowered, forward, kept)
        self.lines = len(self.emitted.lines)
        self.misses = [
            (f"{self.emitted.names[s.array]}: {s.primitive.name} of {s.extents}", s.miss)
            for s in layout.statements
            if s.miss
        ]
        timed(self.seconds, "load", self._load)

    def _emit(self, lowered: Lowered, forward: int, kept: set[int]) -> Emitted:
        share_memory(self.layout, len(self.sources), forward, kept)
        return emit(self.layout, lowered.program, forward)

    def _load(self) -> None:
        """Make the arrays, and turn the lines into two functions."""
        loaded = load(self.emitted)
        self.arrays, self._function, self._bytes = loaded
        lines, forward = self.emitted.lines, self.emitted.forward
        self.forward = self._function("forward", lines[:forward])
        self.backward = self._function("backward", lines[forward:])
        self.flat = [array.reshape(-1) for array in self.arrays]
        self._collected: Array | None = None
        self._parts: list[tuple[Array, Array]] = []

    def read_gradients(self, starts: dict[int, int], count: int) -> Array:
        """Return the gradients as one array, each source's from its start, after a run."""
        if self._collected is None:
            self._collected = super().read_gradients(starts, count)  # keeps the constants
            self._parts = [
                (_strided(self._collected, nest, 0), _strided(self.flat[array], nest, 1))
                for array, to, start in self._gradient_moves or ()
                for nest in [_common_nest(to, start)]
                if nest is not None
            ]
            moves = self._gradient_moves or ()
            self._gradient_moves = [x for x in moves if _common_nest(*x[1:]) is None]
        for part, numbers in self._parts:
            part[...] = numbers
        for array, to, start in self._gradient_moves or ():
            self._collected[to] = self.flat[array][start]
        return self._collected.copy()

    @property
    def _unit(self) -> tuple[str, str]:
        return "array statement", "array statements"

    @property
    def buffer_bytes(self) -> int:
        """The memory of all arrays, gathered elements and constants included; what shares memory counts once."""
        return self._bytes


def _common_nest(to: Array | slice, start: Array | slice) -> Nest | None:
    """Return the loops that run through two lists of positions."""
    both = [np.arange(x.start, x.stop, x.step) if isinstance(x, slice) else x for x in (to, start)]
    return find_nest(np.array(both))


def _strided(flat: Array, nest: Nest, operand: int) -> Array:
    steps = [step * flat.itemsize for step in nest.steps[operand]]
    return np.lib.stride_tricks.as_strided(flat[nest.offsets[operand] :], nest.extents, steps)


class MixedReplay(ArrayReplay):
    """A program as NumPy statements, and where it is narrow as lines of Python."""

    def _emit(self, lowered: Lowered, forward: int, kept: set[int]) -> Emitted:
        wanted = [*lowered.outputs, *lowered.gradients, *self._positions]
        self._plain = emit(self.layout, lowered.program, forward)
        mixed = mix(self._plain, self.layout, lowered.program, wanted, forward)
        if mixed is self._plain:  # else statements are reordered, and memory cannot be passed on in their order
            mixed = self._plain = super()._emit(lowered, forward, kept)
        return mixed

    @property
    def _unit(self) -> tuple[str, str]:
        if self.emitted is self._plain:
            return super()._unit
        return "statement", "array statements and lines of Python"

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


def _samples(builder: Builder, layout: Layout, place: int) -> list[Element]:
    """Return where a place is read in each sample: once, if it is not batched."""
    first, stride = _element(builder, layout, place), int(layout.stride_of[place])
    samples = range(builder.batched.get(place, 1))
    return [first._replace(position=first.position + sample * stride) for sample in samples]


def _result(program: Builder, array: int, position: int, place: int) -> Element:
    if place in program.constants:
        return Element(-1, 0, program.constants[place])
    return Element(array, position)
