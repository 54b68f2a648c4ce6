"""The state of an optimizer as arrays by name, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import DomainError, ShapeError, UnknownNameError
from autograd.errors import did_you_mean
from nn.optimizers.blocks import Array, Memory
from nn.optimizers.groups import Group
from nn.optimizers.settings import CHECKS, count


class Part(NamedTuple):
    """What is remembered of a block: under which name, where, and the names of the arrays."""

    name: str
    memory: Memory
    arrays: Sequence[str]


def write_state(groups: Sequence[Group], parts: Sequence[Part]) -> dict[str, Array]:
    """Return all settings, and what is remembered of each block: copies, so that they stay as they are."""
    state = {full: np.array(group.settings[name]) for full, group, name in _settings(groups)}
    for part in parts:
        state[f"{part.name}.steps"] = np.array(part.memory.steps)
        if part.memory.steps:
            state |= {f"{part.name}.{name}": part.memory[name].copy() for name in part.arrays}
    return state


def read_state(user: str, state: Mapping[str, Any], groups: Sequence[Group], parts: Sequence[Part]) -> None:
    """Set settings and memories from a state, if all of it fits."""
    user = f"{user}.load_state_dict"
    entries = list(_settings(groups))
    wanted = [full for full, _, _ in entries] + [f"{part.name}.steps" for part in parts]
    _check_missing(user, state, wanted)
    steps = [count(user, n, _plain(user, n, state[n], int), least=0) for n in [f"{part.name}.steps" for part in parts]]
    homes = {
        f"{part.name}.{name}": (part.memory, name)
        for part, taken in zip(parts, steps, strict=True)
        if taken
        for name in part.arrays
    }
    _check_missing(user, state, homes)
    _check_unknown(user, state, [*wanted, *homes])
    settings = [
        (group, name, CHECKS[name](user, full, _plain(user, full, state[full], type(group.settings[name]))))
        for full, group, name in entries
    ]
    arrays = [(memory, name, _as_array(user, full, state[full], memory)) for full, (memory, name) in homes.items()]
    # Everything fits.
    for group, name, setting in settings:
        group.settings[name] = setting
    for part, taken in zip(parts, steps, strict=True):
        part.memory.clear()
        part.memory.steps = taken
    for memory, name, array in arrays:
        memory[name] = array


def _settings(groups: Sequence[Group]) -> Iterator[tuple[str, Group, str]]:
    """Yield (name in the state, group, name) for each setting of each group."""
    for place, group in enumerate(groups):
        for name in group.settings:
            yield f"groups.{place}.{name}", group, name


_HINT = "was the state saved from another kind of optimizer, or with other parameters?"


def _check_missing(user: str, state: Mapping[str, Any], wanted: Iterable[str]) -> None:
    missing = [name for name in wanted if name not in state]
    if missing:
        raise UnknownNameError(f"{user}: {len(missing)} names are missing, first {missing[0]!r}; {_HINT}")


def _check_unknown(user: str, state: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = sorted(state.keys() - set(known))
    if unknown:
        hint = did_you_mean(unknown[0], known)
        raise UnknownNameError(f"{user}: {len(unknown)} names are unknown, first {unknown[0]!r}; {hint}{_HINT}")


def _plain(user: str, name: str, given: Any, kind: type) -> Any:
    """Turn an array back into the number, the truth value or the pair that it was."""
    array = np.asarray(given)
    allowed = {bool: "b", int: "iu", float: "fiu", tuple: "fiu"}[kind]
    if array.dtype.kind not in allowed or array.ndim != (kind is tuple):
        raise DomainError(f"{user}: {name} must be of type {kind.__name__}, got {given!r}")
    return kind(array.tolist())


def _as_array(user: str, name: str, given: Any, memory: Memory) -> Array:
    """Return a copy of what is remembered of a block, after a look at whether it fits."""
    array = np.asarray(given)
    if array.shape != memory.shape:
        raise ShapeError(
            f"{user}: {name} must have the shape {memory.shape} of its parameters, got {array.shape}; {_HINT}"
        )
    if array.dtype.kind != "f":
        raise DomainError(f"{user}: {name} must be an array of floats, got {array.dtype}")
    return array.astype(memory.dtype)
