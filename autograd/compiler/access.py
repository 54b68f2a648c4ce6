"""Recover loops from lists of positions: what makes a strided view out of scalar accesses.

If the operands of a statement's places stand at positions `offset + i * a + j * b + ...`, for i, j, ... running
through a rectangle in order, each operand is a view of its array with strides a, b, ... (0: broadcast).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

Positions = np.ndarray[Any, np.dtype[np.int64]]


class Nest(NamedTuple):
    """Loops, outermost first: their extents, and for each operand where it starts and how far each loop moves it."""

    extents: tuple[int, ...]
    offsets: tuple[int, ...]
    steps: tuple[tuple[int, ...], ...]


def find_nest(positions: Positions) -> Nest | None:
    """Return the loops that run through positions of shape (operands, places), or None if there are none.

    >>> find_nest(np.array([[0, 0, 0, 1, 1, 1], [5, 7, 9, 5, 7, 9]]))
    Nest(extents=(2, 3), offsets=(0, 5), steps=((1, 0), (0, 2)))
    """
    extents: list[int] = []
    steps: list[Positions] = []
    offsets = tuple(positions[:, 0].tolist())
    count = positions.shape[1]
    while count > 1:
        differences = np.diff(positions, axis=1)
        changes = (differences != differences[:, :1]).any(axis=0)
        extent = int(changes.argmax()) + 1 if changes.any() else count
        step = differences[:, 0]
        if count % extent:
            return None
        rows = positions.reshape(len(positions), count // extent, extent)
        if (rows != rows[:, :, :1] + step[:, None, None] * np.arange(extent)).any():
            return None
        extents.append(extent)
        steps.append(step)
        positions = rows[:, :, 0]
        count //= extent
    columns = tuple([tuple([int(step[operand]) for step in reversed(steps)]) for operand in range(len(positions))])
    return Nest(tuple(reversed(extents)), offsets, columns)


def around(nest: Nest, extent: int, steps: Sequence[int]) -> Nest:
    """Return loops with another one around them: that of the samples of a batch.

    >>> around(Nest((3,), (0, 5), ((1,), (0,))), 4, [3, 2])
    Nest(extents=(4, 3), offsets=(0, 5), steps=((3, 1), (2, 0)))
    """
    return Nest((extent, *nest.extents), nest.offsets, tuple([(s, *x) for s, x in zip(steps, nest.steps, strict=True)]))


def merged(nest: Nest) -> Nest:
    """Return loops with the first two as one, where all operands move through both evenly.

    >>> merged(Nest((4, 3), (0, 5), ((3, 1), (0, 0))))
    Nest(extents=(12,), offsets=(0, 5), steps=((1,), (0,)))
    """
    if len(nest.extents) < 2 or any(x[0] != x[1] * nest.extents[1] for x in nest.steps):
        return nest
    extents = (nest.extents[0] * nest.extents[1], *nest.extents[2:])
    return merged(Nest(extents, nest.offsets, tuple([x[1:] for x in nest.steps])))


def find_inner_nest(tables: Positions) -> Nest | None:
    """Return the loops along the last axis of positions of shape (operands, places, terms).

    They must be the same for every place: then the terms of each place's sum are a view, too.
    """
    relative = tables - tables[:, :, :1]
    if (relative != relative[:, :1]).any():
        return None
    return find_nest(relative[:, 0])


def contiguous_steps(extents: tuple[int, ...]) -> tuple[int, ...]:
    """Return how far each loop moves through an array of this shape, whose last axis is contiguous.

    >>> contiguous_steps((4, 3, 2))
    (6, 2, 1)
    """
    steps = [1] * len(extents)
    for axis in range(len(extents) - 2, -1, -1):
        steps[axis] = steps[axis + 1] * extents[axis + 1]
    return tuple(steps)


def index_expression(
    shape: tuple[int, ...], offset: int, extents: tuple[int, ...], steps: tuple[int, ...], full: Collection[int] = ()
) -> str | None:
    """Return NumPy indexing that turns an array of `shape` into a view, or None where only strides can say it.

    A loop that does not move becomes an axis of extent 1, to be broadcast; not so the loops in `full`.

    >>> index_expression((16, 2), 0, (100, 2, 16), (0, 1, 2))
    '.T[None]'
    >>> index_expression((100, 2), 1, (100,), (2,))
    '[:, 1]'
    """
    if not shape:
        return "" if not extents else ("[None]" if extents == (1,) else None)
    strides = contiguous_steps(shape)
    start = [int(i) for i in np.unravel_index(offset, shape)]
    parts: list[str] = [str(i) for i in start]
    axes: list[int | None] = []
    for loop, (extent, step) in enumerate(zip(extents, steps, strict=True)):
        if step == 0 and extent > 1 and loop in full:
            return None
        if step == 0 or extent == 1:
            axes.append(None)
            continue
        moved = _axis_of(step, extent, shape, strides, start, axes)
        if moved is None:
            return None
        parts[moved] = _slice(start[moved], extent, step // strides[moved], shape[moved])
        axes.append(moved)
    return _indexing(parts) + _rearranged(axes)


def dense_expression(
    shape: tuple[int, ...], offset: int, extents: tuple[int, ...], steps: tuple[int, ...], full: Collection[int] = ()
) -> str | None:
    """Return NumPy indexing and reshaping for a view without gaps, or None if it has some.

    >>> dense_expression((40,), 8, (16, 2), (1, 16))
    '[8:40].reshape(2, 16).T'
    """
    moving = [loop for loop, (extent, step) in enumerate(zip(extents, steps, strict=True)) if step and extent > 1]
    if any(extents[loop] > 1 and loop not in moving for loop in full):
        return None
    moving.sort(key=lambda loop: -steps[loop])
    sizes = tuple([extents[loop] for loop in moving])
    if not sizes or tuple([steps[loop] for loop in moving]) != contiguous_steps(sizes):
        return None
    count, size = math.prod(sizes), math.prod(shape)
    text = "" if len(shape) == 1 or sizes == shape or (count == size and len(sizes) > 1) else ".reshape(-1)"
    if count < size:
        text += f"[{offset}:{offset + count}]"
    if len(sizes) > 1 and sizes != shape:
        text += f".reshape{sizes}"
    return text + _rearranged([moving.index(loop) if loop in moving else None for loop in range(len(extents))])


def _axis_of(
    step: int, extent: int, shape: tuple[int, ...], strides: tuple[int, ...], start: list[int], taken: list[int | None]
) -> int | None:
    """Return the axis of an array that a loop with this step moves along."""
    for axis, stride in enumerate(strides):
        if axis in taken or step % stride:
            continue
        last = start[axis] + (extent - 1) * (step // stride)
        if 0 <= last < shape[axis]:
            return axis
    return None


def _slice(start: int, extent: int, step: int, size: int) -> str:
    stop = start + extent * step
    if step == 1 and start == 0 and extent == size:
        return ":"
    if step == 1:
        return f"{start}:{stop}"
    if step > 0:
        return f"{start or ''}:{'' if stop >= size else stop}:{step}"
    return f"{'' if start == size - 1 else start}:{'' if stop < 0 else stop}:{step}"


def _indexing(parts: list[str]) -> str:
    if parts and not any(":" in part for part in parts):
        parts.append("...")  # a view of one element, not its number
    while parts and parts[-1] == ":":
        parts.pop()
    return f"[{', '.join(parts)}]" if parts else ""


def _rearranged(axes: list[int | None]) -> str:
    """Write the transposition and the broadcast axes."""
    kept = [axis for axis in axes if axis is not None]
    ranks = [sorted(kept).index(axis) for axis in kept]
    text = ""
    if ranks != sorted(ranks):
        text = ".T" if ranks == sorted(ranks, reverse=True) else f".transpose({', '.join(map(str, ranks))})"
    if None in axes:
        marks = ["None" if axis is None else ":" for axis in axes]
        while marks and marks[-1] == ":":
            marks.pop()
        text += f"[{', '.join(marks)}]"
    return text
