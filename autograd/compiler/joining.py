"""Arrays side by side: copies that need not be made, since what they copy is computed in their place.

A sum over the steps of a recurrence reads one array for each step. The builder asks for copies of them in a row, so
that the sum is one matrix product; here the arrays of the steps become parts of the array that was to hold the copies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.compiler.access import contiguous_steps
from autograd.primitives.comparison import identity

if TYPE_CHECKING:
    from autograd.compiler.layout import Layout, Statement


def join_arrays(layout: Layout, sources: int) -> None:
    """Let arrays that are copied whole live where their copies were to be, and drop the statements that copy them.

    Where an array is copied to several places, it goes to the one where the most arrays meet. Copies that stand side by
    side in each sample of a batch are left alone: there no array stands whole.

    Parameters
    ----------
    sources
        How many arrays are given, and cannot be moved; they come first.
    """
    hosts: dict[int, list[Statement]] = {}
    for statement in layout.statements:
        if statement.primitive is identity and not statement.row:
            hosts.setdefault(statement.array, []).append(statement)
    dropped: set[tuple[int, int]] = set()
    for host in sorted(hosts, key=lambda host: -len(hosts[host])):
        dropped.update((host, start) for start in _join(layout, sources, host, hosts[host]))
    layout.statements[:] = [x for x in layout.statements if (x.array, x.start) not in dropped]


def home(layout: Layout, array: int) -> tuple[int, int]:
    """Return the array whose memory an array lives in, and where it starts there."""
    start = 0
    while array in layout.homes:
        array, offset = layout.homes[array]
        start += offset
    return array, start


def _join(layout: Layout, sources: int, host: int, copies: Sequence[Statement]) -> list[int]:
    """Give arrays a home in a host, or the host one in another; return the starts of the copies that this saves."""
    copied = [_copied(layout, statement, sources) for statement in copies]
    root, offset = home(layout, copied[0])
    if root != copied[0] and _follow(layout, copied, root, offset) == len(copied):
        layout.homes[host] = (root, offset)  # they stand side by side already
        return [statement.start for statement in copies]
    saved: list[int] = []
    number = 0
    while number < len(copied):
        root, offset = home(layout, copied[number])
        count = _follow(layout, copied[number:], root, 0) if root >= 0 and offset == 0 else 0
        if count and sum(layout.sizes[x] for x in copied[number : number + count]) == layout.sizes[root]:
            layout.homes[root] = (host, copies[number].start)
            saved += [statement.start for statement in copies[number : number + count]]
        number += count or 1
    return saved


def _copied(layout: Layout, copy: Statement, sources: int) -> int:
    """Return the array that a statement copies whole, or -1."""
    (operand,) = copy.operands
    array, offset = getattr(operand, "array", -1), getattr(operand, "offset", -1)
    movable = array >= sources and array not in layout.given
    whole = movable and offset == 0 and math.prod(copy.extents) == layout.sizes[array]
    return array if whole and getattr(operand, "steps", None) == contiguous_steps(copy.extents) else -1


def _follow(layout: Layout, arrays: Sequence[int], root: int, start: int) -> int:
    """Return how many arrays in a row live one after the other in a root, from a start on."""
    for count, array in enumerate(arrays):
        if array < 0 or home(layout, array) != (root, start):
            return count
        start += layout.sizes[array]
    return len(arrays)
