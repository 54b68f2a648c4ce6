"""Nested containers: take the leaves out, put leaves back in.

A tree is a leaf, or a list, tuple, named tuple or dictionary of trees. Dictionaries keep their own order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from autograd.errors import ShapeError

Tree = Any
_CONTAINERS: Final = (list, tuple, dict)


def children(tree: Tree) -> list[tuple[str, Tree]] | None:
    """Return (name, subtree) for each item of a container, or None for a leaf.

    >>> children({"w": 1.0, "b": [2.0]}), children(3.0)
    ([('w', 1.0), ('b', [2.0])], None)
    """
    if isinstance(tree, dict):
        return [(str(key), item) for key, item in tree.items()]
    if isinstance(tree, list | tuple):
        return [(str(position), item) for position, item in enumerate(tree)]
    return None


def _rebuild(tree: Tree, items: list[Tree]) -> Tree:
    """Return a container like `tree` that holds `items`."""
    if isinstance(tree, dict):
        return dict(zip(tree, items, strict=True))
    if isinstance(tree, tuple):
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    return items


def walk(tree: Tree, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, leaf) for each leaf, in order; path parts are joined by dots.

    >>> list(walk({"w": [1.0, 2.0], "b": 3.0}))
    [('w.0', 1.0), ('w.1', 2.0), ('b', 3.0)]
    """
    inside = children(tree)
    if inside is None:
        yield prefix, tree
        return
    for name, item in inside:
        yield from walk(item, f"{prefix}.{name}" if prefix else name)


def leaves(tree: Tree) -> list[Any]:
    """Return the leaves of a tree, in order.

    >>> leaves({"w": [1.0, 2.0], "b": (3.0,)})
    [1.0, 2.0, 3.0]
    """
    found: list[Any] = []
    _collect(tree, found)
    return found


def _collect(tree: Tree, found: list[Any]) -> None:
    if not isinstance(tree, _CONTAINERS):
        found.append(tree)
        return
    for item in tree.values() if isinstance(tree, dict) else tree:
        _collect(item, found)


def map_leaves(function: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """Apply a function to the leaves of trees of one structure, and keep the structure.

    Raises
    ------
    ShapeError
        The trees do not have the same structure.

    >>> map_leaves(lambda x, y: x + y, [1.0, {"a": 2.0}], [10.0, {"a": 20.0}])
    [11.0, {'a': 22.0}]
    """
    if not isinstance(tree, _CONTAINERS):
        return function(tree, *others)
    if not others:
        items = tree.values() if isinstance(tree, dict) else tree
        return _rebuild(tree, [map_leaves(function, item) for item in items])
    inside = children(tree) or []
    rows = [children(other) for other in others]
    names = [name for name, _ in inside]
    for other, row in zip(others, rows, strict=True):
        if row is None or [name for name, _ in row] != names:
            raise ShapeError(f"expected the structure of {describe(tree)}, got {describe(other)}")
    aligned = zip(*([item for _, item in row] for row in (inside, *rows) if row is not None), strict=True)
    return _rebuild(tree, [map_leaves(function, *items) for items in aligned])


def describe(tree: Tree) -> str:
    """Say in a few words what a tree is, for error messages.

    >>> describe([1.0, 2.0]), describe(3.0)
    ('a list of 2 items (0, 1)', 'a float')
    """
    inside = children(tree)
    kind = type(tree).__name__
    if inside is None:
        return f"a {kind}"
    names = ", ".join(name for name, _ in inside[:6]) + (", ..." if len(inside) > 6 else "")
    return f"a {kind} of {len(inside)} items ({names})"
