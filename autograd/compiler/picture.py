"""A compiled program as a picture: dozens of boxes where the scalar graph has tens of thousands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from autograd.compiler.array_replay import ArrayReplay
from autograd.compiler.replay import Replay
from autograd.visual.picture import Arrow, Box, Picture

if TYPE_CHECKING:
    from autograd.compiler.compiled import Stats

#: How many arrays a box lists at most.
_MOST_ROWS: Final = 6


class _Edge(NamedTuple):
    """An array that another is computed from, and by what."""

    source: int
    target: int
    primitive: str


def program_picture(replay: Replay, stats: Stats, title: str) -> Picture:
    """Draw the arrays of a program as boxes, and the operands of its statements as arrows.

    What only one other array is computed from is listed in the box of that one, and has none of its own.
    """
    title = re.sub(r"[<>]", "", title)
    note = f"{stats.scalar_nodes:,} scalar nodes, rolled into {replay.size_text()}"
    if not isinstance(replay, ArrayReplay):
        return Picture((Box("program", title, (("lines", f"{stats.statements:,}"),)),), (), title, (note,))
    edges = _edges(replay)
    members = _members(replay, edges)
    box_of = {array: box for box, arrays in members.items() for array in arrays}
    names = replay.emitted.names
    texts: dict[tuple[int, int], dict[str, None]] = {}
    for source, target, primitive in edges:
        if box_of[source] != box_of[target]:
            texts.setdefault((box_of[source], box_of[target]), {})[primitive] = None
    arrows = [Arrow(names[source], names[target], ", ".join(text)) for (source, target), text in texts.items()]
    made_by = {target: primitive for _, target, primitive in edges}
    boxes = [_box(replay, box, arrays, made_by) for box, arrays in members.items()]
    return Picture(tuple(boxes), tuple(arrows), title, (note,))


def _edges(replay: ArrayReplay) -> list[_Edge]:
    """Return what each array is computed from; constants are not shown."""
    edges: dict[_Edge, None] = {}
    for statement in replay.layout.statements:
        for operand in statement.operands:
            if (source := getattr(operand, "array", None)) is not None:
                edges[_Edge(source, statement.array, statement.primitive.name)] = None
    for part, (host, _) in replay.layout.homes.items():
        edges[_Edge(part, host, "part")] = None
    return list(edges)


def _members(replay: ArrayReplay, edges: list[_Edge]) -> dict[int, list[int]]:
    """Return for each array that has a box the arrays that are listed there, in order; itself is the last."""
    used = sorted({array for edge in edges for array in edge[:2]})
    users: dict[int, set[int]] = {array: set() for array in used}
    for source, target, _ in edges:
        users[source].add(target)
    shown = {element.array for element in [*replay.outputs, *[element for _, element in replay.gradients]]}
    members = {array: [array] for array in used}
    for array in used:  # operands come first
        if array >= replay.emitted.sources and array not in shown and len(users[array]) == 1:
            (user,) = users[array]
            if user in members and len(members[array]) + len(members[user]) <= _MOST_ROWS:
                members[user] = members.pop(array) + members[user]
    return members


def _box(replay: ArrayReplay, array: int, members: list[int], made_by: dict[int, str]) -> Box:
    """Return a box with the arrays it is about: what makes them, and their shapes."""
    names, shapes = replay.emitted.names, replay.emitted.shapes
    kind = "operation"
    if array < replay.emitted.sources:
        kind = "parameter" if array == 0 else "input"
    elif array in {element.array for element in replay.outputs}:
        kind = "output"
    rows = []
    for member in members:
        shape = " × ".join(map(str, shapes[member])) or "one number"
        rows.append((names[member], f"{made_by[member]}, {shape}") if member in made_by else ("shape", shape))
    if array in {element.array for _, element in replay.gradients}:
        rows.append(("is", "a gradient"))
    return Box(names[array], names[array], tuple(rows), kind)
