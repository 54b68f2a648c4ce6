"""A function of one sample as a function of a batch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from autograd.errors import OperandError, ShapeError
from autograd.recording import recording
from autograd.trees import describe


def vmap(function: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Return the function that applies `function` to each sample: to the items of its arguments, side by side.

    Within a compiled function, `function` is run once, on symbols that stand for all samples: the program to compile is
    that of one sample, whatever their number. It is run for each sample after all where that is the only way: where
    it asks for the truth or the whole part of a number that differs from sample to sample (`if x > 0`), where samples
    are of different form, and for a vmap within a vmap. Either way results are those of the loop. What a function
    does besides returning them, such as counting its calls, is done once.

    Raises
    ------
    ShapeError
        The arguments do not have the same number of items.
    TracingError
        Within a compiled function, a number of one sample is used outside of it without being returned.

    >>> vmap(lambda x, y: x * y)([1.0, 2.0], [3.0, 4.0])
    [3.0, 8.0]

    >>> from autograd import Value, compile, dot
    >>> weights = [Value(1.0), Value(-2.0)]
    >>> error = lambda row, y: (dot(weights, row) - y) ** 2
    >>> loss = compile(lambda X, Y: sum(vmap(error)(X, Y)) / len(Y))
    >>> loss([[3.0, 1.0], [0.0, 2.0], [5.0, 0.0]], [1.0, -2.0, 4.0])
    Value(1.6666666666666667)
    """

    @functools.wraps(function)
    def batched(*arguments: Any) -> list[Any]:
        for argument in arguments:
            if not hasattr(argument, "__len__"):
                raise OperandError(f"vmap: expected lists of samples, got {describe(argument)}")
        lengths = {len(argument) for argument in arguments}
        if len(lengths) != 1:
            raise ShapeError(f"vmap: expected arguments with the same number of samples, got {sorted(lengths)}")
        mode: Any = recording.get()
        results = None if isinstance(mode, bool) else mode.mapped(function, arguments)
        if results is not None:
            return results  # type: ignore[no-any-return]
        return [function(*sample) for sample in zip(*arguments, strict=True)]

    return batched
