"""Find the steps that lines repeat: what turns thousands of lines into a loop.

Lines repeat with a period if the same formulas come again, and what each reads has moved along: a number of its own
step, or of so many steps before; else something computed before the loop, which may be another in each step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.compiler.formulas import Operand
from autograd.compiler.operations import Operation

#: How many lines a loop must save, and how many steps it must have.
_LINES_SAVED: Final = 12
_STEPS: Final = 3
#: Periods are looked for by comparing so many lines; the most frequent ones are tried.
_WINDOW: Final = 6
_TRIED: Final = 8
#: From how many steps before a number may come.
_BACK: Final = 4


class Inside(NamedTuple):
    """An operand from the loop itself.

    Attributes
    ----------
    slot
        The line of the body that computes it.
    back
        How many steps before: 0 is the same step.
    initial
        What it is in the first `back` steps.
    """

    slot: int
    back: int
    initial: tuple[Operand, ...]


class Outside(NamedTuple):
    """An operand from before the loop: one for each step."""

    operands: tuple[Operand, ...]


class Loop(NamedTuple):
    """So many steps of `period` lines from line `start`; for each line of the body where its operands come from."""

    start: int
    period: int
    steps: int
    sources: tuple[tuple[Inside | Outside, ...], ...]

    @property
    def stop(self) -> int:
        """The line after the loop."""
        return self.start + self.period * self.steps


def find_loops(lines: Sequence[Operation]) -> list[Loop]:
    """Return the loops among lines, in order; the lines between them stay as they are."""
    finder = _Finder(lines)
    found: list[Loop] = []
    parts = [(0, len(lines))]
    while parts:
        start, stop = parts.pop()
        loop = finder.best(start, stop)
        if loop is not None:
            found.append(loop)
            parts += [(start, loop.start), (loop.stop, stop)]
    return sorted(found)


class _Finder:
    def __init__(self, lines: Sequence[Operation]) -> None:
        self.lines = lines
        numbers: dict[Any, int] = {}
        kinds = [numbers.setdefault((line.template, line.update), len(numbers)) for line in lines]
        self.kinds = np.array(kinds, dtype=np.uint64)
        self.line_of = {line.place: number for number, line in enumerate(lines)}

    def best(self, start: int, stop: int) -> Loop | None:
        """Return the loop that saves the most lines of a part."""
        best: Loop | None = None
        least = _LINES_SAVED
        for period in self._periods(start, stop):
            for first, last in self._runs(start, stop, period):
                if last - first < least:
                    break
                loop = self._loop(first, last, period)
                if loop is not None and (loop.steps - 1) * period >= least:
                    best, least = loop, (loop.steps - 1) * period + 1
        return best

    def _periods(self, start: int, stop: int) -> list[int]:
        """Return the distances at which the same lines come again, most frequent first."""
        size = stop - start - _WINDOW + 1
        if size < 2:
            return []
        hashes = np.zeros(size, dtype=np.uint64)
        for k in range(_WINDOW):
            hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + self.kinds[start + k : start + k + size]
        order = np.argsort(hashes, kind="stable")
        again = np.diff(hashes[order]) == 0
        periods, counts = np.unique(np.diff(order)[again], return_counts=True)
        return periods[np.argsort(-counts, kind="stable")[:_TRIED]].tolist()  # type: ignore[no-any-return]

    def _runs(self, start: int, stop: int, period: int) -> Iterator[tuple[int, int]]:
        """Yield the longest runs of lines that come again a period later, longest first."""
        alike = self.kinds[start : stop - period] == self.kinds[start + period : stop]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], alike.astype(np.int8), [0]))))
        runs = sorted(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True), key=lambda run: run[0] - run[1])
        return ((start + first, start + last) for first, last in runs[:_TRIED])

    def _loop(self, first: int, last: int, period: int) -> Loop | None:
        """Return the longest loop within a run of lines that look alike: their operands must fit, too."""
        best, start = (first, first), first
        for line in range(first, last + 1):
            if line == last or not self._moves_along(line, period, first):
                best, start = max(best, (start, line), key=lambda run: run[1] - run[0]), line + 1
        stop = best[1] + period
        # In the first step, what comes from the step before stands outside of the loop: it may look unlike the others.
        for begin in dict.fromkeys((max(first, best[0] - period), best[0])):
            count = (stop - begin) // period
            spare = (stop - begin) % period
            turns = sorted(range(begin, begin + spare + 1), key=lambda turn: self._carried(turn, period))
            for turn in turns[:1] if count >= _STEPS else ():
                sources = self._sources(turn, period, count)
                if sources is not None:
                    return Loop(turn, period, count, sources)
        return None

    def _carried(self, start: int, period: int) -> int:
        """Return how many numbers a step takes over from the one before, if steps start at this line."""
        step = self.lines[start + period : start + 2 * period]
        origins = {self._line(operand) for line in step for operand in line.operands}
        return sum(start <= origin < start + period for origin in origins)

    def _moves_along(self, line: int, period: int, first: int) -> bool:
        """Tell whether a line's operands fit those of the line a period later."""
        for this, later in zip(self.lines[line].operands, self.lines[line + period].operands, strict=True):
            here, there = self._line(this), self._line(later)
            if (here >= first or there >= first) and there - here != period and this != later:
                return False
        return True

    def _line(self, operand: Operand) -> int:
        return self.line_of.get(operand, -1) if isinstance(operand, int) else -1

    def _sources(self, start: int, period: int, count: int) -> tuple[tuple[Inside | Outside, ...], ...] | None:
        """Return where all operands come from, or None where one fits no pattern."""
        body: list[tuple[Inside | Outside, ...]] = []
        for slot in range(period):
            steps = [self.lines[start + slot + step * period].operands for step in range(count)]
            steps[0] = self._swapped(self.lines[start + slot].template, *steps[:3])
            sources = [self._source(start, period, slot, operands) for operands in zip(*steps, strict=True)]
            if None in sources:
                return None
            body.append(tuple([source for source in sources if source is not None]))
        return tuple(body)

    def _source(self, start: int, period: int, slot: int, operands: Sequence[Operand]) -> Inside | Outside | None:
        lines = [self._line(operand) for operand in operands]
        back = next((step for step, line in enumerate(lines) if line >= start), None)
        if back is None:
            return Outside(tuple(operands))
        origin = lines[back] - start
        fits = all(lines[step] == lines[back] + (step - back) * period for step in range(back, len(lines)))
        if not fits or origin >= period or back > _BACK:
            return None
        return Inside(origin, back, tuple(operands[:back]))

    @staticmethod
    def _swapped(
        template: str, first: tuple[Operand, ...], second: tuple[Operand, ...], third: tuple[Operand, ...]
    ) -> tuple[Operand, ...]:
        """Return the operands of the first step with factors swapped that stand the other way round in later steps."""
        operands = list(first)
        holes = [hole.start() for hole in re.finditer(r"\{\}", template)]
        for k in range(min(len(operands), len(holes)) - 1):
            if template[holes[k] :].startswith("{} * {}"):
                # A number that all steps read stays, and one for each step lies as far from the next as those do.
                expected = second[k] if second[k] == third[k] else 2 * second[k] - third[k]
                here, there = [x == expected for x in operands[k : k + 2]]
                if there and not here:
                    operands[k : k + 2] = operands[k + 1], operands[k]
        return tuple(operands)
