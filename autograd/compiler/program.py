"""A program of scalar operations in single-assignment form: what every stage of the compiler takes and returns.

Places are numbered in the order of creation, so operands stand before their users. A leaf is an element of a
source (an argument, the captured parameters) or a constant.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from autograd.compiler.batching import ENTERING, PICK, evaluate, extent_of, numbers_of_leaf
from autograd.compiler.packed import Packed
from autograd.errors import GraphError
from autograd.primitive import Primitive

#: From so many places on it matters more how much memory a program takes than how long it takes to pack it.
_LARGE: Final = 1 << 15


class Section(NamedTuple):
    """A part of a source with a name and shape of its own: one weight matrix among all parameters."""

    name: str
    start: int
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


class Source(NamedTuple):
    """An array that the program reads: its name, its shape, and its named parts."""

    name: str
    shape: tuple[int, ...]
    sections: tuple[Section, ...] = ()


class Leaf(NamedTuple):
    """The element of a source that a place stands for: the source's number, and the position in it."""

    source: int
    position: int


class Program:
    """Scalar operations, each with the places of its operands.

    Attributes
    ----------
    primitives
        The row that computes each place; None for leaves and constants.
    operands
        The places each place is computed from.
    leaves, constants
        What the places without a primitive stand for.
    batched
        The places that stand for a number in each sample of a batch, and how many samples there are.
    strides
        How far apart the samples of a batched leaf are in its source.
    """

    def __init__(self) -> None:
        self.primitives: list[Primitive | None] = []
        self.operands: list[tuple[int, ...]] | Packed = []
        self.sources: list[Source] = []
        self.leaves: dict[int, Leaf] = {}
        self.constants: dict[int, float] = {}
        self.batched: dict[int, int] = {}
        self.strides: dict[int, int] = {}
        self._constant_places: dict[float | bytes, int] = {}

    def __len__(self) -> int:
        return len(self.primitives)

    def append(self, primitive: Primitive | None, operands: tuple[int, ...]) -> int:
        """Add a place as it is, and return its number."""
        place = len(self.primitives)
        self.primitives.append(primitive)
        self.operands.append(operands)
        if self.batched or primitive in ENTERING:
            self.note_batch(place, primitive, operands)
        return place

    def note_batch(self, place: int, primitive: Primitive | None, operands: tuple[int, ...]) -> None:
        """Take note of a place that is batched, as its operands or its primitive say."""
        extent = extent_of(self, primitive, operands) if operands else 0
        if extent:
            self.batched[place] = extent

    def constant(self, number: float) -> int:
        """Return the place of a constant. Constants are told apart by their bits: 0.0 is not -0.0."""
        # A number is its own key where that tells its bits; 0.0 == -0.0, and nan is not equal to itself.
        key = number if number and number == number else struct.pack("d", number)
        place = self._constant_places.get(key)
        if place is None:
            place = self._constant_places[key] = self.append(None, ())
            self.constants[place] = number
        return place

    def source(self, name: str, shape: tuple[int, ...]) -> int:
        """Add an array to read from, and return its number."""
        self.sources.append(Source(name, shape))
        return len(self.sources) - 1

    def leaf(self, source: int, position: int, stride: int = 0, extent: int = 0) -> int:
        """Add an element of a source, or one for each of `extent` samples, `stride` apart; and return its place."""
        place = self.append(None, ())
        self.leaves[place] = Leaf(source, position)
        if extent:
            self.batched[place], self.strides[place] = extent, stride
        return place

    def all_leaves(self, source: int, count: int) -> range:
        """Add all elements of a source, in order, and return their places."""
        places = range(len(self), len(self) + count)
        self.primitives += [None] * count
        for _ in places:
            self.operands.append(())
        self.leaves.update(zip(places, map(Leaf, itertools.repeat(source), range(count)), strict=True))
        return places

    def pack(self) -> None:
        """Keep the operands of a large program in less memory; reading them takes longer from now on."""
        if len(self) >= _LARGE and not isinstance(self.operands, Packed):
            self.operands = Packed(self.operands)


def live_places(program: Program, outputs: Iterable[int]) -> bytearray:
    """Return a flag for each place: whether some output depends on it."""
    live = bytearray(len(program))
    for place in outputs:
        live[place] = 1
    operands = program.operands
    for place in range(len(program) - 1, -1, -1):
        if live[place]:
            for operand in operands[place]:
                live[operand] = 1
    return live


def count_uses(program: Program, outputs: Iterable[int]) -> list[int]:
    """Return how often the outputs use each place; an output is used twice, by whoever asks for it.

    So what is used once is used by one other place, and by nobody else.
    """
    uses = [0] * len(program)
    for place in outputs:
        uses[place] = 2
    operands = program.operands
    for place in range(len(program) - 1, -1, -1):
        if uses[place]:
            for operand in operands[place]:
                uses[operand] += 1
    return uses


def interpret(program: Program, arrays: Sequence[Sequence[float]], places: Iterable[int]) -> list[float]:
    """Compute places one scalar at a time: the reference that every stage is held to.

    Parameters
    ----------
    arrays
        For each source, its elements as a flat sequence.
    """
    places = list(places)
    live = live_places(program, places)
    numbers: list[Any] = [None] * len(program)
    for place, number in program.constants.items():
        numbers[place] = number
    for place in program.leaves:
        numbers[place] = numbers_of_leaf(program, place, arrays)
    for place, primitive in enumerate(program.primitives):
        if live[place] and primitive is not None:
            numbers[place] = evaluate(program, place, numbers)
    return [numbers[place] for place in places]


def verify(program: Program, outputs: Sequence[int] = ()) -> None:
    """Check what every stage must keep.

    Raises
    ------
    GraphError
        An operand stands after its user, a place is both leaf and operation, a leaf lies outside of its source, or
        batches of different size meet.
    """
    for place, (primitive, operands) in enumerate(zip(program.primitives, program.operands, strict=True)):
        given = (place in program.leaves) + (place in program.constants)
        if given != (primitive is None):
            raise GraphError(f"place {place} must be exactly one of leaf, constant and operation")
        if primitive is None and operands:
            raise GraphError(f"place {place} is given, yet has operands")
        if any(not 0 <= operand < place for operand in operands):
            raise GraphError(f"place {place} ({primitive}) uses places {operands}, which must stand before it")
    for place, leaf in program.leaves.items():
        size = 1
        for extent in program.sources[leaf.source].shape:
            size *= extent
        last = leaf.position + program.strides.get(place, 0) * (program.batched.get(place, 1) - 1)
        if not (0 <= leaf.position < size and 0 <= last < size):
            raise GraphError(f"place {place} reads position {leaf.position} of a source of {size} elements")
    _verify_batches(program, outputs)
    for place in outputs:
        if not 0 <= place < len(program):
            raise GraphError(f"output {place} is no place of a program of {len(program)}")


def _verify_batches(program: Program, outputs: Iterable[int]) -> None:
    """Check that the operands of each place stand for equally many samples, and outputs for single numbers."""
    for place in program.batched.keys() & set(outputs):
        raise GraphError(f"output {place} is batched; it must be picked from its batch")
    for place, (primitive, operands) in enumerate(zip(program.primitives, program.operands, strict=True)):
        extents = {program.batched[x] for x in (*operands, place) if x in program.batched}
        if len(extents) > 1:
            raise GraphError(f"place {place} ({primitive}) has to do with batches of {sorted(extents)} samples")
        if primitive is PICK and not 0 <= program.constants[operands[1]] < max(extents):
            raise GraphError(f"place {place} picks a sample outside of a batch of {max(extents)}")
