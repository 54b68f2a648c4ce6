"""Names for arrays, from the labels of the numbers in them."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Sequence


def arrange_labels(labels: Sequence[str]) -> list[tuple[str, tuple[int, ...], list[str]]]:
    """Group labels into arrays: return (name, shape, labels in order) for each.

    Labels that differ in their numbers only belong together if the numbers fill a grid, else they are parted by the
    first number.

    >>> arrange_labels(["layers.0.neurons.0.w.0", "layers.0.neurons.1.w.0", "layers.0.neurons.0.b", "bias"])
    [('layers_0_w', (2, 1), ['layers.0.neurons.0.w.0', 'layers.0.neurons.1.w.0']), ...
    """
    patterns: dict[str, list[str]] = {}
    for label in labels:
        patterns.setdefault(re.sub(r"(?<![^.])\d+(?![^.])", "*", label), []).append(label)
    arrays = [array for pattern, group in patterns.items() for array in _grids(pattern, group, 0)]
    taken: dict[str, int] = {}
    named = []
    for name, shape, group in arrays:
        taken[name] = taken.get(name, 0) + 1
        named.append((name if taken[name] == 1 else f"{name}_{taken[name]}", shape, group))
    return named


def _grids(pattern: str, labels: list[str], fixed: int) -> list[tuple[str, tuple[int, ...], list[str]]]:
    """Return the grids that labels of one pattern fill, with their first `fixed` numbers given."""
    indices = {label: _numbers(label) for label in labels}
    ordered = sorted(labels, key=indices.__getitem__)
    axes = [sorted(set(axis)) for axis in zip(*indices.values(), strict=True)][fixed:]
    if math.prod(map(len, axes)) == len(labels) and (fixed or not _varied_layers(pattern, axes)):
        return [(_name(pattern, indices[ordered[0]], fixed), tuple(map(len, axes)), ordered)]
    parts: dict[tuple[int, ...], list[str]] = {}
    for label in ordered:
        parts.setdefault(indices[label][: fixed + 1], []).append(label)
    return [grid for part in parts.values() for grid in _grids(pattern, part, fixed + 1)]


def _varied_layers(pattern: str, axes: list[list[int]]) -> bool:
    # Layers of one shape fill a grid too, but a reader wants a matrix for each.
    return pattern.startswith("layers.*") and len(axes) > 1


def _numbers(label: str) -> tuple[int, ...]:
    return tuple([int(part) for part in label.split(".") if part.isdigit()])


def _name(pattern: str, numbers: tuple[int, ...], fixed: int) -> str:
    """Return a name such as layers_0_w for layers.*.neurons.*.w.* with one number fixed."""
    given = iter([str(number) for number in numbers[:fixed]])
    parts = [next(given, "*") if part == "*" else part for part in pattern.split(".")]
    last = max([place for place, part in enumerate(parts) if part != "*"], default=-1)
    kept = [
        part
        for place, part in enumerate(parts)
        if part != "*" and (place == last or parts[place + 1 : place + 2] != ["*"])
    ]
    name = re.sub(r"\W", "_", "_".join(kept), flags=re.ASCII) or "values"
    return f"p_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name
