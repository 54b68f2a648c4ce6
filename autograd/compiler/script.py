"""A narrow program as Python text: lines of formulas, and loops over the steps that they repeat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.compiler.builder import Builder
from autograd.compiler.formulas import Operand
from autograd.compiler.loop_text import LoopWriter, Spot, number_text, written
from autograd.compiler.loops import find_loops
from autograd.compiler.operations import Operation, write_operations


class Pass(NamedTuple):
    """One pass of a script.

    Attributes
    ----------
    reads
        What it reads more than once, by the name given to it: `x = parameters[0]`.
    lists
        The numbers of steps that are kept for later, by name: how many.
    lines
        The lines.
    results
        The expressions of its results.
    takes
        The names, of numbers and lists, that it takes over from earlier passes, and from which.
    """

    reads: dict[str, str]
    lists: dict[str, int]
    lines: list[str]
    results: list[str]
    takes: dict[str, int]


class Script(NamedTuple):
    """Passes as Python text: forward and backward, or the narrow runs of both.

    Attributes
    ----------
    tables
        Numbers of the program that differ from step to step, by name.
    functions
        The functions that lines call, by name.
    """

    passes: tuple[Pass, ...]
    tables: dict[str, list[float]]
    functions: dict[str, Any]

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return sum(len(part.lines) for part in self.passes)


def write_script(program: Builder, halves: Sequence[Sequence[int]], results: Sequence[Sequence[int]]) -> Script:
    """Write passes that compute places, and the results of each."""
    functions: dict[str, Any] = {}
    home = {place: half for half, places in enumerate(halves) for place in places}
    shared = {x for place, half in home.items() for x in program.operands[place] if home.get(x, half) != half}
    kept = {place for places in results for place in places} | shared
    operations, same = write_operations(program, halves, kept, functions)
    writer = ScriptWriter(program, operations, same, functions)
    for half, places in enumerate(results):
        writer.write(half, places)
    return writer.finish()


class ScriptWriter:
    """Writes pass after pass; what to keep of each step is known when all is written."""

    def __init__(
        self,
        program: Builder,
        operations: Sequence[Sequence[Operation]],
        same: dict[int, int],
        functions: dict[str, Any],
    ) -> None:
        self.program, self.operations, self.same = program, operations, same
        self.loops = [find_loops(lines) for lines in operations]
        self.script = Script(tuple([Pass({}, {}, [], [], {}) for _ in operations]), {}, functions)
        self.named = {
            s.name: (n, s) for n, source in enumerate(program.sources) for s in source.sections if not s.shape
        }
        taken = {source.name for source in program.sources} | self.named.keys()
        self.step = next(name for name in ("t", "step", "at_step", "t_") if name not in taken)
        self.half, self.given = 0, 0
        self.ends: dict[str, dict[int, Operand]] = {}
        self.parts: list[list[Any]] = [[] for _ in operations]
        self.spots: dict[int, Spot] = {}
        self.variables: dict[int, int] = {}
        self._new = max([line.place for lines in operations for line in lines], default=0)
        for half, lines in enumerate(operations):
            self._place(half, lines)

    def _place(self, half: int, lines: Sequence[Operation]) -> None:
        """Note where each number is computed, and what it is called."""
        for line in lines:
            self.spots[line.place] = Spot(half, -1, 0, 0)
            self.variables[line.place] = line.variable
        for number, loop in enumerate(self.loops[half]):
            for slot in range(loop.period):
                steps = lines[loop.start + slot : loop.stop : loop.period]
                # Steps that add to one sum share its name; steps of several sums need a new one, for each goes on.
                alike = len({line.variable for line in steps}) == 1 or not any(line.running for line in steps)
                self._new += not alike
                for step, line in enumerate(steps):
                    self.spots[line.place] = Spot(half, number, slot, step)
                    self.variables[line.place] = steps[0].variable if alike else self._new

    def write(self, half: int, results: Sequence[int]) -> None:
        """Write one pass."""
        self.half = half
        start, lines, part = 0, self.operations[half], self.parts[half]
        for loop in self.loops[half]:
            part += [self._line(line) for line in lines[start : loop.start]]
            part.append(LoopWriter(self, loop).write())
            start = loop.stop
        part += [self._line(line) for line in lines[start:]]
        self.script.passes[half].results.extend([self.name(place) for place in results])

    def finish(self) -> Script:
        """Put the lines together."""
        for half, part in enumerate(self.parts):
            for item in part:
                self.script.passes[half].lines.extend([item] if isinstance(item, str) else item.text())
        return self.script

    def _line(self, line: Operation) -> str:
        started = isinstance(line.operands[0], int)
        return written(line, f"v{line.variable}", [self.name(x) for x in line.operands], updates=started)

    def name(self, operand: Operand, *, often: bool = False) -> str:
        """Return what lines call an operand; `often`: it is read in a loop, and deserves a name."""
        if isinstance(operand, float):
            return number_text(operand)
        place = self.same.get(operand, operand)
        if place in self.program.constants:
            return number_text(self.program.constants[place])
        if place in self.program.leaves:
            return self._given(place, often)
        spot, variable = self.spots[place], f"v{self.variables[place]}"
        if spot.loop < 0 or spot.step == self.loops[spot.half][spot.loop].steps - 1:
            return self._saved(variable, spot.half)
        return f"{self.history(place)}[{spot.step}]"

    def history(self, place: int) -> str:
        """Return the list with the numbers of a line of a loop, which is to be kept from now on."""
        spot, name = self.spots[place], f"v{self.variables[place]}s"
        ends = self.ends.get(name, {})
        self.script.passes[spot.half].lists[name] = self.loops[spot.half][spot.loop].steps + len(ends)
        return self._saved(name, spot.half)

    def extend(self, place: int, step: int, operand: Operand) -> bool:
        """Let a list hold an operand one step after its end, or before its start (at the position -1, its last)."""
        ends = self.ends.setdefault(f"v{self.variables[place]}s", {})
        return repr(ends.setdefault(step, operand)) == repr(operand)

    def _saved(self, name: str, half: int) -> str:
        if half != self.half:
            self.script.passes[self.half].takes[name] = half
        return name

    def _given(self, place: int, often: bool) -> str:
        source, position = self.program.leaves[place]
        text = f"{self.program.sources[source].name}[{position}]"
        for name, (number, section) in self.named.items():
            if number == source and section.start == position and not re.fullmatch(r"v\d+s?|given\d+", name):
                self.script.passes[self.half].reads[name] = text
                return name
        if often:
            name = f"{self.program.sources[source].name}_{position}"
            self.script.passes[self.half].reads[name] = text
            return name
        return text
