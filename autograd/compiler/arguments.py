"""What a compiled function is called with: arrays of numbers to compute with, and everything else as a key.

Floats (and `Value`s) among the arguments are inputs: alone, in float arrays, or in nested lists, tuples and
dictionaries. A rectangular list of lists of floats is one input, like an array of that shape. Integer arrays are inputs
too, for `take`. Python's integers, truth values, strings and None are static: another value is another program.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from autograd.errors import TracingError
from autograd.node import Node
from autograd.trees import Tree, children, leaves, map_leaves
from autograd.value import NOT_TRACED

_ARRAY: Final = {np.ndarray}


class Slot(NamedTuple):
    """One input: its name, its shape, and what it holds ("float", "index" or "value")."""

    name: str
    shape: tuple[int, ...]
    kind: str


class Call(NamedTuple):
    """The arguments of one call.

    Attributes
    ----------
    key
        What two calls must share to share a program: structure, shapes, static values.
    slots
        The inputs.
    contents
        For each slot an array, or the flat list of its numbers or nodes.
    """

    key: tuple[Any, ...]
    slots: list[Slot]
    contents: list[Any]


def read_call(arguments: tuple[Tree, ...], settings: dict[str, Tree]) -> Call:
    """Sort the arguments of a call into inputs and key.

    Raises
    ------
    TracingError
        A static argument is not hashable, or an argument is a generator or complex.

    >>> call = read_call(([1.0, 2.0], "mean"), {"scale": 3.0})
    >>> call.slots
    [Slot(name='x0', shape=(2,), kind='float'), Slot(name='scale', shape=(), kind='float')]
    """
    if not settings and set(map(type, arguments)) <= _ARRAY:
        form = _form_of_arrays(tuple([(array.dtype.kind, array.shape) for array in arguments]))
        if form is not None:
            return Call(*form, list(arguments))
    slots: list[Slot] = []
    contents: list[Any] = []
    named = [(f"x{position}", argument) for position, argument in enumerate(arguments)] + list(settings.items())
    key = tuple([(name, _read(argument, name, slots, contents)) for name, argument in named])
    return Call(key, slots, contents)


@functools.lru_cache(maxsize=256)
def _form_of_arrays(forms: tuple[tuple[str, tuple[int, ...]], ...]) -> tuple[Any, list[Slot]] | None:
    """Return key and slots of a call with arrays of numbers only, as most are: worked out once for each form."""
    slots = [
        Slot(f"x{place}", shape, "index" if kind in "iu" else "float")
        for place, (kind, shape) in enumerate(forms)
        if kind in "fiub"
    ]
    return (
        (tuple([(slot.name, (slot.kind, slot.shape)) for slot in slots]), slots) if len(slots) == len(forms) else None
    )


def _read(argument: Tree, name: str, slots: list[Slot], contents: list[Any]) -> Any:
    """Add the inputs within an argument, and return its part of the key."""
    if isinstance(argument, np.ndarray):
        kind = argument.dtype.kind
        if kind in "fiub":
            slots.append(Slot(name, argument.shape, "index" if kind in "iu" else "float"))
            contents.append(argument)
            return (slots[-1].kind, argument.shape)
        if kind == "c":
            raise TracingError(
                f"argument {name} is an array of complex numbers; derivatives here are those of real ones.\n"
                "  instead of   f(z),   use   f(z.real, z.imag)"
            )
        return (np.ndarray, _read(argument.tolist(), name, slots, contents))
    form = _uniform(argument)
    if form is not None:
        slots.append(Slot(name, form[1], form[0]))
        contents.append(leaves(argument))
        return (type(argument), *form)
    inside = children(argument)
    if inside is not None:
        parts = tuple([_read(item, f"{name}_{part}", slots, contents) for part, item in inside])
        keys = tuple([(type(key), key) for key in argument]) if isinstance(argument, dict) else ()
        return (type(argument), keys, parts)
    if isinstance(argument, Iterator):
        raise TracingError(
            f"argument {name} is a {type(argument).__name__}, which can be gone through only once, so there would be "
            "nothing left to compute with.\n  instead of   f(x * x for x in xs),   use   f([x * x for x in xs])"
        )
    try:
        hash(argument)
    except TypeError:
        raise TracingError(
            f"argument {name} is a {type(argument).__name__}, which is neither numbers nor hashable, so the compiled "
            "function could not notice when it changes.\n  pass its numbers as an array or list, or reach it by closure"
        ) from None
    return (type(argument), argument)


def _uniform(tree: Tree) -> tuple[str, tuple[int, ...]] | None:
    """Return the kind and shape of a number or of a rectangular list of numbers of one kind; None for others."""
    if isinstance(tree, float | np.floating):
        return "float", ()
    if isinstance(tree, Node):
        if tree.is_array:
            raise TracingError(NOT_TRACED)
        return "value", ()
    if not isinstance(tree, list | tuple) or not tree:
        return None
    kinds = set(map(type, tree))  # the common cases, at the speed of C
    if kinds == {float}:
        return "float", (len(tree),)
    if all(issubclass(kind, Node) for kind in kinds):
        return "value", (len(tree),)
    forms = {_uniform(item) for item in tree}
    form = forms.pop()
    return None if forms or form is None else (form[0], (len(tree), *form[1]))


def replace_numbers(argument: Tree, make: Callable[[], Iterator[Any]]) -> Tree:
    """Return an argument with other things in place of its inputs; `make` starts the next slot's elements.

    Arrays become arrays of objects of the same shape, so that NumPy's operators keep working on them.
    """
    if isinstance(argument, np.ndarray):
        if argument.dtype.kind not in "fiub":
            return np.array(replace_numbers(argument.tolist(), make), dtype=object)
        objects = np.empty(argument.shape, dtype=object)
        for position, element in enumerate(make()):
            objects.flat[position] = element
        return objects
    if _uniform(argument) is not None:
        elements = make()
        return map_leaves(lambda _: next(elements), argument)
    inside = children(argument)
    if inside is None:
        return argument
    items = [replace_numbers(item, make) for _, item in inside]
    if isinstance(argument, dict):
        return dict(zip(argument, items, strict=True))
    if isinstance(argument, tuple):
        return type(argument)(*items) if hasattr(argument, "_fields") else tuple(items)
    return items
