"""A function of one sample as a function of a batch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from autograd.errors import OperandError, ShapeError
from autograd.trees import describe


def vmap(function: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Return the function that applies `function` to each sample: to the items of its arguments, side by side.

    Raises
    ------
    ShapeError
        The arguments do not have the same number of items.

    >>> vmap(lambda x, y: x * y)([1.0, 2.0], [3.0, 4.0])
    [3.0, 8.0]
    """

    @functools.wraps(function)
    def batched(*arguments: Any) -> list[Any]:
        for argument in arguments:
            if not hasattr(argument, "__len__"):
                raise OperandError(f"vmap: expected lists of samples, got {describe(argument)}")
        lengths = {len(argument) for argument in arguments}
        if len(lengths) != 1:
            raise ShapeError(f"vmap: expected arguments with the same number of samples, got {sorted(lengths)}")
        return [function(*sample) for sample in zip(*arguments, strict=True)]

    return batched
