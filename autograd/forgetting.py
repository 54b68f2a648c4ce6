"""Numbers that a backward pass does without: they are dropped, and computed again if somebody looks at them.

What a convolution gives to relu is read by no rule: relu's looks at its own output, the convolution's at its operands.
If nobody holds that tensor either, its array is dead weight. The rows say what their rules read: `Primitive.reads_out`
and `reads_operands`.
"""

from __future__ import annotations

from collections.abc import Sequence
from sys import getrefcount
from typing import Any, Final

import numpy as np

from autograd.sweeps import ALONE

#: Arrays of fewer bytes stay.
LARGE: Final = 2**16

#: The references to an operand that nobody holds but the order of the graph and one node, in the loop of `forget`.
_HELD: Final = ALONE + 2


class _Unread(np.ndarray[Any, Any]):
    """What stands for an operand of which the rules read no more than shape and precision: one nan, everywhere."""


_NAN: Final = {char: np.array(np.nan, char).tobytes() for char in "fd"}


def forget(order: Sequence[Any], plain: type[Any], forgotten: type[Any]) -> None:
    """Drop the arrays of a graph that no rule reads, and that nobody holds but the one node computed from them.

    Nodes of the class `plain` that lose their array become `forgotten`, which says how `array` comes back.
    """
    if not any(type(node) is plain and node.operands and node.array.nbytes >= LARGE for node in order):
        return  # soon told of many small arrays
    for node in order:
        if not node.is_array or node.primitive is None or node.primitive.reads_operands:
            continue
        for operand in node.operands:
            if type(operand) is not plain or operand.array.nbytes < LARGE:
                continue
            if getrefcount(operand) == _HELD and _is_unread(operand):
                _drop(operand, node)
                operand.__class__ = forgotten


def _is_unread(x: Any) -> bool:
    """Tell whether the array of x is read by no rule of its own, and can be computed again."""
    return bool(x.operands and not x.primitive.reads_out and not any(each.__class__ is _Unread for each in x.inputs))


def _drop(x: Any, user: Any) -> None:
    """Drop the array of x, of which only `user` has been computed."""
    shape, dtype = x.shape, x.dtype
    unread = _Unread(shape, dtype, _NAN[dtype.char], strides=(0,) * len(shape))  # quicker than `broadcast_to`
    user.inputs = tuple([unread if o is x else given for o, given in zip(user.operands, user.inputs, strict=True)])
    del x.array
