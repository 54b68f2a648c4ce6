"""Narrow runs within wide programs: a few numbers at a time are computed line by line, on plain floats.

An array statement costs about a microsecond however short it is. Where many short ones follow each other, such as a
Newton iteration after a layer, they become a block of Python lines, which reads its numbers from arrays, and writes
back those that are used elsewhere. Statements are reordered, as far as they may, so that the short ones stand together.
"""

from __future__ import annotations

import copy
import heapq
import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from autograd.compiler.builder import Builder
from autograd.compiler.emit import Emitted, Line
from autograd.compiler.formulas import write_call
from autograd.compiler.program import Leaf, Source
from autograd.compiler.script import write_script
from autograd.compiler.statements import Constants, Gather, Layout
from autograd.primitive import Elementwise
from autograd.primitives.comparison import stop_gradient

#: Microseconds of an array statement, of gathering for it, of each of its elements, of a term on a line of Python, of
#: a number read from an array or written to it, and of a block.
_STATEMENT: Final = 0.9
_GATHERED: Final = 1.5
_ELEMENT: Final = 0.002
_TERM: Final = 0.05
_CROSSING: Final = 0.08
_BLOCK: Final = 1.0
#: Names that lines of Python make.
_LOCAL: Final = re.compile(r"(t|step|v\d+\w*|given\d+)$")


def mix(emitted: Emitted, layout: Layout, program: Builder, kept: Collection[int], forward: int) -> Emitted:
    """Return a program with its narrow runs as lines of Python.

    Parameters
    ----------
    kept
        The places of results and gradients.
    forward
        How many statements the forward pass has.
    """
    if any(_LOCAL.match(name) for name in emitted.names):
        return emitted
    mixer = _Mixer(emitted, layout, program, kept)
    halves = [mixer.half(range(forward)), mixer.half(range(forward, len(layout.statements)))]
    return emitted._replace(lines=halves[0] + halves[1], forward=len(halves[0]))


class _Mixer:
    def __init__(self, emitted: Emitted, layout: Layout, program: Builder, kept: Collection[int]) -> None:
        self.emitted, self.layout, self.program = emitted, layout, program
        self.places = _places(layout, program)
        self.kept = {(int(layout.array_of[place]), int(layout.position_of[place])) for place in kept}
        self.reads = [{x.array for x in s.operands if not isinstance(x, Constants)} for s in layout.statements]
        self.readers: dict[int, set[int]] = {}
        for number, arrays in enumerate(self.reads):
            for array in arrays:
                self.readers.setdefault(array, set()).add(number)

    def half(self, numbers: range) -> list[Line]:
        """Return the lines of one pass."""
        narrow = {number for number in numbers if self._is_narrow(number)}
        plain = [line for number in numbers for line in self._lines(number)]
        if sum(self._cost(number) for number in narrow) < _BLOCK:
            return plain
        lines: list[Line] = []
        mixed = False
        for short, run in itertools.groupby(self._clustered(numbers, narrow), key=narrow.__contains__):
            group = list(run)
            block = self._block(group) if short else None
            mixed = mixed or block is not None
            lines += block if block is not None else [line for number in group for line in self._lines(number)]
        return lines if mixed else plain

    def _lines(self, number: int) -> list[Line]:
        starts = [*self.emitted.starts, len(self.emitted.lines)]
        return self.emitted.lines[starts[number] : starts[number + 1]]

    def _cost(self, number: int) -> float:
        statement = self.layout.statements[number]
        gathered = any(isinstance(operand, Gather) for operand in statement.operands)
        return _STATEMENT + _GATHERED * gathered + _ELEMENT * self._terms([number])

    def _terms(self, numbers: Iterable[int]) -> int:
        operands = self.program.operands
        return sum(max(1, len(operands[place]) - 1) for number in numbers for place in self.places[number])

    def _is_narrow(self, number: int) -> bool:
        statement = self.layout.statements[number]
        if isinstance(statement.primitive, Elementwise) and write_call(statement.primitive)[2]:
            return False  # it is a function that lines would have to bring along
        if not isinstance(statement.primitive, Elementwise) and statement.primitive.name not in ("dot", "total"):
            return False
        return _TERM * self._terms([number]) < self._cost(number)

    def _clustered(self, numbers: range, narrow: Collection[int]) -> list[int]:
        """Return statements in an order in which they can run, and that changes seldom between narrow and wide ones."""
        writers: dict[int, list[int]] = {}
        for number in numbers:
            writers.setdefault(self.layout.statements[number].array, []).append(number)
        before = {n: {w for array in self.reads[n] for w in writers.get(array, ()) if w != n} for n in numbers}
        users: dict[int, list[int]] = {}
        for number, needed in before.items():
            for writer in needed:
                users.setdefault(writer, []).append(number)
        missing = {number: len(needed) for number, needed in before.items()}
        ready: dict[bool, list[int]] = {True: [], False: []}
        for number in numbers:
            if not missing[number]:
                ready[number in narrow].append(number)  # in order, and so a heap
        order: list[int] = []
        short = False
        while ready[True] or ready[False]:
            short = short if ready[short] else not short
            number = heapq.heappop(ready[short])
            order.append(number)
            for user in users.get(number, ()):
                missing[user] -= 1
                if not missing[user]:
                    heapq.heappush(ready[user in narrow], user)
        return order

    def _block(self, group: Sequence[int]) -> list[Line] | None:
        """Return statements as lines of Python, or None if that costs more than it saves."""
        program, layout, names = self.program, self.layout, self.emitted.names
        places = sorted(place for number in group for place in self.places[number])
        inside = {(int(layout.array_of[place]), int(layout.position_of[place])) for place in places}
        inputs = sorted({x for place in places for x in program.operands[place] if self._comes_from_outside(x, inside)})
        outputs = [place for number in group for place in self.places[number] if self._is_used(place, number, group)]
        spent = _BLOCK + _TERM * self._terms(group) + _CROSSING * (len(inputs) + len(outputs))
        if spent > sum(self._cost(number) for number in group):
            return None
        sub, reading = self._with_inputs(inputs)
        same = {x for place in places for x in program.operands[place] if program.primitives[x] is stop_gradient}
        script = write_script(sub, [sorted({*places, *same.difference(inputs)}), []], [outputs, []])
        part = script.passes[0]
        texts = [f"{name} = {table}" for name, table in script.tables.items()]
        texts += [f"{name} = {text}" for name, text in part.reads.items()]
        texts += [f"{name} = [0.0] * {size}" for name, size in part.lists.items()]
        written = []
        for place, text in zip(outputs, part.results, strict=True):
            name, position = names[layout.array_of[place]], int(layout.position_of[place])
            written.append(Line(f"{{}}[{position}] = {text}", (f"{name}.reshape(-1)",), ""))
        return [*reading, *[Line(text, (), "") for text in (*texts, *part.lines)], *written]

    def _comes_from_outside(self, place: int, inside: Collection[tuple[int, int]]) -> bool:
        if place in self.program.constants:
            return False
        return (int(self.layout.array_of[place]), int(self.layout.position_of[place])) not in inside

    def _is_used(self, place: int, number: int, group: Sequence[int]) -> bool:
        """Tell whether a number of a block may be read by others."""
        array = self.layout.statements[number].array
        if (array, int(self.layout.position_of[place])) in self.kept:
            return True
        return not self.readers.get(array, set()).issubset(group)

    def _with_inputs(self, inputs: Sequence[int]) -> tuple[Builder, list[Line]]:
        """Return the program with these places as elements of lists, and the lines that make the lists of arrays."""
        sub = copy.copy(self.program)
        sub.leaves, sub.sources = {}, []
        lines: list[Line] = []
        arrays: dict[int, list[int]] = {}
        for place in inputs:
            arrays.setdefault(int(self.layout.array_of[place]), []).append(place)
        for number, (array, places) in enumerate(sorted(arrays.items())):
            name = self.emitted.names[array]
            positions = sorted({int(self.layout.position_of[place]) for place in places})
            start, stop = positions[0], positions[-1] + 1
            if stop - start <= 4 * len(positions) + 8:
                rank = {position: position - start for position in positions}
                whole = stop - start == self.layout.sizes[array]
                expression = f"{name}.reshape(-1)" + ("" if whole else f"[{start}:{stop}]")
                template = "{}.tolist()"
            else:
                rank = {position: k for k, position in enumerate(positions)}
                expression, template = f"{name}.reshape(-1)", f"{{}}[{positions}].tolist()"
            sub.sources.append(Source(f"{name}_", (stop - start,)))
            lines.append(Line(f"{name}_ = {template}", (expression,), "" if lines else "a narrow run, on plain floats"))
            for place in places:
                sub.leaves[place] = Leaf(number, rank[int(self.layout.position_of[place])])
        return sub, lines


def _places(layout: Layout, program: Builder) -> list[list[int]]:
    """Return the places that each statement computes."""
    starts: dict[int, list[tuple[int, int]]] = {}
    for number, statement in enumerate(layout.statements):
        starts.setdefault(statement.array, []).append((statement.start, number))
    places: list[list[int]] = [[] for _ in layout.statements]
    array_of, position_of = layout.array_of.tolist(), layout.position_of.tolist()
    for place, primitive in enumerate(program.primitives):
        if primitive is None or primitive is stop_gradient or array_of[place] < 0:
            continue
        runs = starts[array_of[place]]
        number = max(run for run in runs if run[0] <= position_of[place])[1] if len(runs) > 1 else runs[0][1]
        places[number].append(place)
    return places
