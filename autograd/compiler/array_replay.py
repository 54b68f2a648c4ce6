"""Programs that run as NumPy statements, and where they are narrow as lines of Python."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.access import Nest, find_nest
from autograd.compiler.buffers import share_memory
from autograd.compiler.builder import Builder
from autograd.compiler.emit import Emitted, emit
from autograd.compiler.layout import Layout
from autograd.compiler.loading import load
from autograd.compiler.lowering import Lowered, timed
from autograd.compiler.merging import merge_statements
from autograd.compiler.replay import Element, Replay
from autograd.compiler.reroll import reroll
from autograd.compiler.segments import mix
from autograd.primitive import NOT_IEEE

Array = np.ndarray[Any, Any]


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


def _element(builder: Builder, layout: Layout, place: int) -> Element:
    if place in builder.constants:
        return Element(-1, 0, builder.constants[place])
    return Element(int(layout.array_of[place]), int(layout.position_of[place]))


def _samples(builder: Builder, layout: Layout, place: int) -> list[Element]:
    """Return where a place is read in each sample: once, if it is not batched."""
    first, stride = _element(builder, layout, place), int(layout.stride_of[place])
    samples = range(builder.batched.get(place, 1))
    return [first._replace(position=first.position + sample * stride) for sample in samples]
