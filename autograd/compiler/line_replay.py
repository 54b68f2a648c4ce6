"""Narrow programs that run: as straight-line Python, or as machine code made of it."""

from __future__ import annotations

import functools
from typing import ClassVar

import numpy as np

from autograd.compiler.lowering import Lowered, timed
from autograd.compiler.machine import load_machine, suits_machine
from autograd.compiler.program import Program, interpret, live_places
from autograd.compiler.replay import Element, Replay
from autograd.compiler.script import write_script
from autograd.compiler.straight import load_script
from autograd.compiler.tape import LoadedTape
from autograd.primitive import NOT_IEEE


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


def _result(program: Program, array: int, position: int, place: int) -> Element:
    if place in program.constants:
        return Element(-1, 0, program.constants[place])
    return Element(array, position)
