"""Memory: an array whose numbers nobody reads any more gives its place to a later one.

The backward pass may run again after one forward pass, so it does not write over what it reads of that pass. It does
over what only the forward pass needed, and over its own arrays.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final

from autograd.compiler.access import contiguous_steps
from autograd.compiler.joining import home
from autograd.compiler.layout import Gather, Layout, Statement, View
from autograd.compiler.templates import is_one_call
from autograd.primitives.nary import DOT

#: Smaller arrays, in elements, are left alone: they fit into the cache, and the program is easier to read.
_SMALLEST: Final = 1024


def share_memory(layout: Layout, sources: int, forward: int, kept: Collection[int]) -> None:
    """Note in `layout.reuses` which arrays take over the memory of which.

    Parameters
    ----------
    sources
        How many arrays are given; their memory is their own.
    forward
        How many statements are the forward pass.
    kept
        The arrays that are read after a run.
    """
    first, last = _lives(layout, sources, forward, kept)
    owners: dict[int, int] = {}  # of each piece of memory: the array that was made for it, and the one that is in it
    for number, statement in enumerate(layout.statements):
        root, _ = home(layout, statement.array)
        if first[root] != number or layout.sizes[root] < _SMALLEST:
            continue
        free = [owner for owner, tenant in owners.items() if last[tenant] < number]
        free += [
            owner for owner, tenant in owners.items() if last[tenant] == number and _in_place(layout, statement, tenant)
        ]
        free = [owner for owner in free if layout.sizes[owner] >= layout.sizes[root]]
        owner = min(free, key=lambda owner: layout.sizes[owner], default=root)
        if owner != root:
            layout.reuses[root] = owner
        owners[owner] = root


def _lives(layout: Layout, sources: int, forward: int, kept: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Return the first and the last statement that each piece of memory is needed by."""
    end = len(layout.statements)
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for number, statement in enumerate(layout.statements):
        root, _ = home(layout, statement.array)
        first.setdefault(root, number)
        last[root] = max(last.get(root, 0), number)
        for operand in statement.operands:
            if isinstance(operand, View | Gather) and operand.array >= sources and operand.array not in layout.given:
                root, _ = home(layout, operand.array)
                crosses = number >= forward > first[root]
                last[root] = end if crosses else max(last[root], number)
    for array in kept:
        last[home(layout, array)[0]] = end
    return first, last


def _in_place(layout: Layout, statement: Statement, tenant: int) -> bool:
    """Tell whether a statement may write over an array that it reads: each element where it is read."""
    if statement.terms is not None or statement.segments is not None or statement.start or statement.row:
        return False
    if math.prod(statement.extents) != layout.sizes[tenant] or layout.sizes[statement.array] != layout.sizes[tenant]:
        return False
    if statement.array in layout.homes or not (statement.primitive is DOT or is_one_call(statement.primitive)):
        return False
    same = (tenant, 0, statement.extents, contiguous_steps(statement.extents))
    reads = [x for x in statement.operands if isinstance(x, View | Gather) and home(layout, x.array)[0] == tenant]
    return all(isinstance(x, View) and tuple(x) == same for x in reads)
