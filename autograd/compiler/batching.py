"""Batched places: one place of a program that stands for a number in each sample of a batch.

An operation with a batched operand is batched; its other operands are the same in all samples. These rows lead into a
batch and out of it. All but `BATCH_DOT` are linear, so that derivatives pass through them: what spreads a number is
the transpose of what sums over the batch, and what picks a sample is the transpose of what puts a number there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add, mul
from typing import TYPE_CHECKING, Any, Final

from autograd.primitive import Linear, Primitive, Variadic

if TYPE_CHECKING:
    from autograd.compiler.program import Program


def _write(node: Any, primitive: Primitive, *operands: Any) -> Any:
    return node.writer.record(primitive, operands)


def _is_batched(node: Any, derivative: Any) -> bool:
    place = getattr(derivative, "place", None)
    return place is not None and place in node.writer.program.batched


def _over_batch(node: Any, derivative: Any, extent: float) -> Any:
    """Return a derivative summed over the batch."""
    return _write(node, BATCH_TOTAL, derivative) if _is_batched(node, derivative) else derivative * extent


def _picked(node: Any, derivative: Any, position: float) -> Any:
    return _write(node, PICK, derivative, position) if _is_batched(node, derivative) else derivative


def _unused(*_: Any) -> Any:
    raise NotImplementedError("batched rows are computed by `evaluate`")


#: (x, sample) -> the number that a batched x has in one sample.
PICK: Final[Linear] = Linear(
    "pick",
    _unused,
    lambda node, tangents: _picked(node, tangents[0], node.operands[1]),
    lambda node, cotangent: (_write(node, PUT, cotangent, node.operands[1], _extent(node.operands[0])), None),
)
#: (x, sample, extent) -> x in one sample, 0 in all others.
PUT: Final[Linear] = Linear(
    "put",
    _unused,
    lambda node, tangents: _write(node, PUT, tangents[0], *node.operands[1:]),
    lambda node, cotangent: (_picked(node, cotangent, node.operands[1]), None, None),
)
#: (x_0, x_1, ...) -> x_0 in sample 0, x_1 in sample 1, ...
PACK: Final[Linear] = Linear(
    "pack",
    _unused,
    lambda node, tangents: _write(node, PACK, *[0.0 if tangent is None else tangent for tangent in tangents]),
    lambda node, cotangent: [_picked(node, cotangent, float(sample)) for sample in range(len(node.operands))],
)
#: (x, extent) -> x in all samples.
SPREAD: Final[Linear] = Linear(
    "spread",
    _unused,
    lambda node, tangents: _write(node, SPREAD, tangents[0], node.operands[1]),
    lambda node, cotangent: (_over_batch(node, cotangent, node.operands[1]), None),
)
#: (x, ...) -> the sum of batched numbers, over all samples.
BATCH_TOTAL: Final[Linear] = Linear(
    "total",
    _unused,
    lambda node, tangents: _over_batch(node, reduce(add, [x for x in tangents if x is not None]), _extent(node)),
    lambda node, cotangent: [_write(node, SPREAD, cotangent, _extent(x)) for x in node.operands],
)
#: (x, ..., y, ..., 0.0) -> the sum of products of which one side or both are batched, over all samples.
BATCH_DOT: Final[Variadic] = Variadic("dot", _unused, _unused, _unused)

#: What leads from a batch to single numbers.
LEAVING: Final[frozenset[Primitive | None]] = frozenset({PICK, BATCH_TOTAL, BATCH_DOT})
#: What leads into a batch, and needs no batched operand to do so.
ENTERING: Final[frozenset[Primitive | None]] = frozenset({PUT, PACK, SPREAD})


def _extent(node: Any) -> float:
    program, place = node.writer.program, node.place
    return float(max([program.batched.get(x, 0) for x in (place, *program.operands[place])]))


def extent_of(program: Program, primitive: Primitive | None, operands: Sequence[int]) -> int:
    """Return for how many samples a result stands; 0 if it is a single number."""
    if primitive in LEAVING:
        return 0
    if primitive is PACK:
        return len(operands)
    if primitive in ENTERING:
        return int(program.constants[operands[-1]])
    return max([program.batched.get(operand, 0) for operand in operands])


def computed_by(node: Any) -> Primitive | None:
    """Return what computed a number, before it was picked from its batch."""
    if node.primitive is PICK:
        return node.operands[0].primitive  # type: ignore[no-any-return]
    return node.primitive  # type: ignore[no-any-return]


def numbers_of_leaf(program: Program, place: int, arrays: Sequence[Any]) -> Any:
    """Return the number of a leaf, or the list of its numbers."""
    leaf = program.leaves[place]
    array = arrays[leaf.source]
    if place not in program.batched:
        return float(array[leaf.position])
    stride = program.strides[place]
    return [float(array[leaf.position + sample * stride]) for sample in range(program.batched[place])]


def evaluate(program: Program, place: int, known: Any) -> Any:
    """Compute a place from its operands' numbers in `known`: a float, or a list with one for each sample."""
    primitive, operands = program.primitives[place], program.operands[place]
    assert primitive is not None
    given, extent = [known[operand] for operand in operands], program.batched.get(place, 0)
    if primitive is PICK:
        return given[0][int(given[1])]
    if primitive is PACK:
        return given
    if primitive is SPREAD:
        return [given[0]] * extent
    if primitive is PUT:
        return [given[0] if sample == given[1] else 0.0 for sample in range(extent)]
    if primitive is BATCH_TOTAL:
        return reduce(add, [reduce(add, x) for x in given])
    if primitive is BATCH_DOT:
        count = len(given) // 2
        extent = max([program.batched.get(operand, 0) for operand in operands])
        sides = [[x for side in part for x in _in_samples(side, extent)] for part in (given[:count], given[count:-1])]
        return reduce(add, map(mul, *sides), given[-1])
    if extent:
        samples = zip(*[_in_samples(x, extent) for x in given], strict=True)
        return [primitive.on_floats(*sample) for sample in samples]
    return primitive.on_floats(*given)


def _in_samples(number: Any, extent: int) -> list[float]:
    return number if isinstance(number, list) else [number] * extent


def spread_others(program: Program, places: list[int]) -> list[int]:
    """Return operands of which one is batched with the single numbers among them spread over the samples."""
    extent = max([program.batched.get(place, 0) for place in places])
    if not extent:
        return places
    return [
        place
        if place in program.batched or place in program.constants
        else program.append(SPREAD, (place, program.constant(float(extent))))
        for place in places
    ]


def affine_leaves(program: Program, places: Sequence[int]) -> tuple[int, int, int] | None:
    """Return (source, first position, stride) if places are leaves of one source at even distances."""
    leaves = [program.leaves.get(place) for place in places]
    first, second = leaves[0], leaves[1]
    if first is None or second is None or any(place in program.batched for place in places):
        return None
    stride = second.position - first.position
    for sample, leaf in enumerate(leaves):
        if leaf is None or leaf.source != first.source or leaf.position != first.position + sample * stride:
            return None
    return first.source, first.position, stride


def invariant(program: Program, place: int) -> int | None:
    """Return a place of a single number for a batched place that is the same in all samples, if it is known to be.

    It is written anew, without what spreads its operands.
    """
    found: dict[int, int | None] = {}
    stack = [place]
    while stack:
        current = stack[-1]
        primitive, operands = program.primitives[current], program.operands[current]
        if current not in program.batched:
            found[current] = current
        elif primitive is SPREAD:
            found[current] = operands[0]
        elif primitive is None or primitive in ENTERING:
            found[current] = None
        elif missing := [x for x in operands if x not in found]:
            stack += missing
            continue
        else:
            single = [found[x] for x in operands]
            known = [x for x in single if x is not None]
            found[current] = program.append(primitive, tuple(known)) if len(known) == len(single) else None
        stack.pop()
    return found[place]
