"""The text of a compiled program, as a file that runs by itself."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.array_replay import ArrayReplay
from autograd.compiler.line_replay import LineReplay
from autograd.compiler.loop_text import number_text
from autograd.compiler.replay import Element, Replay
from autograd.compiler.templates import PYTHON_FUNCTIONS


def standalone(replay: Replay, title: str, values: Sequence[np.ndarray[Any, Any]], shown: int) -> str:
    """Return a program with the given numbers in its sources, which prints its first results, and gradients."""
    if isinstance(replay, LineReplay):
        return _straight(replay, title, values, shown)
    assert isinstance(replay, ArrayReplay)  # there are two forms
    emitted = replay.emitted
    backward = emitted.lines[emitted.forward :]
    texts = [line.text() for line in emitted.lines]
    shown_names = [_read(emitted.names, emitted.shapes, x) for x in replay.outputs] + [_printed_gradients(replay)]
    used = set(re.findall(r"\w+", "\n".join([*texts, *shown_names])))
    parts = [
        f'"""{title}"""',
        "import math" if any("math." in text for text in (*emitted.functions, *texts)) else "",
        "import numpy as np",
        *[text.strip("\n") for text in emitted.functions],
        _function("forward", [(line.text(), line.comment) for line in emitted.lines[: emitted.forward]]),
        _function("backward", [(line.text(), line.comment) for line in backward]) if backward else "",
        "# what the program reads",
        "\n".join(
            f"{name} = np.array({array.reshape(shape).tolist()})"
            for name, shape, array in zip(emitted.names, emitted.shapes, values, strict=False)
        ),
        "\n".join(f"{name} = np.array({array.tolist()})" for name, array in emitted.constants.items()),
        "# what it computes",
        "\n".join(_needed(emitted.buffers, used)),
        "forward()\nbackward()" if backward else "forward()",
        "\n".join(f'print("result", {_read(emitted.names, emitted.shapes, x)})' for x in replay.outputs[:shown]),
        _printed_gradients(replay),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _needed(buffers: Sequence[str], used: set[str]) -> list[str]:
    """Return the lines that make what is used, and what that is a part of."""
    needed: list[str] = []
    for buffer in reversed(buffers):
        name, _, value = buffer.partition(" = ")
        if name in used:
            needed.append(buffer)
            used.update(re.findall(r"\w+", value))
    return needed[::-1]


def _straight(replay: LineReplay, title: str, values: Sequence[np.ndarray[Any, Any]], shown: int) -> str:
    """Return a narrow program: lines of formulas, and loops."""
    script = replay.script
    forward, backward = script.passes
    sources = zip(replay.sources, values, strict=False)
    printed = [f'print("result", {text})' for text in forward.results[:shown]]
    by_source: dict[int, list[str]] = {}
    for (source, _), text in zip([key for key, _ in replay.gradients], backward.results, strict=True):
        by_source.setdefault(source, []).append(text)
    printed += [
        f'print("gradient of {replay.sources[source].name}", [{", ".join(texts)}])'
        for source, texts in by_source.items()
    ]
    kept = [f"{name} = [0.0] * {size}" for part in script.passes for name, size in part.lists.items()]
    parts = [
        f'"""{title}"""',
        "import math",
        *[PYTHON_FUNCTIONS[name].strip("\n") for name in sorted(script.functions)],
        "# what the program reads",
        "\n".join(f"{source.name} = {array.tolist()}" for source, array in sources),
        "\n".join(f"{name} = {text}" for name, text in {**forward.reads, **backward.reads}.items()),
        "\n".join(f"{name} = {_numbers(table)}" for name, table in script.tables.items()),
        "# what is kept of each step" if kept else "",
        "\n".join(kept),
        "# forward",
        "\n".join(forward.lines),
        "# backward" if backward.lines else "",
        "\n".join(backward.lines),
        "\n".join(printed),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _numbers(table: Sequence[float]) -> str:
    return f"[{', '.join(map(number_text, table))}]"


def _function(name: str, lines: Sequence[tuple[str, str]]) -> str:
    remarks = [f"{' ' * max(1, 88 - len(text))}# {comment}" if comment else "" for text, comment in lines]
    body = [f"    {text}{remark}" for (text, _), remark in zip(lines, remarks, strict=True)] or ["    pass"]
    return "\n".join([f"def {name}():", *body])


def _read(names: Sequence[str], shapes: Sequence[tuple[int, ...]], element: Element) -> str:
    if element.array < 0:
        return repr(element.constant)
    name = names[element.array]
    return f"float({name})" if not shapes[element.array] else f"{name}.reshape(-1)[{element.position}]"


def _printed_gradients(replay: ArrayReplay) -> str:
    """Write the lines that print the gradient of each source, in its order."""
    names, shapes = replay.emitted.names, replay.emitted.shapes
    by_source: dict[int, list[Element]] = {}
    for (source, _), element in replay.gradients:
        by_source.setdefault(source, []).append(element)
    return "\n".join(
        f'print("gradient of {names[source]}", {_joined(elements, names, shapes)})'
        for source, elements in by_source.items()
    )


def _joined(elements: Sequence[Element], names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> str:
    """Write elements as one array: those that follow each other in an array as a part of it."""
    parts = []
    runs = itertools.groupby(enumerate(elements), lambda pair: (pair[1].array, pair[1].position - pair[0]))
    for (array, _), run in runs:
        part = [element for _, element in run]
        if array < 0:
            parts.append(f"[{', '.join(repr(element.constant) for element in part)}]")
            continue
        start, flat = part[0].position, names[array] + ("" if len(shapes[array]) == 1 else ".reshape(-1)")
        parts.append(flat if len(part) == math.prod(shapes[array]) else f"{flat}[{start}:{start + len(part)}]")
    return parts[0] if len(parts) == 1 and parts[0][0] != "[" else f"np.concatenate([{', '.join(parts)}])"
