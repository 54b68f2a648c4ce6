"""Small `Tensor`s that move as one array: the rule is computed once for all of them, not once for each."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate, pairwise
from operator import is_

import numpy as np

from nn.optimizers.blocks import Array, Block, Memory, TensorBlock, ValueBlock

#: Above this many numbers a tensor moves alone: there the calls of a rule cost less than copies would.
SMALL = 8_192

#: At most so many numbers move together: what a rule reads and writes should stay in the cache.
TOGETHER = 16_384


class JointBlock:
    """Some `Tensor`s of one group and precision, which move as one as long as nothing sets them apart.

    Attributes
    ----------
    members
        The blocks of the tensors: what is remembered of them are parts of what is remembered here.
    """

    def __init__(self, members: list[TensorBlock]) -> None:
        self.members = members
        ends = accumulate((math.prod(member.memory.shape) for member in members), initial=0)
        self._places = [slice(*pair) for pair in pairwise(ends)]
        self.memory = Memory((self._places[-1].stop,), members[0].memory.dtype)
        for member, place in zip(members, self._places, strict=True):
            member.memory.join(self.memory, place)
        self._given: list[Array] = []  # what the tensors were given at the last step, and the array of which it is part
        self._numbers: Array = np.empty(0)

    def read(self) -> tuple[Array, Array] | None:
        """Return all numbers and all gradients, end to end.

        None if the tensors have to move one by one: one is frozen or has no gradient, was not moved as often as the
        others, or has changed its precision.
        """
        numbers, gradients, steps = [], [], set()
        for member in self.members:
            own = member.read()
            memory = member.memory
            if own is None or memory.whole is not self.memory:
                return None
            numbers.append(own[0])
            gradients.append(own[1])
            steps.add(memory.steps)
        if len(steps) > 1:
            return None
        (self.memory.steps,) = steps
        is_same = len(self._given) == len(numbers) and all(map(is_, numbers, self._given))
        return self._numbers if is_same else np.concatenate(numbers, axis=None), np.concatenate(gradients, axis=None)

    def room(self) -> Array:
        """Return an array for a change of the numbers, which `subtract` makes the tensors' own."""
        return np.empty(self.memory.shape, self.memory.dtype)

    def subtract(self, change: Array, numbers: Array) -> None:
        """Set the numbers to `numbers - change`, in the memory of the change."""
        np.subtract(numbers, change, out=change)
        change.flags.writeable = False  # a part of it, unlike a tensor's own array, could be made writeable again
        self._numbers, self._given = change, []
        for member, place in zip(self.members, self._places, strict=True):
            memory = member.memory
            memory.steps = self.memory.steps
            part = change[place]
            member.tensor.array = part = part.reshape(memory.shape) if memory.shape else part[0]
            self._given.append(part)


def join(blocks: Iterable[Block]) -> list[Block | JointBlock]:
    """Return the blocks of a group in such a way that small tensors of one precision move together."""
    moving: list[Block | JointBlock] = []
    crowds: defaultdict[np.dtype, list[TensorBlock]] = defaultdict(list)
    for block in blocks:
        size = math.prod(block.memory.shape)
        if isinstance(block, ValueBlock) or size > SMALL:
            moving.append(block)
            continue
        crowd = crowds[block.memory.dtype]
        if size + sum(math.prod(member.memory.shape) for member in crowd) > TOGETHER:
            moving.append(_joined(crowd))
            crowd = crowds[block.memory.dtype] = []
        crowd.append(block)
    return [*moving, *map(_joined, crowds.values())]


def _joined(crowd: list[TensorBlock]) -> TensorBlock | JointBlock:
    return JointBlock(crowd) if len(crowd) > 1 else crowd[0]
