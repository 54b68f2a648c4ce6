"""The text of one loop over steps: what it starts from, its body, and what it keeps of each step."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from autograd.compiler.formulas import Operand
from autograd.compiler.loops import Inside, Loop, Outside
from autograd.compiler.operations import Operation

if TYPE_CHECKING:
    from autograd.compiler.script import ScriptWriter

_INDENT: Final = "    "


class Access(NamedTuple):
    """What a loop reads of a list, step by step: the list's name, where it starts, and how far it moves."""

    name: str
    start: int
    step: int


class Spot(NamedTuple):
    """Where a number is computed: the pass, its loop (-1: none), the line of the loop's body, and the step."""

    half: int
    loop: int
    slot: int
    step: int


NOWHERE: Final = Spot(-1, -1, 0, 0)


class LoopWriter:
    """Writes one loop: what it starts from, its body, and what it keeps of each step."""

    def __init__(self, writer: ScriptWriter, loop: Loop) -> None:
        self.writer, self.half, self.loop = writer, writer.half, loop
        self.body = writer.operations[writer.half][loop.start : loop.start + loop.period]
        self.before: list[str] = []
        self.initial: dict[str, str] = {}
        self.registers: dict[Inside, list[str]] = {}
        self.lines: list[str] = []

    def write(self) -> LoopWriter:
        """Write the body; its text is asked for when all is written."""
        accesses = {
            (slot, hole): self._access(source.operands)
            for slot, sources in enumerate(self.loop.sources)
            for hole, source in enumerate(sources)
            if isinstance(source, Outside)
        }
        moving = Counter((x.start, x.step) for x in accesses.values() if isinstance(x, Access) and abs(x.step) == 1)
        # The step is counted as most lists are read: a pass that goes back counts down.
        self.first, self.by = moving.most_common(1)[0][0] if moving else (0, 1)
        for slot, (line, sources) in enumerate(zip(self.body, self.loop.sources, strict=True)):
            names = [
                self._inside(slot, source) if isinstance(source, Inside) else self._read(accesses[slot, hole])
                for hole, source in enumerate(sources)
            ]
            self.lines.append(written(line, f"v{self._variable(line)}", names, updates=True))
        return self

    def text(self) -> list[str]:
        """Return the lines of the loop."""
        stop = self.first + self.by * self.loop.steps
        count = f"{stop}" if (self.first, self.by) == (0, 1) else f"{self.first}, {stop}"
        header = f"for {self.writer.step} in range({count}{', -1' if self.by < 0 else ''}):"
        lists = self.writer.script.passes[self.half].lists
        body: list[str] = []
        for line, text in zip(self.body, self.lines, strict=True):
            body.append(text)
            if f"v{self._variable(line)}s" in lists:
                body.append(f"v{self._variable(line)}s[{self._index(0, 1)}] = v{self._variable(line)}")
        for names in self.registers.values():  # the oldest moves on first
            body += [f"{older} = {newer}" for older, newer in pairwise(names)]
        started = [f"{name} = {value}" for name, value in self.initial.items() if name != value]
        return [*self.before, *started, header, *[_INDENT + line for line in body]]

    def _variable(self, line: Operation) -> int:
        return self.writer.variables[line.place]

    def _index(self, start: int, step: int) -> str:
        """Write `start + step * k`, k the number of the step, in terms of what the loop counts."""
        factor = step * self.by
        offset = start - factor * self.first
        counted = self.writer.step if abs(factor) == 1 else f"{abs(factor)} * {self.writer.step}"
        if factor < 0:
            return f"{offset} - {counted}"
        return counted if not offset else f"{counted} {'+' if offset > 0 else '-'} {abs(offset)}"

    def _read(self, access: Access | str) -> str:
        return access if isinstance(access, str) else f"{access.name}[{self._index(access.start, access.step)}]"

    def _inside(self, slot: int, source: Inside) -> str:
        """Return the name of a number of this step or an earlier one."""
        variable = f"v{self._variable(self.body[source.slot])}"
        if source.back == 0:
            return variable
        initial = [self.writer.name(x) for x in source.initial]
        if source.back == 1 and slot <= source.slot and self.initial.setdefault(variable, initial[0]) == initial[0]:
            return variable
        if source not in self.registers:
            names = [f"{variable}_{len(self.registers)}_{back}" for back in range(source.back, 0, -1)]
            self.registers[source] = [*names, variable]
            self.initial.update(zip(names, initial, strict=True))
        return self.registers[source][0]

    def _access(self, operands: Sequence[Operand]) -> Access | str:
        """Return how an operand from before the loop is read: by a name, or from a list."""
        writer, leaves = self.writer, self.writer.program.leaves
        if len({repr(x) for x in operands}) == 1:
            return writer.name(operands[0], often=True)
        given = [leaves[x] for x in operands if isinstance(x, int) and x in leaves]
        if len(given) == len(operands) and len({leaf.source for leaf in given}) == 1:
            start, step = _progression([leaf.position for leaf in given])
            if step is not None:
                return Access(writer.program.sources[given[0].source].name, start, step)
        return self._kept_steps(operands) or self._table(operands)

    def _kept_steps(self, operands: Sequence[Operand]) -> Access | None:
        """Return operands as what an earlier loop kept of its steps; at the ends may be what it started from."""
        spots = [self.writer.spots.get(x, NOWHERE) if isinstance(x, int) else NOWHERE for x in operands]
        origin = spots[1]
        step = spots[2].step - origin.step if len(spots) > 2 else 0
        steps = [origin.step + (k - 1) * step for k in range(len(spots))]
        wrong = [k for k, spot in enumerate(spots) if spot != origin._replace(step=steps[k])]
        if origin.loop < 0 or not step or any(k not in (0, len(spots) - 1) for k in wrong):
            return None
        count, place = self.writer.loops[origin.half][origin.loop].steps, int(operands[1])
        if any(steps[k] not in (-1, count) for k in wrong):
            return None
        if not all(self.writer.extend(place, steps[k], operands[k]) for k in wrong):
            return None
        name = self.writer.history(place)
        stores = [f"{name}[{steps[k]}] = {self.writer.name(operands[k])}" for k in wrong]
        self.before += [store for store in stores if store not in self.before]
        return Access(name, steps[0], step)

    def _table(self, operands: Sequence[Operand]) -> Access:
        tables, constants = self.writer.script.tables, self.writer.program.constants
        self.writer.given += 1
        name = f"given{self.writer.given}"
        numbers = [x if isinstance(x, float) else constants.get(x) for x in operands]
        if None in numbers:
            self.before.append(f"{name} = [{', '.join(self.writer.name(x) for x in operands)}]")
        else:
            tables[name] = [x for x in numbers if x is not None]
        return Access(name, 0, 1)


def written(line: Operation, variable: str, names: Sequence[str], *, updates: bool) -> str:
    """Write a line; one that adds to its own variable as an update."""
    if line.update and updates and names[0] == variable:
        return f"{variable} {line.update.format(*names[1:])}"
    return re.sub(r" \+ \(-([\d.e+-]+)\)", r" - \1", f"{variable} = {line.template.format(*names)}")


def number_text(number: float) -> str:
    """Return a number as Python text, in brackets if it is negative.

    >>> number_text(-0.5), number_text(float("inf"))
    ('(-0.5)', 'math.inf')
    """
    if math.isfinite(number):
        return repr(number) if math.copysign(1.0, number) > 0 else f"({number!r})"
    return "math.nan" if math.isnan(number) else ("math.inf" if number > 0 else "(-math.inf)")


def _progression(positions: Sequence[int]) -> tuple[int, int | None]:
    """Return the start and the step of evenly spaced positions; no step if they are not.

    >>> _progression([5, 3, 1]), _progression([1, 2, 4])
    ((5, -2), (1, None))
    """
    step = positions[1] - positions[0]
    even = all(position == positions[0] + k * step for k, position in enumerate(positions))
    return positions[0], step if even else None
