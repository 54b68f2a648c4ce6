"""What a function may not do while it is traced, because a replay would not do it again; found after the trace."""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd.compiler.symbols import Symbol
from autograd.errors import TracingError
from autograd.trees import Tree, describe, leaves, map_leaves


def copied(tree: Tree) -> Tree:
    """Return the containers of a tree anew, with the same leaves: what `refuse_mutation` compares with."""
    return map_leaves(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, tree)


def refuse_mutation(name: str, before: Tree, after: Tree) -> None:
    """Refuse a function that changed a list, dictionary or array which it was given.

    Raises
    ------
    TracingError
        It did.
    """
    if not _is_unchanged(before, after):
        raise TracingError(
            f"the function changed its argument {name} ({describe(before)} when it was called, {describe(after)} "
            "afterwards): that would happen while tracing only, and to a copy.\n"
            "  instead of   xs.append(y)  or  xs[0] = y ,   use   xs = [*xs, y]  or  xs = list(xs)  first, then"
        )


def _is_unchanged(before: Tree, after: Tree) -> bool:
    if isinstance(before, dict):
        return list(before) == list(after) and all(_is_unchanged(item, after[key]) for key, item in before.items())
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_is_unchanged, before, after))
    if isinstance(before, np.ndarray) and before.dtype == object:
        return before.shape == after.shape and all(x is y for x, y in zip(before.flat, after.flat, strict=True))
    return isinstance(before, np.ndarray) or before is after


def refuse_random_draws(before: Sequence[tuple[str, bytes]], after: Sequence[tuple[str, bytes]]) -> None:
    """Refuse a function that drew random numbers, given the states of the generators.

    Raises
    ------
    TracingError
        It did.
    """
    for (name, state), (_, later) in zip(before, after, strict=False):
        if state != later:
            raise TracingError(
                f"the function drew random numbers from {name}: those of this one call would be part of the program, "
                "and never be drawn again.\n"
                "  instead of   rng.normal()  inside,   draw outside, and pass them:   compiled(x, rng.normal(size=3))"
            )


def refuse_hidden_results(outputs: Tree) -> None:
    """Refuse results that hide traced numbers where a replay could not put its own.

    Raises
    ------
    TracingError
        A traced number is in an array of objects, a set, an iterator, or an attribute, or text was made of it.
    """
    for leaf in leaves(outputs):
        if isinstance(leaf, str) and "Symbol(" in leaf:
            raise TracingError(
                f"the compiled function returned text made of a traced number, {leaf[:60]!r}: it would be made once.\n"
                "  instead of   return f'{loss.data:.3f}',   return loss  and make the text outside"
            )
        kind, cure = type(leaf).__name__, "[x, y]  or  {'x': x}"
        if isinstance(leaf, np.ndarray):
            cure = "array.tolist()"
        if not isinstance(leaf, Iterator) and not _holds_symbols(leaf):
            continue
        raise TracingError(
            f"the compiled function returned traced numbers within a {kind}, which a replay cannot make anew.\n"
            f"  instead of   return {kind}(...),   use lists, tuples and dictionaries:   return {cure}"
        )


def _holds_symbols(thing: Any) -> bool:
    if isinstance(thing, Symbol):
        return False
    if isinstance(thing, np.ndarray):
        inside = thing.ravel().tolist() if thing.dtype == object else []
    else:
        inside = list(thing) if isinstance(thing, set | frozenset) else leaves(getattr(thing, "__dict__", {}))
    return any(isinstance(x, Symbol) for x in inside)


def is_numpy_generator(thing: Any) -> bool:
    """Tell whether a thing draws random numbers with NumPy."""
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
