"""The terms of a sum: products of two places, or places alone; sorted by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

#: Parts of a sum: places to multiply pair by pair, where ALONE on the right says that nothing is to be multiplied.
Terms = tuple[list[int], list[int]]
ALONE: Final = -1


def terms_by_kind(ranks: Sequence[int], lefts: list[int], rights: list[int]) -> dict[tuple[int, int], Terms]:
    """Return terms by kind: the ranks of their factors, of which the lower comes first.

    >>> terms_by_kind([5, 5, 7, 9], [0, 2, 3], [2, 1, ALONE])
    {(9, -1): ([3], [-1]), (5, 7): ([0, 1], [2, 2])}
    """
    alone = rights.count(ALONE)
    if alone == 1 < len(rights):  # the bias of a neuron
        at = rights.index(ALONE)
        products = terms_by_kind(ranks, lefts[:at] + lefts[at + 1 :], rights[:at] + rights[at + 1 :])
        return {(ranks[lefts[at]], ALONE): ([lefts[at]], [ALONE]), **products}
    left_ranks = set(map(ranks.__getitem__, lefts))
    right_ranks = {ALONE} if alone else set(map(ranks.__getitem__, rights))
    if 0 < alone < len(rights) or len(left_ranks) > 1 or len(right_ranks) > 1:
        return _one_by_one(ranks, lefts, rights)
    rank, other = left_ranks.pop(), right_ranks.pop()
    return {(rank, other): (lefts, rights)} if alone or rank <= other else {(other, rank): (rights, lefts)}


def _one_by_one(ranks: Sequence[int], lefts: list[int], rights: list[int]) -> dict[tuple[int, int], Terms]:
    kinds: dict[tuple[int, int], Terms] = {}
    last_rank = last_other = ALONE
    first: list[int] = []
    second: list[int] = []
    for left, right in zip(lefts, rights, strict=True):
        rank = ranks[left]
        other = ALONE if right == ALONE else ranks[right]
        if rank != last_rank or other != last_other:
            last_rank, last_other = rank, other
            if rank <= other or other == ALONE:
                first, second = kinds.setdefault((rank, other), ([], []))
            else:
                second, first = kinds.setdefault((other, rank), ([], []))
        first.append(left)
        second.append(right)
    return kinds


def factors_by_sum(places: list[int], factors: list[float]) -> list[dict[int, float]]:
    """Return products with constants, place by place, as the sums to make of them: one, unless several signs meet.

    c * x + d * x is written as (c + d) * x where c and d have one sign. But 0 * inf + 3 * inf is not (0 + 3) * inf:
    such terms stand in sums of their own, so that nothing multiplies x by the sum of its factors.

    >>> factors_by_sum([4, 5, 4, 4], [2.0, 1.0, 3.0, 0.0])
    [{4: 5.0, 5: 1.0}, {4: 0.0}]
    """
    by_sign: dict[tuple[int, bool, bool], float] = {}
    for place, factor in zip(places, factors, strict=True):
        key = (place, factor > 0, factor < 0)
        by_sign[key] = by_sign[key] + factor if key in by_sign else factor
    sums: list[dict[int, float]] = [{}]
    for (place, _, _), factor in by_sign.items():
        free = next((one for one in sums if place not in one), None)
        if free is None:
            sums.append(free := {})
        free[place] = factor
    return sums
