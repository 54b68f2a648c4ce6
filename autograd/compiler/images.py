"""Images of plain data: what numbers, text and containers of them were at a time, to tell whether they have changed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

_SCALARS: Final = (float, int, str, bytes, type(None), np.generic)


class ArrayImage:
    """An array, equal to another of the same bits: nan is nan, 0.0 is not -0.0, and an object is itself only."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = array

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ArrayImage):
            return False
        left, right = self.array, other.array
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()

    __hash__ = None  # type: ignore[assignment]


def shown(thing: Any) -> Any:
    """Return a thing in a form that compares with an `image` of it.

    >>> table = np.array([1.0, 2.0])
    >>> before = image(table)
    >>> table[1] = 3.0
    >>> shown(table) == before
    False
    """
    return ArrayImage(thing) if isinstance(thing, np.ndarray) else thing


def image(thing: Any) -> Any:
    """Return a copy of plain data, such as a list of rows of numbers; anything else as it is."""
    if isinstance(thing, np.ndarray):
        return ArrayImage(thing.copy())
    return _copied(thing) if _is_plain(thing) else thing


def _is_plain(tree: Any) -> bool:
    if isinstance(tree, list | tuple):
        return all(map(_is_plain, tree))
    if isinstance(tree, dict):
        return all(map(_is_plain, tree.values()))
    return isinstance(tree, _SCALARS)


def _copied(tree: Any) -> Any:
    if isinstance(tree, list):
        return list(map(_copied, tree))
    if isinstance(tree, tuple):
        return tuple(map(_copied, tree))
    return {key: _copied(item) for key, item in tree.items()} if isinstance(tree, dict) else tree
