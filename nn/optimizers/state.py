"""The state of an optimizer as arrays by name, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import DomainError, ShapeError, UnknownNameError
from autograd.errors import did_you_mean
from nn.optimizers.blocks import Array, Memory
from nn.optimizers.groups import Group
from nn.optimizers.settings import CHECKS
from nn.settings import count


class Part(NamedTuple):
    """What is remembered of a block: under which name, where, and the group that it is in."""

    name: str
    memory: Memory
    group: Group


#: From the settings of a group to the names of the arrays that are remembered of its blocks.
Remembered = Callable[[Mapping[str, Any]], Sequence[str]]


def write_state(groups: Sequence[Group], parts: Sequence[Part], remembered: Remembered) -> dict[str, Array]:
    """Return all settings, and what is remembered of each block: copies, so that they stay as they are."""
    state = {full: np.array(group.settings[name]) for full, group, name in _settings(groups)}
    for part in parts:
        state[f"{part.name}.steps"] = np.array(part.memory.steps)
        if part.memory.steps:
            names = remembered(part.group.settings)
            state |= {f"{part.name}.{name}": part.memory[name].copy() for name in names}
    return state


def read_state(
    user: str, state: Mapping[str, Any], groups: Sequence[Group], parts: Sequence[Part], remembered: Remembered
) -> None:
    """Set settings and memories from a state, if all of it fits."""
    user = f"{user}.load_state_dict"
    entries, counters = list(_settings(groups)), [f"{part.name}.steps" for part in parts]
    wanted = [*[full for full, _, _ in entries], *counters]
    _check_missing(user, state, wanted)
    settings = [
        (group, name, _as_setting(user, full, state[full], group.settings[name])) for full, group, name in entries
    ]
    steps = [count(user, full, _as_setting(user, full, state[full], 0), least=0) for full in counters]
    new = {group: {name: setting for owner, name, setting in settings if owner is group} for group in groups}
    homes = {
        f"{part.name}.{name}": (part.memory, name)
        for part, taken in zip(parts, steps, strict=True)
        if taken
        for name in remembered(new[part.group])
    }
    _check_missing(user, state, homes)
    _check_unknown(user, state, [*wanted, *homes])
    arrays = [(memory, name, _as_array(user, full, state[full], memory)) for full, (memory, name) in homes.items()]
    # Everything fits.
    for group, own in new.items():
        group.settings.update(own)
    for part, taken in zip(parts, steps, strict=True):
        part.memory.forget()
        part.memory.steps = taken
    for memory, name, array in arrays:
        memory[name][...] = array


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


def _as_setting(user: str, full: str, given: Any, now: Any) -> Any:
    """Turn an array back into the number, the truth value or the pair that it was, and check that."""
    array, kind = np.asarray(given), type(now)
    allowed = {bool: "b", int: "iu", float: "fiu", tuple: "fiu"}[kind]
    if array.dtype.kind not in allowed or array.ndim != (kind is tuple):
        raise DomainError(f"{user}: {full} must be of type {kind.__name__}, got {given!r}")
    name = full.rpartition(".")[2]
    setting = kind(array.tolist())
    return CHECKS[name](user, full, setting) if name in CHECKS else setting


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
