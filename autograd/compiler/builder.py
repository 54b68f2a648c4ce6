"""A program that simplifies itself while it is written, and knows the role of each place.

The role of a place is what it does: its primitive and the roles of its operands. Places of one role do the same to
different numbers, cannot depend on each other, and so become one array statement (see `statements`).
"""

from __future__ import annotations

import operator
from collections import defaultdict
from functools import cached_property, reduce
from typing import Any, Final

from autograd.compiler.batching import BATCH_DOT, BATCH_TOTAL, ENTERING, PACK, SPREAD
from autograd.compiler.packing import gathered
from autograd.compiler.program import Program
from autograd.compiler.terms import ALONE, Terms, factors_by_sum, terms_by_kind
from autograd.primitive import Elementwise, Primitive, Variadic
from autograd.primitives.arithmetic import add, divide, multiply, power, subtract
from autograd.primitives.comparison import identity, where
from autograd.primitives.nary import DOT, LARGEST, LOGSUMEXP, TAKE, TOTAL

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
    adjoints
        For roles that are derivatives: one of their places, and what it is the derivative in. It is what they are
        named for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.roles: list[int] = []
        self.order: list[int] = []
        self.origin: int | None = None
        self.adjoints: dict[int, tuple[int, int]] = {}
        # What operands that may be swapped are sorted by: roles, constants last. `2 * x` and `x * 2` are one role.
        self._ranks: list[int] = []
        self._role_numbers: dict[Any, int] = {}
        self._known: defaultdict[Primitive, dict[tuple[int, ...], int]] = defaultdict(dict)
        self._copies: dict[Any, dict[int, int]] = {}
        self._batched_leaves: dict[tuple[int, ...], int] = {}

    def append(self, primitive: Primitive | None, operands: tuple[int, ...], key: Any = None) -> int:
        """Add a place as it is, and return its number; `key` is what its role is known by, if not by what it does."""
        numbers = self._role_numbers
        key = None if primitive is None else key or self._role_key(primitive, operands)
        role = -1 if key is None else numbers.setdefault(key, len(numbers))
        place = len(self.primitives)
        self.primitives.append(primitive)
        self.operands.append(operands)
        if self.batched or primitive in ENTERING:
            self.note_batch(place, primitive, operands)
        self.roles.append(role)
        self._ranks.append(role)
        self.order.append(place if self.origin is None else self.origin)
        return place

    def constant(self, number: float) -> int:
        """Return the place of a constant; all constants have one role."""
        place = super().constant(number)
        if self._ranks[place] != _LAST:  # it is new
            self.roles[place] = self._role("constant")
            self._ranks[place] = _LAST
        return place

    @cached_property
    def _zero(self) -> int:
        return self.constant(0.0)

    def leaf(self, source: int, position: int, stride: int = 0, extent: int = 0) -> int:
        """Add an element of a source; all elements of one source have one role."""
        place = super().leaf(source, position, stride, extent)
        self.roles[place] = self._ranks[place] = self._role(("source", source, stride, extent))
        self.order[place] = position
        return place

    def batched_leaf(self, source: int, position: int, stride: int, extent: int) -> int:
        """Return the place of an element of a source in each sample."""
        key = (source, position, stride, extent)
        if key not in self._batched_leaves:
            self._batched_leaves[key] = self.leaf(*key)
        return self._batched_leaves[key]

    def once(self, primitive: Primitive, operands: tuple[int, ...]) -> int:
        """Return a place with this result: a new one, unless it is known."""
        known = self._known[primitive]
        if operands not in known:
            known[operands] = self.append(primitive, operands)
        return known[operands]

    def add(self, primitive: Primitive, operands: tuple[int, ...]) -> int:
        """Return a place with this result: a new one, unless it is known or simpler."""
        if primitive is identity:
            return operands[0]
        if primitive in _COMMUTATIVE and self._ranks[operands[1]] < self._ranks[operands[0]]:
            operands = (operands[1], operands[0])
        known = self._known[primitive]
        place = known.get(operands)
        if place is None:
            place = known[operands] = self._simpler(primitive, operands)
        return place

    def sum(self, lefts: list[int], rights: list[int], extent: int = 0) -> int:
        """Return the place of a sum of terms: of the products left x right, or of left where right is ALONE.

        It is a sum for each sample of a batch of that extent; if it is 0, one sum over all samples.

        Terms of one kind (the same roles) become one dot or one total; different kinds are kept apart and added last,
        in the order of their roles, so that one odd term does not spoil the pattern of the others.
        """
        if len(lefts) == 2:
            lefts, rights = self._factored(lefts, rights)
        if self.batched:
            lefts, rights = gathered(self, lefts, rights, extent)
        if len(lefts) == 1:
            return self._product(lefts[0], rights[0], extent)
        kinds = terms_by_kind(self._ranks, lefts, rights)
        if len(kinds) >= _MANY_KINDS:
            kinds = self._joined(kinds)
        parts: list[int] = []
        for rank, other in sorted(kinds):
            parts += self._sums_of_kind(rank, other, *kinds[rank, other], extent)
        result = parts[0]
        for part in parts[1:]:
            result = self.add(add, (result, part))
        return result

    def _factored(self, lefts: list[int], rights: list[int]) -> Terms:
        """Return c * x - c * y as the one term c * (x - y), and any other two terms as they are."""
        constants, batched = self.constants, self.batched
        (x, one), (y, other) = [
            (right, constants[left]) if left in constants and right != ALONE else (left, constants.get(right, 0.0))
            for left, right in zip(lefts, rights, strict=True)
        ]
        if one != -other or abs(one) in (0.0, 1.0) or batched.get(x) != batched.get(y):
            return lefts, rights
        x, y = (x, y) if one > 0 else (y, x)
        return [self.add(subtract, (x, y))], [self.constant(abs(one))]

    def _joined(self, kinds: dict[tuple[int, int], Terms]) -> dict[tuple[int, int], Terms]:
        """Return the terms of kinds that are alike, such as those of each step of a recurrence, as one kind.

        Alike are as many terms, computed by the same primitives; their operands are set side by side. In a batch they
        would be set side by side in each sample: that is a copy which nothing saves, and so its kinds stay apart.
        """
        groups: dict[Any, list[Terms]] = {}
        for lefts, rights in kinds.values():
            other = ALONE if rights[0] == ALONE else self._likeness(rights[0])
            batched = lefts[0] in self.batched or rights[0] in self.batched
            groups.setdefault((batched, len(lefts), self._likeness(lefts[0]), other), []).append((lefts, rights))
        joined: dict[tuple[int, int], Terms] = {}
        for (batched, count, _, other), group in groups.items():
            if len(group) >= _MANY_KINDS and count >= _MANY_TERMS and not batched:
                lefts = list(self.side_by_side(tuple([x for lefts, _ in group for x in lefts])))
                rights = [x for _, rights in group for x in rights]
                group = [(lefts, rights if other == ALONE else list(self.side_by_side(tuple(rights))))]
            for lefts, rights in group:
                kind = (self._ranks[lefts[0]], ALONE if rights[0] == ALONE else self._ranks[rights[0]])
                first, second = joined.setdefault(kind, ([], []))
                first += lefts
                second += rights
        return joined

    def _likeness(self, place: int) -> Any:
        return self.primitives[place] or self._ranks[place]

    def _product(self, left: int, right: int, extent: int) -> int:
        """Return the place of a sum of one term."""
        if right == ALONE:
            return self._sums_of_kind(self._ranks[left], ALONE, [left], [ALONE], extent)[0]
        if self._ranks[right] < self._ranks[left]:
            left, right = right, left
        return self._sums_of_kind(self._ranks[left], self._ranks[right], [left], [right], extent)[0]

    def _sums_of_kind(self, rank: int, other: int, lefts: list[int], rights: list[int], extent: int) -> list[int]:
        over_batch = not extent and (lefts[0] in self.batched or rights[0] in self.batched)
        if other == ALONE:
            if over_batch:
                return [self.append(BATCH_TOTAL, tuple(lefts))]
            if rank == _LAST:
                return [self.constant(reduce(operator.add, [self.constants[left] for left in lefts]))]
            return [lefts[0] if len(lefts) == 1 else self.append(TOTAL, tuple(lefts))]
        if rank == _LAST:  # and so is the other, which is no lower
            return [self.constant(reduce(operator.add, map(self._multiplied, lefts, rights)))]
        # A dot even of one product: the sums beside it may have more, and are to share its role.
        row = BATCH_DOT if over_batch else DOT
        if other == _LAST and len(lefts) > 1:
            return [self.append(row, (*left, *right, self._zero)) for left, right in self._groups(lefts, rights)]
        return [self.append(row, (*lefts, *rights, self._zero))]

    def _groups(self, lefts: list[int], rights: list[int]) -> list[Terms]:
        """Return products with constants as the sums to make of them."""
        groups = factors_by_sum(lefts, [self.constants[right] for right in rights])
        return [(list(group), [self.constant(factor) for factor in group.values()]) for group in groups]

    def _multiplied(self, left: int, right: int) -> float:
        return self.constants[left] * self.constants[right]

    def _simpler(self, primitive: Primitive, operands: tuple[int, ...]) -> int:
        if not self.constants.keys().isdisjoint(operands):
            place = self._with_constants(primitive, operands)
            if place is not None:
                return place
        if primitive in _SIDE_BY_SIDE:
            first = _SIDE_BY_SIDE[primitive]
            operands = operands[:first] + self.side_by_side(operands[first:])
        return self.append(primitive, operands)

    def _with_constants(self, primitive: Primitive, operands: tuple[int, ...]) -> int | None:
        """Return a simpler place with the result of an operation on constants, if there is one."""
        constants = self.constants
        if constants.keys() >= set(operands):
            return self.constant(primitive.on_floats(*[constants[operand] for operand in operands]))
        if primitive is where and operands[0] in constants:
            chosen, other = operands[1:] if constants[operands[0]] else operands[:0:-1]
            if other in constants:  # else it gets a derivative, of 0 times what may be infinite
                return chosen
        number = constants.get(operands[-1])
        if number == 1.0 and primitive in _NEUTRAL:
            return operands[0]
        if number == 2.0 and primitive is power:
            return self.add(multiply, (operands[0], operands[0]))
        if number == 0.0 and primitive is subtract and str(number) == "0.0":
            return operands[0]
        return None

    def side_by_side(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        """Return copies of operands of different roles, which share one role, and so one array."""
        roles = sorted({self.roles[x] for x in operands})
        if len(roles) == 1:
            return operands
        key = ("copies", *roles)
        copies = self._copies.setdefault(key, {})
        extent = max([self.batched.get(x, 0) for x in operands])
        for x in operands:
            if x not in copies:
                spread = extent and x not in self.batched
                row, given = (SPREAD, (x, self.constant(float(extent)))) if spread else (identity, (x,))
                copies[x] = self.append(row, given, key)
        return tuple([copies[x] for x in operands])

    def _role_key(self, primitive: Primitive, operands: tuple[int, ...]) -> Any:
        # Sums of different length have one role, else what follows them would fall apart into roles by position:
        # causal attention sums 1, 2, 3, ... terms.
        roles = self.roles
        if primitive.__class__ is Elementwise:
            return (primitive, *map(roles.__getitem__, operands))
        if primitive is DOT or primitive is BATCH_DOT:
            return (primitive, roles[operands[0]], roles[operands[len(operands) // 2]])
        if primitive is TAKE:
            return (TAKE, roles[operands[0]], roles[operands[1]], len(operands))
        if primitive is PACK:
            return (primitive, len(operands), roles[operands[0]])
        if isinstance(primitive, Variadic) or primitive is BATCH_TOTAL:
            return (primitive, *dict.fromkeys([roles[x] for x in operands]))
        return (primitive, *[roles[x] for x in operands])

    def _role(self, key: Any) -> int:
        return self._role_numbers.setdefault(key, len(self._role_numbers))
