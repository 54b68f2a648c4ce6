"""Read what people write gradients in: numbers, nested lists, tuples and dictionaries, arrays, nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.array_node import ArrayNode
from autograd.errors import OperandError, ShapeError
from autograd.node import Node
from autograd.trees import describe

Shape = tuple[int, ...]


def entries(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, entry) for each entry of nested containers and arrays; the path is how Python indexes it.

    >>> list(entries([1.0, {"w": (2.0, 3.0)}]))
    [('[0]', 1.0), ("[1]['w'][0]", 2.0), ("[1]['w'][1]", 3.0)]
    """
    if isinstance(tree, np.ndarray):
        tree = tree.tolist()  # the same nesting; an array of no dimensions is a number
    if isinstance(tree, ArrayNode) and tree.ndim:
        for place in np.ndindex(tree.shape):
            yield path + "".join(f"[{position}]" for position in place), tree[place]  # type: ignore[index]
        return
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from entries(item, f"{path}[{key!r}]")
    elif isinstance(tree, list | tuple):
        for position, item in enumerate(tree):
            yield from entries(item, f"{path}[{position}]")
    else:
        yield path, tree


def is_real(entry: Any) -> bool:
    """Tell whether an entry is a real number, which True and False are not here."""
    return isinstance(entry, float | int | np.floating | np.integer) and not isinstance(entry, bool)


def read_number(entry: Any, place: str) -> float:
    """Return a real number, or the number of a node, as a float.

    Raises
    ------
    OperandError
        It is something else; `place` says where it was found.

    >>> read_number(2, "dW[0]")
    2.0
    """
    if isinstance(entry, Node):
        entry = entry.data
    if is_real(entry):
        return float(entry)
    hint = "; was this gradient never computed?" if entry is None else ""
    raise OperandError(f"{place}: expected a real number, got {type(entry).__name__} {str(entry)[:60]!r}{hint}")


def read_shape(nested: Any, name: str) -> Shape:
    """Return the shape of a number, a nested list or an array.

    Raises
    ------
    ShapeError
        It is ragged, or has no entries.
    OperandError
        There is a dictionary in it.

    >>> read_shape([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "W")
    (2, 3)
    """
    if isinstance(nested, np.ndarray):
        nested = nested.tolist()
    if isinstance(nested, dict):
        raise OperandError(f"{name}: expected a number, nested lists or an array, got {describe(nested)}")
    if not isinstance(nested, list | tuple):
        return ()
    if len(nested) == 0:
        raise ShapeError(f"{name}: expected at least one number, got an empty {type(nested).__name__}")
    shapes = [read_shape(item, f"{name}[{position}]") for position, item in enumerate(nested)]
    for position, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ShapeError(
                f"{name}: ragged: {name}[0] has shape {shapes[0]} but {name}[{position}] has shape {shape}; "
                "expected rows of one length"
            )
    return (len(nested), *shapes[0])
