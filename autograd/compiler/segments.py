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
from typing import Final, NamedTuple

from autograd.compiler.batching import LEAVING
from autograd.compiler.builder import Builder
from autograd.compiler.dependencies import computed_places, dependencies
from autograd.compiler.emit import Emitted
from autograd.compiler.formulas import write_call
from autograd.compiler.joining import home
from autograd.compiler.layout import Gather, Layout
from autograd.compiler.program import Leaf, Source
from autograd.compiler.script import Pass, write_script
from autograd.compiler.writer import Line
from autograd.primitive import Elementwise
from autograd.primitives.comparison import identity, stop_gradient

#: Microseconds of an array statement, of gathering for it, of each of its elements, of a term on a line of Python, of
#: a number read from an array or written to it; and what a block must replace, since a few statements read better.
_STATEMENT: Final = 0.9
_GATHERED: Final = 1.5
_ELEMENT: Final = 0.002
_TERM: Final = 0.05
_CROSSING: Final = 0.08
_BLOCK: Final = 4.0
#: What part of the statements' time lines may take.
_WORTH: Final = 0.75
#: Names that lines of Python make.
_LOCAL: Final = re.compile(r"(t|step|kept|v\d+\w*|given\d+)$")

Spot = tuple[int, int]


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
    halves = [mixer.runs(range(forward)), mixer.runs(range(forward, len(layout.statements)))]
    blocks = [run for half in halves for run in half if run.narrow]
    if not blocks:
        return emitted
    texts = iter(mixer.blocks(blocks, sum(run.narrow for run in halves[0])))
    lines = [[line for run in half for line in (next(texts) if run.narrow else mixer.plain(run))] for half in halves]
    buffers = [*emitted.buffers, f"kept = [None] * {mixer.kept_count}"] if mixer.kept_count else emitted.buffers
    return emitted._replace(lines=lines[0] + lines[1], forward=len(lines[0]), buffers=buffers)


class Run(NamedTuple):
    """Statements one after the other, and whether they become lines of Python."""

    narrow: bool
    statements: list[int]


class _Mixer:
    def __init__(self, emitted: Emitted, layout: Layout, program: Builder, kept: Collection[int]) -> None:
        self.emitted, self.layout, self.program = emitted, layout, program
        self.places = computed_places(layout, program)
        self.kept = {self._spot(place) for place in kept}
        self.writer = {self._spot(x): number for number, places in enumerate(self.places) for x in places}
        self.narrow: set[int] = set()
        self.kept_count = 0
        # What each statement reads, and who reads what each statement writes.
        self.before = dependencies(layout)
        self.readers: list[set[int]] = [set() for _ in layout.statements]
        for number, writers in enumerate(self.before):
            for writer in writers:
                self.readers[writer].add(number)

    def runs(self, numbers: range) -> list[Run]:
        """Return the statements of one pass, in runs that are worth it."""
        self.narrow |= {number for number in numbers if self._is_narrow(number)}
        plain = [Run(False, list(numbers))]
        if sum(self._cost(number) for number in numbers if number in self.narrow) < _BLOCK:
            return plain
        clustered = itertools.groupby(self._clustered(numbers), key=self.narrow.__contains__)
        groups = [(short, list(group)) for short, group in clustered]
        runs = [Run(short and self._is_worth_it(group), group) for short, group in groups]
        return runs if any(run.narrow for run in runs) else plain

    def plain(self, run: Run) -> list[Line]:
        """Return a run as array statements."""
        return [line for number in run.statements for line in self._lines(number)]

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
        statement, places = self.layout.statements[number], self.places[number]
        if not places or not self.program.batched.keys().isdisjoint(places):
            return False
        if any(self.program.primitives[place] in LEAVING for place in places):  # it sums over a batch
            return False
        if isinstance(statement.primitive, Elementwise) and write_call(statement.primitive)[2]:
            return False  # it is a function that lines would have to bring along
        if not isinstance(statement.primitive, Elementwise) and statement.primitive.name not in ("dot", "total"):
            return False
        return _TERM * self._terms([number]) < self._cost(number)

    def _clustered(self, numbers: range) -> list[int]:
        """Return statements in an order in which they can run, and that changes seldom between narrow and wide ones."""
        before = {n: self.before[n] & {*numbers} for n in numbers}
        users: dict[int, list[int]] = {}
        for number, needed in before.items():
            for writer in needed:
                users.setdefault(writer, []).append(number)
        missing = {number: len(needed) for number, needed in before.items()}
        ready: dict[bool, list[int]] = {True: [], False: []}
        for number in numbers:
            if not missing[number]:
                ready[number in self.narrow].append(number)  # in order, and so a heap
        order: list[int] = []
        short = False
        while ready[True] or ready[False]:
            short = short if ready[short] else not short
            number = heapq.heappop(ready[short])
            order.append(number)
            for user in users.get(number, ()):
                missing[user] -= 1
                if not missing[user]:
                    heapq.heappush(ready[user in self.narrow], user)
        return order

    def _is_worth_it(self, group: Sequence[int]) -> bool:
        """Tell whether lines cost less than statements; what other narrow statements read is no crossing."""
        crossing = 0
        for number in group:
            inputs = {x for place in self.places[number] for x in self.program.operands[place]}
            crossing += sum(self.writer.get(self._spot(x), -1) not in self.narrow for x in inputs if self._is_read(x))
            crossing += len(self._written([number], self.narrow))
        spent = _BLOCK + _TERM * self._terms(group) + _CROSSING * crossing
        return spent < _WORTH * sum(self._cost(number) for number in group)

    def _spot(self, place: int) -> Spot:
        """Return where a place stands: the array whose memory it is in, and the position there."""
        root, start = home(self.layout, int(self.layout.array_of[place]))
        return root, start + int(self.layout.position_of[place])

    def _is_copy(self, place: int) -> bool:
        """Tell whether a place stands where what it copies does."""
        program = self.program
        return program.primitives[place] is identity and self._spot(place) == self._spot(program.operands[place][0])

    def _is_read(self, place: int) -> bool:
        return place not in self.program.constants

    def _written(self, group: Sequence[int], blocks: set[int]) -> list[int]:
        """Return the places of a block that statements outside of all blocks read, or whoever asks for results."""
        return [
            place
            for number in group
            for place in self.places[number]
            if not self._is_copy(place) and (self._spot(place) in self.kept or not self.readers[number] <= blocks)
        ]

    # --- text --------------------------------------------------------------------------------------------------------

    def blocks(self, runs: Sequence[Run], forward: int) -> list[list[Line]]:
        """Return runs as lines of Python; the first `forward` of them are in the forward pass."""
        numbers = {number for run in runs for number in run.statements}
        inside = [sorted(place for number in run.statements for place in self.places[number]) for run in runs]
        spots = {self._spot(place) for places in inside for place in places}
        for places in inside:  # another name of a number in a block: no line, but known there
            operands = {x for place in places for x in self.program.operands[place]}
            same = {x for x in operands if self.program.primitives[x] is stop_gradient and self._spot(x) in spots}
            places[:] = sorted({*places, *same})
        sub, reads = self._with_inputs(inside, spots)
        outputs = [self._written(run.statements, numbers) for run in runs]
        script = write_script(sub, inside, outputs)
        taken = dict.fromkeys(x for p in script.passes[forward:] for x, home in p.takes.items() if home < forward)
        self.kept_count = len(taken)
        names = "".join(f"{name}, " for name in taken)
        texts = [self._text(*block) for block in zip(reads, script.passes, outputs, strict=True)]
        texts[0][:0] = [Line(f"{name} = {table}", (), "") for name, table in script.tables.items()]
        if taken:
            texts[forward - 1].append(Line(f"kept[:] = {names}", (), "for the backward pass"))
            texts[forward].insert(0, Line(f"{names}= kept", (), "from the forward pass"))
        for text in texts:
            text[0] = text[0]._replace(comment=text[0].comment or "a narrow run, on plain floats")
        return texts

    def _text(self, reads: list[Line], part: Pass, outputs: Sequence[int]) -> list[Line]:
        before = [f"{name} = {text}" for name, text in part.reads.items()]
        before += [f"{name} = [0.0] * {size}" for name, size in part.lists.items()]
        written = []
        for place, text in zip(outputs, part.results, strict=True):
            array, position = self._spot(place)
            written.append(Line(f"{{}}[{position}] = {text}", (f"{self.emitted.names[array]}.reshape(-1)",), ""))
        return [*reads, *[Line(text, (), "") for text in (*before, *part.lines)], *written]

    def _with_inputs(
        self, inside: Sequence[Sequence[int]], spots: Collection[Spot]
    ) -> tuple[Builder, list[list[Line]]]:
        """Return the program with what blocks read as elements of lists, and for each block lines that make these."""
        inputs = [
            {x for place in places for x in self.program.operands[place] if self._is_read(x)} for places in inside
        ]
        inputs = [{x for x in places if self._spot(x) not in spots} for places in inputs]
        arrays: dict[int, set[int]] = {}
        for place in set().union(*inputs):
            arrays.setdefault(self._spot(place)[0], set()).add(self._spot(place)[1])
        sub = copy.copy(self.program)
        sub.leaves, sub.sources = {}, []
        lines, ranks, numbers = {}, {}, {}
        for array, positions in sorted(arrays.items()):
            numbers[array] = len(sub.sources)
            name = f"{self.emitted.names[array]}_"
            expression, template, ranks[array] = self._list_of(array, sorted(positions))
            sub.sources.append(Source(name, (max(ranks[array].values()) + 1,)))
            lines[array] = Line(f"{name} = {template}", (expression,), "")
        for place in sorted(set().union(*inputs)):
            array, position = self._spot(place)
            sub.leaves[place] = Leaf(numbers[array], ranks[array][position])
        return sub, [[lines[array] for array in sorted({self._spot(x)[0] for x in places})] for places in inputs]

    def _list_of(self, array: int, positions: Sequence[int]) -> tuple[str, str, dict[int, int]]:
        """Return what is read of an array, how it becomes a list, and where each position is in the list."""
        flat = f"{self.emitted.names[array]}.reshape(-1)"
        start, stop = positions[0], positions[-1] + 1
        if stop - start > 4 * len(positions) + 8:
            return flat, f"{{}}[{list(positions)}].tolist()", {position: k for k, position in enumerate(positions)}
        whole = stop - start == self.layout.sizes[array]
        ranks = {position: position - start for position in positions}
        return flat if whole else f"{flat}[{start}:{stop}]", "{}.tolist()", ranks
