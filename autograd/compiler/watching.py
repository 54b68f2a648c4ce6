"""What a function reads besides its arguments: closures, globals, attributes, the containers that hold its `Value`s.

A program is made for the things it was traced with. If another `Value` stands where a parameter stood, or other numbers
where a setting or a table stood, the program is one of the past, and `Watch.difference` says so.
"""

from __future__ import annotations

import functools
import pickle
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final

import numpy as np

from autograd.compiler.images import ArrayImage, holds_arrays, image, shown, shown_deeply
from autograd.compiler.symbols import LIBRARY
from autograd.node import Node

#: What the code calls by name: what to call it in messages, and a function that reads it.
Reader = tuple[str, Callable[[], Any]]
#: What can hold no `Value`, or is nobody's to change.
_OPAQUE: Final = (Node, ModuleType, type, BuiltinFunctionType, str, bytes, float, int, complex, np.generic)
#: What lists of a million numbers are passed by on sight for.
_NUMBERS: Final = frozenset({float, int, bool, str, np.float64})
#: Images of what can change and stay the same thing.
_CHANGING: Final = (list, dict, set, deque, ArrayImage)
#: Packages whose modules nobody changes, besides those of Python and those that are installed.
_PACKAGES: Final = frozenset({"autograd", "builtins", "nn", "numpy"})
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
        self.generators: list[Any] = []
        self._mentioned: set[str] = set()
        self._methods: dict[str, list[FunctionType]] = {}
        self._named: dict[int, tuple[dict[str, Any], set[str]]] = {}
        self._cells: list[tuple[str, CellType]] = []
        self._containers: list[Any] = []
        self._holders: dict[int, list[Any]] = {}
        self._given: list[Reader] = []
        self._objects: list[Any] = []
        self._classes: dict[type, None] = {}
        self._owners: dict[int, Any] = {}
        self._leading: set[int] = set()
        self._live: list[Any] = []
        self._frozen: list[Any] = []
        self._written: list[set[Any]] = []
        self._stack = list(roots)
        self._walk()
        self._before = {id(thing): _copied(thing) for thing in self._containers}
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
            self._take(thing.args)
            self._take(thing.keywords.values())
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
        if not function.__code__.co_filename.startswith(LIBRARY):
            yield from self._of_space(function.__globals__, names, set())
            modules = [_content(cell) for cell in function.__closure__ or ()]
            for module in modules:
                if isinstance(module, ModuleType) and _may_change(module):
                    yield from self._of_space(vars(module), names, set())
            if function.__dict__:
                self._objects.append(function)
        for defaults in (function.__defaults__ or (), (function.__kwdefaults__ or {}).values()):
            self._take(defaults)
            yield from defaults

    def _of_space(self, space: dict[str, Any], names: set[str], seen: set[int]) -> Iterator[Any]:
        """Yield what names stand for among these globals, and in the modules among them."""
        seen.add(id(space))
        known = self._named.setdefault(id(space), (space, set()))[1]
        for name in names & space.keys():
            if not isinstance(space[name], ModuleType):
                known.add(name)
                yield space[name]
            elif _may_change(space[name]) and id(vars(space[name])) not in seen:
                yield from self._of_space(vars(space[name]), names, seen)

    def _take(self, things: Iterable[Any]) -> None:
        """Note things that the code has without a name of its own: defaults of arguments, arguments given before."""
        self._given += [("a default", functools.partial(_itself, thing)) for thing in things]

    def _of_object(self, thing: Any) -> Iterator[Any]:
        if hasattr(thing, "__wrapped__"):  # a compiled function: what it wraps is what matters
            yield thing.__wrapped__
            return
        if type(thing).__module__.startswith("autograd."):
            return
        self._objects.append(thing)
        if isinstance(attributes := getattr(thing, "__dict__", None), dict):
            self._containers.append(thing)
            yield from attributes.values()
        for kind in type(thing).__mro__[:-1]:
            yield from self._of_class(kind, thing)

    def _of_class(self, kind: type, thing: Any) -> Iterator[Any]:
        """Yield what an object holds in the slots of a class, and what the class holds."""
        self._classes[kind] = None
        is_users = _is_users(kind)
        for name, item in vars(kind).items():
            if isinstance(item, MemberDescriptorType):
                if is_users:
                    yield getattr(thing, name, None)
                continue
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
        captured = list(captured)
        leading: set[int] = set()
        stack: list[Any] = list(captured)
        while stack:
            for holder in self._holders.get(id(stack.pop()), ()):
                if id(holder) not in leading:
                    leading.add(id(holder))
                    stack.append(holder)
        self._leading = leading
        self._settle_readers()
        alive = {id(node) for node in captured}
        for thing in self._containers:
            if id(thing) in leading and isinstance(thing, np.ndarray):
                self._readers.append(("an item of an array", thing.tolist))
                self._were.append(thing.tolist())
            elif id(thing) in leading and not isinstance(thing, tuple):
                live = thing if isinstance(thing, list | dict) else vars(thing)
                now, before = _items(live), _items(self._before[id(thing)])
                self._live.append(live)
                self._written.append(
                    {
                        key
                        for key, item in now.items()
                        if item is not before.get(key) and id(item) not in alive and id(item) not in leading
                    }
                )
        self._frozen = [thing.copy() for thing in self._live]
        self._holders, self._containers, self._methods, self._before = {}, [], {}, {}
        self._given, self._objects, self._classes, self._owners = [], [], {}, {}

    def _settle_readers(self) -> None:
        """Keep the readers of what the function depends on, with a look at each that finds what has changed."""
        # What the function itself wrote to, such as a list that takes note of its calls, is not what it depends on.
        readers, self._readers, images, self._were = self._readers, [], self._were, []
        for place, ((name, read), was) in enumerate(zip(readers, images, strict=True)):
            thing, owner, deep = read(), self._owners.get(place), holds_arrays(was)
            show = shown_deeply if deep else shown
            # An object that leads to a captured node is compared itself, and so are containers that do.
            compared = not deep and id(thing) in self._leading and isinstance(thing, list | dict | tuple)
            owner_compared = id(owner) in self._leading and hasattr(owner, "__dict__")
            if was != show(thing) or (owner_compared and (compared or not isinstance(was, _CHANGING))):
                continue
            was = thing if compared else was
            self._readers.append((name, functools.partial(_shown_by, read, show)))
            self._were.append(was)

    def _named_things(self) -> list[Reader]:
        """Return what the code calls by name: of closures, globals, and attributes of these, and how to read each."""
        things: list[Reader] = [
            (f"{name!r} of a closure", functools.partial(_content, cell)) for name, cell in self._cells
        ]
        for space, names in self._named.values():
            things += [(f"the global {name!r}", functools.partial(space.get, name)) for name in sorted(names)]
        things += self._given
        seen: set[int] = set()
        for _, read in things:  # grows on the way
            thing = read()
            if isinstance(thing, type):
                self._classes |= dict.fromkeys(thing.__mro__[:-1])
            elif id(thing) not in seen and not _is_ours(thing):
                seen.add(id(thing))
                things += self._attributes(thing)
        for kind in self._classes:
            if _is_users(kind):
                names = vars(kind).keys() & self._mentioned
                things += [
                    (f"{x!r} of the class {kind.__name__}", functools.partial(vars(kind).get, x)) for x in sorted(names)
                ]
        for thing in self._objects:
            if id(thing) not in seen:
                seen.add(id(thing))
                for reader in self._attributes(thing):
                    self._owners[len(things)] = thing
                    things.append(reader)
        return things

    def _attributes(self, thing: Any) -> Iterator[Reader]:
        """Yield the attributes of an object that the code names, and how to read each."""
        attributes = getattr(thing, "__dict__", None)
        attributes = attributes if isinstance(attributes, dict) else {}
        # What stands in its class may be set for itself later.
        kinds = [vars(kind) for kind in type(thing).__mro__[:-1] if _is_users(kind)]
        slots = {name for kind in kinds for name in kind.get("__slots__", ())}
        others = {name for kind in kinds for name, item in kind.items() if not hasattr(item, "__get__")}
        for name in sorted(self._mentioned & {*attributes, *slots, *others}):
            read = functools.partial(getattr, thing) if name in slots else attributes.get
            yield f"{name!r} of a {type(thing).__name__}", functools.partial(read, name, None)

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
    try:
        return type(now) is type(before) and isinstance(now, _EQUAL) and bool(now == before)
    except ValueError:  # an array among the items
        return False


def _shown_by(read: Callable[[], Any], show: Callable[[Any], Any]) -> Any:
    return show(read())


def _is_users(kind: type) -> bool:
    """Tell whether a class is the user's own."""
    return kind.__module__.partition(".")[0] not in _PACKAGES


def _is_ours(thing: Any) -> bool:
    """Tell whether a thing has no attributes that are anybody's to change."""
    return isinstance(thing, _OPAQUE) or type(thing).__module__.startswith("autograd.")


def _itself(thing: Any) -> Any:
    return thing


def _copied(container: Any) -> Any:
    """Return a copy of a container, or of the attributes of an object."""
    if isinstance(container, tuple):
        return container
    return (container if isinstance(container, list | dict | np.ndarray) else vars(container)).copy()


def _may_change(module: ModuleType) -> bool:
    """Tell whether a module is one of the user's, who may set what it holds."""
    name = module.__name__.partition(".")[0]
    if name in _PACKAGES or name in sys.stdlib_module_names:
        return False
    return "site-packages" not in (getattr(module, "__file__", None) or "")


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
