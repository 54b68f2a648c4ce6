"""A program that simplifies itself while it is written, and knows the role of each place.

The role of a place is what it does: its primitive and the roles of its operands. Places of one role do the same to
different numbers, cannot depend on each other, and so become one array statement (see `statements`).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, Final

from autograd.compiler.program import Program
from autograd.primitive import Primitive, Variadic
from autograd.primitives.arithmetic import add, divide, multiply, power, subtract
from autograd.primitives.comparison import identity, stop_gradient, where
from autograd.primitives.nary import DOT, LARGEST, LOGSUMEXP, TAKE, TOTAL

#: A part of a sum: the product of two places, or (place, ALONE).
Term = tuple[int, int]
ALONE: Final = -1

_LAST: Final = 2**62
#: Primitives whose operands may be swapped.
_COMMUTATIVE: Final = frozenset({add, multiply})
#: What a 1 as second operand leaves as it is: exactly, for -0.0, infinities and nan alike.
_NEUTRAL: Final = frozenset({multiply, divide, power})
#: From so many kinds on, of so many terms each, the terms of a sum are set side by side.
_MANY_KINDS: Final = 3
_MANY_TERMS: Final = 4
#: Primitives of many operands, with the number of those in front that are not alike; the others are read side by side.
_SIDE_BY_SIDE: Final = {LARGEST: 0, LOGSUMEXP: 0, TAKE: 1}


class Builder(Program):
    """Writes a program with constants folded, equal operations shared and sums flattened.

    Attributes
    ----------
    roles
        The role of each place, as a number; operands have lower roles than their users.
    order
        For each place what to sort its role by, so that arrays keep the order of what they were derived from.
    origin
        The order that places written from now on get; by default their own number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.roles: list[int] = []
        self.order: list[int] = []
        self.origin: int | None = None
        # What operands that may be swapped are sorted by: roles, constants last. `2 * x` and `x * 2` are one role.
        self._ranks: list[int] = []
        self._role_numbers: dict[Any, int] = {}
        self._known: dict[Any, int] = {}

    def append(self, primitive: Primitive | None, operands: tuple[int, ...], key: Any = None) -> int:
        """Add a place as it is, and return its number; `key` is what its role is known by, if not by what it does."""
        place = super().append(primitive, operands)
        self.roles.append(-1 if primitive is None else self._role(key or self._role_key(primitive, operands)))
        self._ranks.append(self.roles[place])
        self.order.append(place if self.origin is None else self.origin)
        return place

    def constant(self, number: float) -> int:
        """Return the place of a constant; all constants have one role."""
        place = super().constant(number)
        self.roles[place] = self._role("constant")
        self._ranks[place] = _LAST
        return place

    def leaf(self, source: int, position: int) -> int:
        """Add an element of a source; all elements of one source have one role."""
        place = super().leaf(source, position)
        self.roles[place] = self._ranks[place] = self._role(("source", source))
        self.order[place] = position
        return place

    def add(self, primitive: Primitive, operands: tuple[int, ...]) -> int:
        """Return a place with this result: a new one, unless it is known or simpler."""
        if primitive is identity:
            return operands[0]
        if primitive in _COMMUTATIVE and self._ranks[operands[1]] < self._ranks[operands[0]]:
            operands = (operands[1], operands[0])
        key = (primitive, operands)
        place = self._known.get(key)
        if place is None:
            place = self._known[key] = self._simpler(primitive, operands)
        return place

    def sum(self, terms: Iterable[Term]) -> int:
        """Return the place of a sum of terms.

        Terms of one kind (the same roles) become one dot or one total; different kinds are kept apart and added last,
        in the order of their roles, so that one odd term does not spoil the pattern of the others.
        """
        kinds: dict[tuple[int, int], list[Term]] = {}
        ranks = self._ranks
        for left, right in terms:
            rank, other = ranks[left], ALONE if right == ALONE else ranks[right]
            term = (left, right) if rank <= other or other == ALONE else (right, left)
            kind = (rank, other) if rank <= other or other == ALONE else (other, rank)
            kinds.setdefault(kind, []).append(term)
        if len(kinds) >= _MANY_KINDS:
            kinds = self._joined(kinds)
        parts = [self._sum_of_kind(group) for kind in sorted(kinds) for group in self._groups(kinds[kind])]
        result = parts[0]
        for part in parts[1:]:
            result = self.add(add, (result, part))
        return result

    def _joined(self, kinds: dict[tuple[int, int], list[Term]]) -> dict[tuple[int, int], list[Term]]:
        """Return the terms of kinds that are alike, such as those of each step of a recurrence, as one kind.

        Alike are as many terms, computed by the same primitives; their operands are set side by side.
        """
        groups: dict[Any, list[list[Term]]] = {}
        for terms in kinds.values():
            left, right = terms[0]
            likeness = (len(terms), self._likeness(left), ALONE if right == ALONE else self._likeness(right))
            groups.setdefault(likeness, []).append(terms)
        joined: dict[tuple[int, int], list[Term]] = {}
        for (count, _, other), group in groups.items():
            terms = [term for terms in group for term in terms]
            if len(group) >= _MANY_KINDS and count >= _MANY_TERMS:
                lefts, rights = zip(*terms, strict=True)
                lefts = self._side_by_side(lefts)
                rights = rights if other == ALONE else self._side_by_side(rights)
                terms = list(zip(lefts, rights, strict=True))
                group = [terms]
            for terms in group:
                left, right = terms[0]
                kind = (self._ranks[left], ALONE if right == ALONE else self._ranks[right])
                joined.setdefault(kind, []).extend(terms)
        return joined

    def _likeness(self, place: int) -> Any:
        return self.primitives[place] or self._ranks[place]

    def _sum_of_kind(self, terms: Sequence[Term]) -> int:
        lefts, rights = zip(*terms, strict=True)
        if rights[0] == ALONE:
            if lefts[0] in self.constants:
                return self.constant(reduce(operator.add, [self.constants[left] for left in lefts]))
            return lefts[0] if len(lefts) == 1 else self.append(TOTAL, lefts)
        # A dot even of one product: the sums beside it may have more, and are to share its role.
        if self.constants.keys() >= {*lefts, *rights}:
            products = map(self._multiplied, lefts, rights)
            return self.constant(reduce(operator.add, products))
        return self.append(DOT, (*lefts, *rights, self.constant(0.0)))

    def _groups(self, terms: list[Term]) -> list[list[Term]]:
        """Return terms as the sums to make of them: all in one, unless factors of several signs meet at one number.

        c * x + d * x is written as (c + d) * x where c and d have one sign. But 0 * inf + 3 * inf is not (0 + 3) * inf:
        such terms stand in sums of their own, so that nothing multiplies x by the sum of its factors.
        """
        if terms[0][1] not in self.constants:
            return [terms]
        factors: dict[tuple[int, bool, bool], float] = {}
        for left, right in terms:
            factor = self.constants[right]
            key = (left, factor > 0, factor < 0)
            factors[key] = factors[key] + factor if key in factors else factor
        groups: list[dict[int, float]] = [{}]
        for (left, _, _), factor in factors.items():
            group = next((group for group in groups if left not in group), None)
            if group is None:
                groups.append(group := {})
            group[left] = factor
        return [[(left, self.constant(factor)) for left, factor in group.items()] for group in groups]

    def _multiplied(self, left: int, right: int) -> float:
        return self.constants[left] * self.constants[right]

    def _simpler(self, primitive: Primitive, operands: tuple[int, ...]) -> int:
        constants = self.constants
        if primitive is not stop_gradient and all(operand in constants for operand in operands):
            return self.constant(primitive.on_floats(*[constants[operand] for operand in operands]))
        if primitive is where and operands[0] in constants:
            chosen, other = operands[1:] if constants[operands[0]] else operands[:0:-1]
            if other in constants:  # else it gets a derivative, of 0 times what may be infinite
                return chosen
        if len(operands) == 2:
            for place, other in (operands, operands[::-1]) if primitive is multiply else (operands,):
                if primitive in _NEUTRAL and constants.get(other) == 1.0:
                    return place
            if primitive is power and constants.get(operands[1]) == 2.0:
                return self.add(multiply, (operands[0], operands[0]))
            if primitive is subtract and constants.get(operands[1]) == 0.0 and str(constants[operands[1]]) == "0.0":
                return operands[0]
        if primitive in _SIDE_BY_SIDE:
            first = _SIDE_BY_SIDE[primitive]
            operands = operands[:first] + self._side_by_side(operands[first:])
        return self.append(primitive, operands)

    def _side_by_side(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        """Return copies of operands of different roles, which share one role, and so one array."""
        roles = sorted({self.roles[x] for x in operands})
        if len(roles) == 1:
            return operands
        key = ("copies", *roles)
        for x in operands:
            if (key, x) not in self._known:
                self._known[key, x] = self.append(identity, (x,), key)
        return tuple([self._known[key, x] for x in operands])

    def _role_key(self, primitive: Primitive, operands: tuple[int, ...]) -> Any:
        # Sums of different length have one role, else what follows them would fall apart into roles by position:
        # causal attention sums 1, 2, 3, ... terms.
        roles = self.roles
        if primitive is DOT:
            return (DOT, roles[operands[0]], roles[operands[len(operands) // 2]])
        if primitive is TAKE:
            return (TAKE, roles[operands[0]], roles[operands[1]], len(operands))
        if isinstance(primitive, Variadic):
            return (primitive, *dict.fromkeys([roles[x] for x in operands]))
        return (primitive, *[roles[x] for x in operands])

    def _role(self, key: Any) -> int:
        return self._role_numbers.setdefault(key, len(self._role_numbers))
