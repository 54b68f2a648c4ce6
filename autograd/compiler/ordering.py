"""In which order the places of a role are laid out: what is used together stands together."""

from __future__ import annotations

import itertools
from typing import Any, Final

import numpy as np

from autograd.compiler.access import Positions
from autograd.compiler.builder import Builder

#: Places that are used alike stand side by side if there are so many of each kind.
_FEWEST_ALIKE: Final = 4


def user_signatures(program: Builder, live: np.ndarray[Any, np.dtype[np.bool_]]) -> Positions:
    """Return a number for each place that is the same for places which are used alike, by the same roles."""
    users = np.flatnonzero(live)
    table = [program.operands[user] for user in users.tolist()]
    counts = np.array([len(row) for row in table], dtype=np.int64)
    operands = np.fromiter(itertools.chain.from_iterable(table), dtype=np.int64)
    roles = np.repeat(np.array(program.roles, dtype=np.int64)[users], counts)
    numbers = np.random.default_rng(0).integers(
        1 << 52, size=max(program.roles, default=0) + 2
    )  # of roles; sums differ
    signatures = np.zeros(len(program), dtype=np.int64)
    np.add.at(signatures, operands, numbers[roles])
    return signatures


def beside_like_ones(places: list[int], signatures: Positions) -> list[int]:
    """Return places in the order in which they are laid out: those that are read together side by side.

    A recurrence reads one step of all sequences at a time, whichever way the loops ran that made its inputs.
    """
    groups: dict[int, list[int]] = {}
    for place, signature in zip(places, signatures[places].tolist(), strict=True):
        groups.setdefault(signature, []).append(place)
    sizes = {len(group) for group in groups.values()}
    if len(groups) == 1 or len(sizes) > 1 or sizes.pop() < _FEWEST_ALIKE:
        return places
    return [place for group in groups.values() for place in group]
