"""What a function reaches: closures, globals, attributes, and the containers that hold its `Value`s."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable, Iterator
from types import CellType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

from autograd.compiler.ownership import LIBRARY, OPAQUE, is_ours, is_users, may_change
from autograd.compiler.refusals import is_numpy_generator

#: What the code calls by name: what to call it in messages, and a function that reads it.
Reader = tuple[str, Callable[[], Any]]
#: What lists of a million numbers are passed by on sight for.
_NUMBERS: Final = frozenset({float, int, bool, str, np.float64})
#: Functions that take the name of an attribute as a text.
_BY_TEXT: Final = frozenset({"getattr", "attrgetter", "vars", "hasattr"})


class Reach:
    """All that can be reached from some things, by names that the code has, before anything runs.

    Attributes
    ----------
    containers
        Lists, tuples, dictionaries, arrays of objects, and objects with attributes.
    holders
        For each thing, by identity, what holds it.
    objects
        What has attributes.
    mentioned
        The names in the code.
    generators
        Generators of random numbers.
    owners
        For readers of attributes, by their number: whose.
    """

    def __init__(self, roots: Iterable[Any]) -> None:
        self.generators: list[Any] = []
        self.mentioned: set[str] = set()
        self.containers: list[Any] = []
        self.holders: dict[int, list[Any]] = {}
        self.objects: list[Any] = []
        self.owners: dict[int, Any] = {}
        self._methods: dict[str, list[FunctionType]] = {}
        self._named: dict[int, tuple[dict[str, Any], set[str]]] = {}
        self._cells: list[tuple[str, CellType]] = []
        self._given: list[Reader] = []
        self._classes: dict[type, None] = {}
        self._stack = list(roots)
        self._walk()

    def _walk(self) -> None:
        seen: dict[int, Any] = {}
        while self._stack:
            thing = self._stack.pop()
            if id(thing) not in seen and thing is not None:
                seen[id(thing)] = thing  # kept, so that no other thing gets its id
                for inner in self._inside(thing):
                    self.holders.setdefault(id(inner), []).append(thing)
                    if not isinstance(inner, OPAQUE):
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
        if isinstance(thing, random.Random) or is_numpy_generator(thing):
            self.generators.append(thing)
            return ()
        if isinstance(thing, list | tuple | dict) or (isinstance(thing, np.ndarray) and thing.dtype == object):
            if isinstance(thing, list | tuple) and _NUMBERS.issuperset(map(type, thing)):
                return ()
            self.containers.append(thing)
            return items_of(thing).values()
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
                if isinstance(module, ModuleType) and may_change(module):
                    yield from self._of_space(vars(module), names, set())
            if function.__dict__:
                self.objects.append(function)
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
            elif may_change(space[name]) and id(vars(space[name])) not in seen:
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
        self.objects.append(thing)
        if isinstance(attributes := getattr(thing, "__dict__", None), dict):
            self.containers.append(thing)
            yield from attributes.values()
        for kind in type(thing).__mro__[:-1]:
            yield from self._of_class(kind, thing)

    def _of_class(self, kind: type, thing: Any) -> Iterator[Any]:
        """Yield what an object holds in the slots of a class, and what the class holds."""
        self._classes[kind] = None
        is_own = is_users(kind)
        for name, item in vars(kind).items():
            if isinstance(item, MemberDescriptorType):
                if is_own:
                    yield getattr(thing, name, None)
                continue
            item = getattr(item, "fget", getattr(item, "__func__", item))
            if not isinstance(item, FunctionType):
                if not name.startswith("__"):
                    yield item
            elif name in self.mentioned or (name.startswith("__") and name != "__init__"):
                yield item
            else:  # nobody calls it, as far as is known
                self._methods.setdefault(name, []).append(item)

    def _mention(self, names: set[str]) -> None:
        """Note that names stand in the code: methods that bear them are part of it."""
        self.mentioned |= names
        for name in names & self._methods.keys():
            self._stack += self._methods.pop(name)

    def named_things(self) -> list[Reader]:
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
            elif id(thing) not in seen and not is_ours(thing):
                seen.add(id(thing))
                things += self._attributes(thing)
        for kind in self._classes:
            if is_users(kind):
                names = vars(kind).keys() & self.mentioned
                things += [
                    (f"{x!r} of the class {kind.__name__}", functools.partial(vars(kind).get, x)) for x in sorted(names)
                ]
        for thing in self.objects:
            if id(thing) not in seen:
                seen.add(id(thing))
                for reader in self._attributes(thing):
                    self.owners[len(things)] = thing
                    things.append(reader)
        return things

    def _attributes(self, thing: Any) -> Iterator[Reader]:
        """Yield the attributes of an object that the code names, and how to read each."""
        attributes = getattr(thing, "__dict__", None)
        attributes = attributes if isinstance(attributes, dict) else {}
        # What stands in its class may be set for itself later.
        kinds = [vars(kind) for kind in type(thing).__mro__[:-1] if is_users(kind)]
        slots = {name for kind in kinds for name in kind.get("__slots__", ())}
        others = {name for kind in kinds for name, item in kind.items() if not hasattr(item, "__get__")}
        for name in sorted(self.mentioned & {*attributes, *slots, *others}):
            read = functools.partial(getattr, thing) if name in slots else attributes.get
            yield f"{name!r} of a {type(thing).__name__}", functools.partial(read, name, None)


def _names(code: CodeType) -> set[str]:
    """Return the names of globals and attributes in a function, and in those written inside of it."""
    inner = [_names(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    texts = [text for text in code.co_consts if isinstance(text, str)] if _BY_TEXT & set(code.co_names) else []
    return {*code.co_names, *texts}.union(*inner)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None


def items_of(container: Any) -> dict[Any, Any]:
    """Return the items of a container by key or position; numbers and text among them hold nothing."""
    if isinstance(container, dict):
        return container
    return dict(enumerate(container.ravel() if isinstance(container, np.ndarray) else container))


def _itself(thing: Any) -> Any:
    return thing
