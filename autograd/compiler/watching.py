"""What a function reads besides its arguments: closures, globals, attributes, the containers that hold its `Value`s.

A program is made for the things it was traced with. If another `Value` stands where a parameter stood, or other numbers
where a setting or a table stood, the program is one of the past, and `Watch.difference` says so.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from autograd.compiler.images import ArrayImage, holds_arrays, image, shown, shown_deeply
from autograd.compiler.reach import Reach, Reader, items_of
from autograd.node import Node

#: Images of what can change and stay the same thing.
_CHANGING: Final = (list, dict, set, deque, ArrayImage)
#: What is the same if it is equal. (Lists are compared by the identity of the `Value`s in them.)
_EQUAL: Final = (bool, int, float, complex, str, bytes, list, tuple, dict, set, deque, ArrayImage)


class Watch:
    """The things that a function reaches, as they were when it was traced.

    >>> from autograd import Value
    >>> weights = [Value(1.0), Value(2.0)]
    >>> watch = Watch([lambda x: sum(w * x for w in weights)])
    >>> watch.settle(weights)
    >>> watch.difference()
    ''
    >>> weights[0] = Value(3.0)
    >>> watch.difference()
    'item 0 of a list is no longer what it was'
    """

    def __init__(self, roots: Iterable[Any]) -> None:
        self._reach = Reach(roots)
        self.generators = self._reach.generators
        self._mentioned = self._reach.mentioned
        self._leading: set[int] = set()
        self._live: list[Any] = []
        self._frozen: list[Any] = []
        self._written: list[set[Any]] = []
        self._before = {id(thing): _copied(thing) for thing in self._reach.containers}
        self._readers: list[Reader] = self._reach.named_things()
        self._were = [image(read()) for _, read in self._readers]

    # --- after the trace: what of it matters --------------------------------------------------------------------------

    def settle(self, captured: Iterable[Node]) -> None:
        """Keep what leads to the captured nodes, and what the code mentions by name, as it is now."""
        captured, reach = list(captured), self._reach
        leading: set[int] = set()
        stack: list[Any] = list(captured)
        while stack:
            for holder in reach.holders.get(id(stack.pop()), ()):
                if id(holder) not in leading:
                    leading.add(id(holder))
                    stack.append(holder)
        self._leading = leading
        self._settle_readers()
        alive = {id(node) for node in captured}
        for thing in reach.containers:
            if id(thing) in leading and isinstance(thing, np.ndarray):
                self._readers.append(("an item of an array", thing.tolist))
                self._were.append(thing.tolist())
            elif id(thing) in leading and not isinstance(thing, tuple):
                live = thing if isinstance(thing, list | dict) else vars(thing)
                now, before = items_of(live), items_of(self._before[id(thing)])
                self._live.append(live)
                self._written.append(
                    {
                        key
                        for key, item in now.items()
                        if item is not before.get(key) and id(item) not in alive and id(item) not in leading
                    }
                )
        self._frozen = [thing.copy() for thing in self._live]
        self._before, self._reach = {}, Reach(())

    def _settle_readers(self) -> None:
        """Keep the readers of what the function depends on, with a look at each that finds what has changed."""
        # What the function itself wrote to, such as a list that takes note of its calls, is not what it depends on.
        readers, self._readers, images, self._were = self._readers, [], self._were, []
        for place, ((name, read), was) in enumerate(zip(readers, images, strict=True)):
            thing, owner, deep = read(), self._reach.owners.get(place), holds_arrays(was)
            show = shown_deeply if deep else shown
            # An object that leads to a captured node is compared itself, and so are containers that do.
            compared = not deep and id(thing) in self._leading and isinstance(thing, list | dict | tuple)
            owner_compared = id(owner) in self._leading and hasattr(owner, "__dict__")
            if was != show(thing) or (owner_compared and (compared or not isinstance(was, _CHANGING))):
                continue
            was = thing if compared else was
            self._readers.append((name, functools.partial(_shown_by, read, show)))
            self._were.append(was)

    # --- at each call: whether it is still the same -------------------------------------------------------------------

    def difference(self) -> str:
        """Say what is no longer as it was when the function was traced; empty if nothing is."""
        try:
            if self._live == self._frozen and [read() for _, read in self._readers] == self._were:
                return ""
        except ValueError:  # two arrays do not compare to one truth value
            pass
        for (name, read), was in zip(self._readers, self._were, strict=True):
            if not _same(read(), was):
                return f"{name} is no longer what it was"
        for position, (thing, was) in enumerate(zip(self._live, self._frozen, strict=True)):
            if thing == was:
                continue
            now, before = items_of(thing), items_of(was)
            for key in [*before, *(now.keys() - before.keys())]:
                if key in self._written[position]:
                    continue
                if self._matters(key, before.get(key), now.get(key)) and not _same(now.get(key), before.get(key)):
                    return f"item {key} of a {type(thing).__name__} is no longer what it was"
            self._frozen[position] = thing.copy()  # what changed matters to others
        return ""

    def _matters(self, key: Any, before: Any, now: Any) -> bool:
        return (
            key in self._mentioned or isinstance(now, Node) or isinstance(before, Node) or id(before) in self._leading
        )


def _same(now: Any, before: Any) -> bool:
    """Tell whether two things are one, or equal numbers, text, or lists of the same things."""
    if now is before:
        return True
    try:
        return type(now) is type(before) and isinstance(now, _EQUAL) and bool(now == before)
    except ValueError:  # an array among the items
        return False


def _shown_by(read: Callable[[], Any], show: Callable[[Any], Any]) -> Any:
    return show(read())


def _copied(container: Any) -> Any:
    """Return a copy of a container, or of the attributes of an object."""
    if isinstance(container, tuple):
        return container
    return (container if isinstance(container, list | dict | np.ndarray) else vars(container)).copy()
