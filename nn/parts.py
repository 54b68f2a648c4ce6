"""What a module holds: its nodes, its arrays and the modules inside of it, found by looking at its attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Node
from autograd.pool import Members
from autograd.trees import children


class Holder:
    """What is looked into: the base of `nn.Module`."""

    # The last search stands beside the attributes, not among them: it keeps their dictionary, and a ring of the two
    # would keep the weights of a module that nobody uses any more until the garbage collector comes by.
    __slots__ = ("__dict__", "__weakref__", "_last_search")
    _last_search: Search

    def __getstate__(self) -> dict[str, Any]:
        return vars(self).copy()


def own_items(holder: Holder) -> Iterator[tuple[str, Any]]:
    """Yield (name, item) for the nodes and modules that a module holds itself, and its attributes that are arrays."""
    for name, item in list(vars(holder).items()):
        if name.startswith("_"):
            continue
        if isinstance(item, np.ndarray):
            yield name, item
        else:
            yield from _inside(item, name)


def _inside(item: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(item, Node | Holder):
        yield name, item
    else:
        for inner, child in children(item) or ():
            yield from _inside(child, f"{name}.{inner}")


def parts(holder: Holder, path: str = "", outer: tuple[Holder, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield (path, item) for all nodes, arrays and modules in a module, and in the modules there.

    What is held twice is yielded twice, by both paths. A module that stands within itself is not looked into again.
    """
    outer = (*outer, holder)
    for name, item in own_items(holder):
        inner = f"{path}.{name}" if path else name
        yield inner, item
        if isinstance(item, Holder) and not any(item is one for one in outer):
            yield from parts(item, inner, outer)


class Search:
    """The parameters that were found in a module, and what was searched: as it is, and as it was."""

    __slots__ = ("before", "found", "searched")

    def __init__(self, holder: Holder) -> None:
        found: dict[int, Any] = {}
        searched: dict[int, Any] = {}
        _collect(vars(holder), found, searched)
        self.found = Members(found.values())
        self.searched = list(searched.values())
        self.before = [container.copy() for container in self.searched]

    def holds(self) -> bool:
        """Tell whether a search would find the same."""
        try:
            return self.searched == self.before
        except ValueError:  # two arrays among the attributes do not compare to one truth value
            return False


def search(holder: Holder) -> Search:
    """Return the parameters of a module: the nodes that `parts` yields, each once; searched again after a change."""
    last: Search | None = getattr(holder, "_last_search", None)  # training loops ask for the parameters at every step
    if last is None or not last.holds():
        holder._last_search = last = Search(holder)
    return last


def _collect(container: Any, found: dict[int, Any], searched: dict[int, Any]) -> None:
    """Add the nodes inside of a container, and all containers there that can change."""
    if id(container) in searched:
        return
    if not isinstance(container, tuple):
        searched[id(container)] = container
    if isinstance(container, dict):
        items = [item for name, item in container.items() if not (isinstance(name, str) and name.startswith("_"))]
    else:
        items = container
    for item in items:
        if isinstance(item, Node):
            found[id(item)] = item
        elif isinstance(item, Holder):
            _collect(vars(item), found, searched)
        elif isinstance(item, list | tuple | dict):
            _collect(item, found, searched)
