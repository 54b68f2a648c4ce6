"""A compiled program as a picture: dozens of boxes where the scalar graph has tens of thousands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd.compiler.replay import ArrayReplay, Replay
from autograd.visual.picture import Arrow, Box, Picture

if TYPE_CHECKING:
    from autograd.compiler.compiled import Stats


def program_picture(replay: Replay, stats: Stats, title: str) -> Picture:
    """Draw each array of a program as a box, and each operand of a statement as an arrow."""
    note = f"{stats.scalar_nodes:,} scalar nodes, rolled into {stats.statements:,} array statements"
    if not isinstance(replay, ArrayReplay):
        lines = f"{stats.scalar_nodes:,} scalar nodes, written as {stats.statements:,} lines of Python"
        return Picture((Box("program", title, (("lines", f"{stats.statements:,}"),)),), (), title, (lines,))
    emitted = replay.emitted
    sources = emitted.sources
    results = {element.array for element in replay.outputs}
    gradients = {element.array for _, element in replay.gradients}
    boxes, arrows = [], []
    for array, (name, shape) in enumerate(zip(emitted.names, emitted.shapes, strict=True)):
        kind = "operation"
        if array < sources:
            kind = "parameter" if array == 0 else "input"
        elif array in results:
            kind = "output"
        rows = [("shape", " × ".join(map(str, shape)) or "one number")]
        if array in gradients:
            rows.append(("is", "a gradient"))
        boxes.append(Box(name, name, tuple(rows), kind))
    for statement in replay.layout.statements:
        for source in dict.fromkeys(getattr(operand, "array", None) for operand in statement.operands):
            if source is not None:
                arrow = Arrow(emitted.names[source], emitted.names[statement.array], statement.primitive.name)
                if arrow not in arrows:
                    arrows.append(arrow)
    arrows += [
        Arrow(emitted.names[part], emitted.names[host], "part") for part, (host, _) in replay.layout.homes.items()
    ]
    used = {name for arrow in arrows for name in (arrow.source, arrow.target)}
    return Picture(tuple(box for box in boxes if box.id in used), tuple(arrows), re.sub(r"[<>]", "", title), (note,))
