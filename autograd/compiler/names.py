"""Names for arrays, from the labels of the numbers in them."""

from __future__ import annotations

import builtins
import functools
import keyword
import math
import re
from collections.abc import Sequence, Set
from typing import Final

from autograd.compiler.templates import FUNCTIONS, PYTHON_FUNCTIONS
from autograd.primitive import registry

#: What emitted programs call things of their own, other than functions.
_OWN: Final = frozenset({"np", "math", "forward", "backward", "first", "second", "saved", "kept", "memory", "out"})
#: What they number: `v3`, `part1`; and what each primitive computes: `exp1`, `d_exp1`.
_NUMBERED: Final = (
    "v", "data", "factors", "gathered", "given", "joined", "number", "ones", "part", "parts", "positions", "products",
    "starts", "view",
)  # fmt: skip


def identifier(name: str, names: Set[str], taken: Set[str]) -> str:
    """Return a name as one that Python accepts, that no emitted program uses itself, and that is not taken.

    Parameters
    ----------
    names
        All names asked for: elements of `x` may be called `x_0`, so that another `x_0` would be in the way.

    >>> [identifier(name, {"a", "a_1"}, {"a"}) for name in ("learning rate", "class", "np", "exp1", "a", "a_1")]
    ['learning_rate', 'class_in', 'np_in', 'exp1_in', 'a_in', 'a_1_in']
    """
    name = re.sub(r"\W", "_", name, flags=re.ASCII).rstrip("_") or "values"
    name = f"p_{name}" if name[0].isdigit() else name
    whole = re.sub(r"_\d+$", "", name)
    if not _is_own(name) and name not in taken and (whole == name or whole not in names):
        return name
    count = 1
    while (found := f"{name}_in{count if count > 1 else ''}") in taken:
        count += 1
    return found


def _is_own(name: str) -> bool:
    """Tell whether a program may use a name itself."""
    if name in _OWN or keyword.iskeyword(name) or hasattr(builtins, name):
        return True
    return name in FUNCTIONS or name in PYTHON_FUNCTIONS or bool(_numbered().fullmatch(name))


@functools.cache
def _numbered() -> re.Pattern[str]:
    return re.compile(rf"(d_)?({'|'.join([*_NUMBERED, *registry])})\d+s?(_\d+)*")


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
