"""What a builder does with batches: recognize them, so that what enters a batch and leaves it costs nothing.

The sum of all picks of a batched place is one sum over the batch; a pack of all picks is the batch that they were
picked from; a pack of what stands at even distances in a source is a leaf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.compiler.batching import PACK, PICK, PUT, affine_leaves
from autograd.compiler.terms import ALONE
from autograd.primitives.arithmetic import multiply

if TYPE_CHECKING:
    from autograd.compiler.builder import Builder

#: The product of two places, or a place and ALONE.
Term = tuple[int, int]


def pick(builder: Builder, place: int, sample: int) -> int:
    """Return the place of what a place is in one sample."""
    if place not in builder.batched:
        return place
    if builder.primitives[place] is PACK:
        return builder.operands[place][sample]
    return builder.once(PICK, (place, builder.constant(float(sample))))


def put(builder: Builder, place: int, sample: int, extent: int) -> int:
    """Return a place that has a number in one sample, and 0 in all others: a term of a batched sum."""
    return builder.append(PUT, (place, builder.constant(float(sample)), builder.constant(float(extent))))


def pack(builder: Builder, places: Sequence[int]) -> int:
    """Return the place of a batch that has one of the places in each sample."""
    first = places[0]
    if all(place == first for place in places):
        return first  # it is the same in all samples
    if (leaf := affine_leaves(builder, places)) is not None:
        return builder.batched_leaf(*leaf, len(places))
    if builder.primitives[first] is PICK:
        batch = builder.operands[first][0]
        if places == [pick(builder, batch, sample) for sample in range(builder.batched[batch])]:
            return batch
    return builder.once(PACK, builder.side_by_side(tuple(places)))


def over_batch(builder: Builder, lefts: list[int], rights: list[int], extent: int) -> tuple[list[int], list[int]]:
    """Return the terms of a sum over a batch: those that are the same in all samples count once for each."""
    for number, (left, right) in enumerate(zip(lefts, rights, strict=True)):
        if left not in builder.batched and right not in builder.batched:
            lefts[number] = builder.add(multiply, (left, builder.constant(float(extent))))
    return lefts, rights


def gathered(builder: Builder, lefts: list[int], rights: list[int], extent: int) -> tuple[list[int], list[int]]:
    """Return the terms of a sum, those that belong to the samples of one batch as one term."""
    primitives = builder.primitives
    wanted, gather = (PUT, _packed) if extent else (PICK, _whole_batches)
    if all(primitives[left] is not wanted for left in lefts):
        return lefts, rights
    terms = list(zip(lefts, rights, strict=True))
    chosen = [term for term in terms if primitives[term[0]] is wanted]
    terms = gather(builder, chosen) + [term for term in terms if primitives[term[0]] is not wanted]
    return [left for left, _ in terms], [right for _, right in terms]


def _packed(builder: Builder, terms: list[Term]) -> list[Term]:
    """Return numbers that were put into single samples as one batch."""
    samples: dict[int, list[int]] = {}
    extent = builder.batched[terms[0][0]]
    for term, _ in terms:
        place, sample, _ = builder.operands[term]
        samples.setdefault(int(builder.constants[sample]), []).append(place)
    none = [builder.constant(0.0)]
    parts = [samples.get(x, none) for x in range(extent)]
    sums = [part[0] if len(part) == 1 else builder.sum(part, [ALONE] * len(part)) for part in parts]
    return [(pack(builder, sums), ALONE)]


def _whole_batches(builder: Builder, terms: list[Term]) -> list[Term]:
    """Return picks that add up to a whole batch as the batch, to be summed over; other terms stay as they are."""
    groups: dict[Term, list[Term]] = {}
    result: list[Term] = []
    for term in terms:
        left, right = term
        batch, sample = builder.operands[left]
        if right in builder.batched:  # all samples, times each sample
            result.append(term)
            continue
        if right != ALONE and builder.primitives[right] is PICK:
            other, other_sample = builder.operands[right]
            right = other if sample == other_sample else right
        groups.setdefault((batch, right), []).append(term)
    for (batch, right), group in groups.items():
        extent, counts = builder.batched[batch], Counter([left for left, _ in group])
        times = len(group) // extent
        whole = len(counts) == extent and set(counts.values()) == {times}
        result += [(batch, right)] * times if whole and builder.batched.get(right, extent) == extent else group
    return result


def by_element(builder: Builder, places: Sequence[int], adjoints: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return the derivative in each element, (source, position), from those in the leaves that read it."""
    found: dict[tuple[int, int], list[int]] = {}
    for place, adjoint in zip(places, adjoints, strict=True):
        source, position = builder.leaves[place]
        stride = builder.strides.get(place, 0)
        for sample in range(builder.batched.get(place, 1)):
            found.setdefault((source, position + sample * stride), []).append(pick(builder, adjoint, sample))
    return {
        key: terms[0] if len(terms) == 1 else builder.sum(terms, [ALONE] * len(terms)) for key, terms in found.items()
    }
