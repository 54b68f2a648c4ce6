"""The same operation on the arrays of several steps, as one statement.

Steps of a recurrence are roles of their own, for each depends on the one before. But much of their backward pass does
not: 1 - tanh(x)**2 can be computed for all steps at once, where the arrays stand side by side or can be put there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from autograd.compiler.joining import home
from autograd.compiler.layout import Constants, Gather, Layout, Operand, Statement, View
from autograd.primitive import Variadic
from autograd.primitives.comparison import identity

#: From so many statements on, one is written for all of them.
_FEWEST: Final = 3
#: Larger arrays, in elements, would leave the cache before they are used.
_LARGEST: Final = 4096


class _Member(NamedTuple):
    """A statement that may be merged with others, and its number."""

    number: int
    statement: Statement


def merge_statements(layout: Layout, sources: int, forward: int) -> int:
    """Write statements that do the same to arrays side by side as one; return how many make the forward pass.

    Parameters
    ----------
    sources
        How many arrays are given, and cannot be moved.
    forward
        How many statements make the forward pass.
    """
    done: set[int] = set()
    while (group := _next_group(layout, sources, forward, done)) is not None:
        numbers = {member.number for member in group}
        merged = _merged(layout, sources, [member.statement for member in group])
        if merged is None:
            done.add(id(group[0].statement))
            continue
        first = min(numbers)
        forward -= sum(number < forward for number in numbers) - (first < forward)
        layout.statements[first] = merged
        layout.statements[:] = [x for n, x in enumerate(layout.statements) if n == first or n not in numbers]
    return forward


def _next_group(layout: Layout, sources: int, forward: int, done: set[int]) -> list[_Member] | None:
    """Return the first statements that are alike, and can run where the first of them stands."""
    groups: dict[Any, list[_Member]] = {}
    written: dict[int, int] = {}
    for number, statement in enumerate(layout.statements):
        if _is_small_and_whole(layout, statement):
            forms = [_form(layout, operand) for operand in statement.operands]
            key = (number < forward, statement.primitive, statement.extents, *forms)
            groups.setdefault(key, []).append(_Member(number, statement))
        written[home(layout, statement.array)[0]] = written[statement.array] = number
    for group in groups.values():
        first = group[0].number
        ready = [
            x for x in group if all(_written(layout, written, x, operand) < first for operand in x.statement.operands)
        ]
        if len(ready) >= _FEWEST and id(ready[0].statement) not in done:
            return ready
    return None


def _is_small_and_whole(layout: Layout, statement: Statement) -> bool:
    """Tell whether a statement computes each element of one array by itself, from views."""
    if statement.terms is not None or statement.segments is not None or statement.row:
        return False
    if statement.primitive is identity:
        return False
    size = layout.sizes[statement.array]
    elementwise = not isinstance(statement.primitive, Variadic) or len(statement.operands) == 2
    views = all(isinstance(x, View) or (isinstance(x, Constants) and not x.numbers.shape) for x in statement.operands)
    return elementwise and views and 1 < size <= _LARGEST and math.prod(statement.extents) == size


def _form(layout: Layout, operand: Operand) -> Any:
    """Return what has to be the same for operands to be read as one: their steps, and the memory that they share."""
    if isinstance(operand, View):
        return operand.steps, home(layout, operand.array)[0] if operand.array in layout.homes else -1
    assert isinstance(operand, Constants)
    return operand.numbers.tobytes()


def _written(layout: Layout, written: dict[int, int], member: _Member, operand: Operand) -> int:
    """Return the number of the statement that wrote an operand last, before the member reads it."""
    if not isinstance(operand, View | Gather):
        return -1
    return written.get(operand.array, written.get(home(layout, operand.array)[0], -1))


def _merged(layout: Layout, sources: int, statements: Sequence[Statement]) -> Statement | None:
    """Return one statement for all, with the arrays it needs side by side; None if they cannot be."""
    columns = list(zip(*[x.operands for x in statements], strict=True))
    results = [x.out for x in statements]
    free = [_are_free(layout, sources, column) for column in (*columns, results)]
    order = sorted(
        range(len(statements)),
        key=lambda n: [_place(layout, c[n]) for c, f in zip(columns, free, strict=False) if not f],
    )
    columns = [[column[n] for n in order] for column in columns]
    results = [results[n] for n in order]
    moves = [0 if f else _distance(layout, column) for column, f in zip((*columns, results), free, strict=True)]
    if None in moves or all(move == 0 and not f for move, f in zip(moves, free, strict=True)):
        return None
    if not free[-1] and moves[-1] != layout.sizes[results[0].array]:
        return None
    arrays = {tuple([x.array for x in c]) for c, f in zip((*columns, results), free, strict=True) if f}
    if len({x for column in arrays for x in column}) < sum(map(len, arrays)):
        return None  # one array would have to be in two places
    operands = tuple([_all(layout, c, f, move) for c, f, move in zip(columns, free, moves, strict=False)])
    out = _all(layout, results, free[-1], moves[-1])
    assert isinstance(out, View)
    return Statement(statements[0].primitive, out.array, out.offset, out.extents, None, operands)


def _are_free(layout: Layout, sources: int, column: Sequence[Operand]) -> bool:
    """Tell whether operands are different arrays, read whole, that may be put side by side."""
    if not all(isinstance(x, View) and x.array >= sources and x.offset == 0 for x in column):
        return False
    arrays = [x.array for x in column if isinstance(x, View)]
    if not layout.given.keys().isdisjoint(arrays):
        return False
    hosts = {host for host, _ in layout.homes.values()}
    apart = len(set(arrays)) == len(arrays) and not any(x in layout.homes or x in hosts for x in arrays)
    return apart and len({layout.sizes[array] for array in arrays}) == 1


def _place(layout: Layout, operand: Operand) -> tuple[int, int]:
    """Return where an operand starts: the array whose memory it is in, and the position there."""
    if not isinstance(operand, View):
        return (-1, 0)
    root, start = home(layout, operand.array)
    return root, start + operand.offset


def _distance(layout: Layout, column: Sequence[Operand]) -> int | None:
    """Return how far each operand stands from the one before, if in one array and evenly spaced."""
    places = [_place(layout, operand) for operand in column]
    distances = {b - a for (_, a), (_, b) in pairwise(places)}
    return distances.pop() if len({root for root, _ in places}) == 1 and len(distances) == 1 else None


def _all(layout: Layout, column: Sequence[Operand], free: bool, move: int | None) -> Operand:
    """Return the operands of all statements as one, after setting their arrays side by side where they are free."""
    first = column[0]
    if not isinstance(first, View):
        return first
    size = layout.sizes[first.array]
    if free and first.array not in layout.homes:
        host = len(layout.sizes)
        layout.sizes.append(size * len(column))
        layout.shapes.append((len(column), *layout.shapes[first.array]))
        for number, operand in enumerate(column):
            assert isinstance(operand, View)
            layout.homes[operand.array] = (host, number * size)
        return View(host, 0, (len(column), *first.extents), (size, *first.steps))
    root, start = _place(layout, first)
    return View(root, start, (len(column), *first.extents), (size if free else move or 0, *first.steps))
