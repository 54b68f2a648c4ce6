"""In which order the places of a role are laid out: what is used together stands together."""

from __future__ import annotations

import itertools
from typing import Any, Final

import numpy as np

from autograd.compiler.access import Positions
from autograd.compiler.builder import Builder

Flags = np.ndarray[Any, np.dtype[np.bool_]]
#: Places that are used alike stand side by side if there are so many of each kind.
_FEWEST_ALIKE: Final = 4


class Operands:
    """The operands of all places, one after the other in one array: to be read for many places at once.

    Attributes
    ----------
    counts
        How many each place has.

    >>> from autograd.primitives.arithmetic import multiply, negative
    >>> program = Builder()
    >>> x = program.leaf(program.source("x", ()), 0)
    >>> program.add(multiply, (x, x)), program.add(negative, (x,))
    (1, 2)
    >>> Operands(program).of(np.array([1, 2])).tolist()
    [0, 0, 0]
    """

    def __init__(self, program: Builder) -> None:
        self.counts: Positions = np.fromiter(map(len, program.operands), dtype=np.int64, count=len(program))
        self._flat: Positions = np.fromiter(itertools.chain.from_iterable(program.operands), dtype=np.int64)
        self._starts: Positions = np.cumsum(self.counts) - self.counts

    def of(self, places: Positions) -> Positions:
        """Return the operands of places, those of one after those of the other."""
        counts, starts = self.counts[places], self._starts[places]
        if len(places) and (counts == counts[0]).all():
            flat: Positions = np.ravel(starts[:, None] + np.arange(counts[0]))
        else:
            flat = np.arange(counts.sum()) + np.repeat(starts - np.cumsum(counts) + counts, counts)
        return self._flat[flat]

    def first(self, places: Positions) -> Positions:
        """Return the first operand of each place."""
        return self._flat[self._starts[places]]


def group_by_role(program: Builder, operands: Operands, outputs: Positions) -> list[Positions]:
    """Return the places that outputs depend on, by role; in each in their order, and operands before their users."""
    roles = np.array(program.roles)
    places = np.lexsort((np.array(program.order), roles))
    groups = np.split(places, starts_of_runs(roles[places])[1:])
    live = np.zeros(len(program), dtype=bool)
    live[outputs] = True
    for number in reversed(range(len(groups))):
        groups[number] = groups[number][live[groups[number]]]
        live[operands.of(groups[number])] = True
    return [group for group in groups if len(group)]


def user_signatures(program: Builder, operands: Operands, groups: list[Positions]) -> Positions:
    """Return a number for each place that is the same for places which are used alike, by the same roles."""
    numbers = np.random.default_rng(0).integers(1 << 52, size=len(groups))  # of roles; sums differ
    signatures = np.zeros(len(program), dtype=np.int64)
    for number, users in zip(numbers, groups, strict=True):
        np.add.at(signatures, operands.of(users), number)
    return signatures


def beside_like_ones(places: Positions, signatures: Positions) -> Positions:
    """Return places in the order in which they are laid out: those that are read together side by side.

    A recurrence reads one step of all sequences at a time, whichever way the loops ran that made its inputs.
    """
    kinds = signatures[places]
    if (kinds == kinds[0]).all():
        return places
    _, firsts, groups, sizes = np.unique(kinds, return_index=True, return_inverse=True, return_counts=True)
    if (sizes != sizes[0]).any() or sizes[0] < _FEWEST_ALIKE:
        return places
    return places[np.argsort(firsts[groups], kind="stable")]


def starts_of_runs(keys: Positions) -> Positions:
    """Return where runs of equal keys start.

    >>> starts_of_runs(np.array([7, 7, 3, 3, 7])).tolist()
    [0, 2, 4]
    """
    return np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
