"""Images of data: what numbers, text and containers were at a time, to tell whether they have changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import numpy as np

_HOLDING: Final = (list, tuple, dict, set, deque, np.ndarray)


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
    """Return a thing in a form that compares with an `image` of it; for containers that hold arrays see `shown_deeply`.

    >>> table = np.array([1.0, 2.0])
    >>> before = image(table)
    >>> table[1] = 3.0
    >>> shown(table) == before
    False
    """
    return ArrayImage(thing) if isinstance(thing, np.ndarray) else thing


def shown_deeply(thing: Any) -> Any:
    """Return a thing with the arrays in its containers in a form that compares with an `image` of it."""
    return _mapped(thing, ArrayImage)


def image(thing: Any) -> Any:
    """Return a copy of containers and arrays, such as a list of rows of numbers, with everything else as it is."""
    return _mapped(thing, lambda array: ArrayImage(array.copy()))


def holds_arrays(tree: Any) -> bool:
    """Tell whether an `image` is one of a container with arrays."""
    if isinstance(tree, dict):
        return any(isinstance(item, ArrayImage) or holds_arrays(item) for item in tree.values())
    return isinstance(tree, list | tuple) and any(isinstance(item, ArrayImage) or holds_arrays(item) for item in tree)


def _mapped(tree: Any, of_array: Callable[[Any], Any]) -> Any:
    if isinstance(tree, np.ndarray):
        return of_array(tree)
    if isinstance(tree, list):
        return [_mapped(item, of_array) if isinstance(item, _HOLDING) else item for item in tree]
    if isinstance(tree, tuple):
        return tuple([_mapped(item, of_array) if isinstance(item, _HOLDING) else item for item in tree])
    if isinstance(tree, dict):
        return {key: _mapped(item, of_array) if isinstance(item, _HOLDING) else item for key, item in tree.items()}
    return tree.copy() if isinstance(tree, set | deque) else tree
