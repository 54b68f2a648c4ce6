"""What a function reads besides its arguments: closures, globals, attributes, the containers that hold its `Value`s.

A program is made for the things it was traced with. If another `Value` stands where a parameter stood, or other numbers
where a setting or a table stood, the program is one of the past, and `Watch.difference` says so.
"""

from __future__ import annotations

import functools
import pickle
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

from autograd.compiler.images import ArrayImage, image, shown
from autograd.node import Node

#: What the code calls by name: what to call it in messages, and a function that reads it.
Reader = tuple[str, Callable[[], Any]]
#: What can hold no `Value`, or is nobody's to change.
_OPAQUE: Final = (Node, ModuleType, type, BuiltinFunctionType, str, bytes, float, int, complex, np.generic)
#: Where the code stands whose own globals nobody changes.
_LIBRARY: Final = tuple([str(Path(__file__).parents[2] / package / "_")[:-1] for package in ("autograd", "nn")])
#: What lists of a million numbers are passed by on sight for.
_NUMBERS: Final = frozenset({float, int, bool, str, np.float64})
#: What is the same if it is equal. (Lists are compared by the identity of the `Value`s in them.)
_EQUAL: Final = (bool, int, float, complex, str, bytes, list, tuple, dict, ArrayImage)


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
        self.generators: list[Any] = []
        self._mentioned: set[str] = set()
        self._methods: dict[str, list[FunctionType]] = {}
        self._named: dict[int, tuple[dict[str, Any], set[str]]] = {}
        self._cells: list[tuple[str, CellType]] = []
        self._containers: list[Any] = []
        self._holders: dict[int, list[Any]] = {}
        self._leading: set[int] = set()
        self._live: list[Any] = []
        self._frozen: list[Any] = []
        self._stack = list(roots)
        self._walk()
        self._readers = self._named_things()
        self._were = [image(read()) for _, read in self._readers]

    # --- before the trace: what there is -----------------------------------------------------------------------------

    def _walk(self) -> None:
        seen: dict[int, Any] = {}
        while self._stack:
            thing = self._stack.pop()
            if id(thing) not in seen and thing is not None:
                seen[id(thing)] = thing  # kept, so that no other thing gets its id
                for inner in self._inside(thing):
                    self._holders.setdefault(id(inner), []).append(thing)
                    if not isinstance(inner, _OPAQUE):
                        self._stack.append(inner)

    def _inside(self, thing: Any) -> Iterable[Any]:
        """Return what a thing holds, and take note of where that is kept."""
        if isinstance(thing, FunctionType):
            return list(self._of_function(thing))
        if isinstance(thing, MethodType):
            self._mention({thing.__func__.__name__})
            return [thing.__func__, thing.__self__]
        if isinstance(thing, functools.partial):
            return [thing.func, *thing.args, *thing.keywords.values()]
        if isinstance(thing, random.Random) or _is_numpy_generator(thing):
            self.generators.append(thing)
            return ()
        if isinstance(thing, list | tuple | dict) or (isinstance(thing, np.ndarray) and thing.dtype == object):
            if isinstance(thing, list | tuple) and _NUMBERS.issuperset(map(type, thing)):
                return ()
            self._containers.append(thing)
            return _items(thing).values()
        return list(self._of_object(thing))

    def _of_function(self, function: FunctionType) -> Iterator[Any]:
        names = _names(function.__code__)
        self._mention(names)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if name != "__class__":
                self._cells.append((name, cell))
            yield _content(cell)
        if not function.__code__.co_filename.startswith(_LIBRARY):
            space = function.__globals__
            known = self._named.setdefault(id(space), (space, set()))[1]
            known |= {name for name in names if name in space and not isinstance(space[name], ModuleType)}
            yield from [space[name] for name in known]
        yield from function.__defaults__ or ()
        yield from (function.__kwdefaults__ or {}).values()

    def _of_object(self, thing: Any) -> Iterator[Any]:
        if hasattr(thing, "__wrapped__"):  # a compiled function: what it wraps is what matters
            yield thing.__wrapped__
            return
        if type(thing).__module__.startswith("autograd."):
            return
        if isinstance(attributes := getattr(thing, "__dict__", None), dict):
            self._containers.append(thing)
            yield from attributes.values()
        for kind in type(thing).__mro__[:-1]:
            for name, item in vars(kind).items():
                item = getattr(item, "fget", getattr(item, "__func__", item))
                if not isinstance(item, FunctionType):
                    if not name.startswith("__"):
                        yield item
                elif name in self._mentioned or (name.startswith("__") and name != "__init__"):
                    yield item
                else:  # nobody calls it, as far as is known
                    self._methods.setdefault(name, []).append(item)

    def _mention(self, names: set[str]) -> None:
        """Note that names stand in the code: methods that bear them are part of it."""
        self._mentioned |= names
        for name in names & self._methods.keys():
            self._stack += self._methods.pop(name)

    # --- after the trace: what of it matters --------------------------------------------------------------------------

    def settle(self, captured: Iterable[Node]) -> None:
        """Keep what leads to the captured nodes, and what the code mentions by name, as it is now."""
        leading: set[int] = set()
        stack: list[Any] = list(captured)
        while stack:
            for holder in self._holders.get(id(stack.pop()), ()):
                if id(holder) not in leading:
                    leading.add(id(holder))
                    stack.append(holder)
        self._leading = leading
        # What the function itself wrote to, such as a list that takes note of its calls, is not what it depends on.
        kept = [(r, was) for r, was in zip(self._readers, self._were, strict=True) if was == shown(r[1]())]
        self._readers = [(name, _showing(read)) for (name, read), _ in kept]
        self._were = [was for _, was in kept]
        for thing in self._containers:
            if id(thing) in leading and isinstance(thing, np.ndarray):
                self._readers.append(("an item of an array", thing.tolist))
                self._were.append(thing.tolist())
            elif id(thing) in leading and not isinstance(thing, tuple):
                self._live.append(thing if isinstance(thing, list | dict) else vars(thing))
        self._frozen = [thing.copy() for thing in self._live]
        self._holders, self._containers, self._methods = {}, [], {}

    def _named_things(self) -> list[Reader]:
        """Return what the code calls by name: of closures, globals, and attributes of these, and how to read each."""
        things: list[Reader] = [
            (f"{name!r} of a closure", functools.partial(_content, cell)) for name, cell in self._cells
        ]
        for space, names in self._named.values():
            things += [(f"the global {name!r}", functools.partial(space.get, name)) for name in sorted(names)]
        seen: set[int] = set()
        for _, read in things:  # grows on the way
            thing = read()
            attributes = getattr(thing, "__dict__", None)
            if id(thing) in seen or isinstance(thing, _OPAQUE) or not isinstance(attributes, dict):
                continue
            if isinstance(thing, FunctionType) or type(thing).__module__.startswith("autograd."):
                continue
            seen.add(id(thing))
            for name in sorted(attributes.keys() & self._mentioned):
                things.append((f"{name!r} of a {type(thing).__name__}", functools.partial(attributes.get, name)))
        return things

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
            now, before = _items(thing), _items(was)
            for key in [*before, *(now.keys() - before.keys())]:
                if self._matters(key, before.get(key), now.get(key)) and not _same(now.get(key), before.get(key)):
                    return f"item {key} of a {type(thing).__name__} is no longer what it was"
            self._frozen[position] = thing.copy()  # what changed matters to others
        return ""

    def _matters(self, key: Any, before: Any, now: Any) -> bool:
        return (
            key in self._mentioned or isinstance(now, Node) or isinstance(before, Node) or id(before) in self._leading
        )


def _names(code: CodeType) -> set[str]:
    """Return the names of globals and attributes in a function, and in those written inside of it."""
    inner = [_names(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*inner)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None


def _items(container: Any) -> dict[Any, Any]:
    """Return the items of a container by key or position; numbers and text among them hold nothing."""
    if isinstance(container, dict):
        return container
    return dict(enumerate(container.ravel() if isinstance(container, np.ndarray) else container))


def _same(now: Any, before: Any) -> bool:
    """Tell whether two things are one, or equal numbers, text, or lists of the same things."""
    if now is before:
        return True
    return type(now) is type(before) and isinstance(now, _EQUAL) and bool(now == before)


def _showing(read: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: shown(read())


def _is_numpy_generator(thing: Any) -> bool:
    library = sys.modules.get("numpy.random")  # importing it takes long, and without it there is no generator
    return library is not None and isinstance(thing, library.Generator | library.RandomState)


def random_states(generators: Iterable[Any]) -> list[tuple[str, bytes]]:
    """Return the state of Python's and NumPy's global generators, and of these, with what to call each."""
    states: list[tuple[str, Any]] = [("the module random", random.getstate())]
    if library := sys.modules.get("numpy.random"):
        states.append(("the module numpy.random", library.get_state()))
    for generator in generators:
        name = f"a {type(generator).__name__}"
        if isinstance(generator, random.Random):
            states.append((name, generator.getstate()))
        else:
            states.append((name, getattr(generator, "bit_generator", generator).__getstate__()))
    return [(name, pickle.dumps(state)) for name, state in states]
