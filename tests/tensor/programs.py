"""Random programs of arrays, with shared parts: on tensors, and the same on object arrays of Values.

A program is a list of steps, each a name and the positions of earlier results (the inputs first). A step that does
not fit the shapes, or leaves the range in which everything is well-conditioned, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import autograd
from tests.tensor.cases import numbers

Step = tuple[str, tuple[int, ...]]
LARGEST = 8.0

ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / (y * y + 1.0),
    "square": lambda x: x**2,
    "tanh": autograd.tanh,
    "sigmoid": autograd.sigmoid,
    "sin": autograd.sin,
    "exp": lambda x: autograd.exp(0.3 * x),
    "softplus": autograd.softplus,
    "gelu": autograd.gelu,
    "negative": lambda x: -x,
    "row": lambda x: x[0],
    "column": lambda x: x[:, :1],
    "every other": lambda x: x[::2],
    "picked": lambda x: x[[0, -1, 0]],
    "new axis": lambda x: x[None],
    "transpose": lambda x: x.T,
    "flat": lambda x: x.reshape(-1),
    "folded": lambda x: x.reshape(2, -1),
    "product": lambda x, y: x @ y,
}
ON_TENSORS: Mapping[str, Callable[..., Any]] = ELEMENTWISE | {
    "sum": lambda x: x.sum(axis=0),
    "mean": lambda x: x.mean(axis=-1, keepdims=True),
    "joined": lambda x, y: autograd.concatenate([x, y]),
    "logsumexp": lambda x: autograd.logsumexp(x, axis=0),
    "softmax": lambda x: autograd.softmax(x, axis=-1),
}


def _along(function: Callable[[list[Any]], Any], axis: int) -> Callable[[Any], Any]:
    """Apply a function of a list of numbers along an axis of an object array."""

    def apply(x: Any) -> Any:
        rows = np.moveaxis(x, axis, -1)
        found = np.empty(rows.shape[:-1], dtype=object)
        for place in np.ndindex(found.shape):
            found[place] = function(list(rows[place]))
        if found.size and isinstance(found.flat[0], list):
            listed = [cell for place in np.ndindex(found.shape) for cell in found[place]]
            cells = np.empty(len(listed), dtype=object)
            cells[:] = listed
            return np.moveaxis(cells.reshape(rows.shape), -1, axis)
        return found

    return apply


ON_OBJECTS: Mapping[str, Callable[..., Any]] = ELEMENTWISE | {
    "sum": _along(autograd.total, 0),
    "mean": lambda x: np.expand_dims(_along(lambda xs: autograd.total(xs) / len(xs), -1)(x), -1),
    "joined": lambda x, y: np.concatenate([x, y]),
    "logsumexp": _along(autograd.logsumexp, 0),
    "softmax": _along(autograd.softmax, -1),
}
ARITY = dict.fromkeys(ON_TENSORS, 1)
ARITY |= dict.fromkeys(("add", "subtract", "multiply", "divide", "product", "joined"), 2)
NAMES = sorted(ON_TENSORS)


@dataclass(frozen=True)
class Program:
    """A function of several arrays, and a point to differentiate it at."""

    point: tuple[Any, ...]
    steps: tuple[Step, ...]

    def __call__(self, *inputs: Any, table: Mapping[str, Callable[..., Any]] = ON_TENSORS) -> Any:
        """Run the steps, and add up the squares of what no step has used: one number."""
        results, loose = list(inputs), set(range(len(inputs)))
        for name, operands in self.steps:
            loose = (loose - set(operands)) | {len(results)}
            results.append(table[name](*[results[x] for x in operands]))
        parts = [(results[x] * results[x]).sum() for x in sorted(loose)]
        return sum(parts[1:], start=parts[0])


def build(shapes: Sequence[tuple[int, ...]], wishes: Sequence[tuple[str, Sequence[int]]]) -> Program:
    """Make a program of those wished steps that fit."""
    point = tuple(numbers(*shape, shift=place) for place, shape in enumerate(shapes))
    results, steps = [autograd.Tensor(x, constant=True) for x in point], []
    for name, wished in wishes:
        operands = tuple((-1 - x) % len(results) for x in wished[: ARITY[name]])
        try:
            out = ON_TENSORS[name](*[results[x] for x in operands])
        except (ValueError, IndexError, TypeError):
            continue
        if out.ndim and out.size and out.ndim <= 3 and out.size <= 40 and abs(out.data).max() < LARGEST:
            results.append(out)
            steps.append((name, operands))
    return Program(point, tuple(steps))


def decode(code: bytes) -> list[tuple[str, list[int]]]:
    """Read wished steps from bytes, three to a step."""
    return [(NAMES[code[at] % len(NAMES)], [x // 4 for x in code[at + 1 : at + 3]]) for at in range(0, len(code), 3)]


SHAPES = st.sampled_from([(2, 3), (3,), (3, 2), (1, 3), (2, 1), (2, 2), (2, 2, 2)])


def programs(inputs: int = 3, wishes: int = 14) -> st.SearchStrategy[Program]:
    """Return the strategy of programs of up to so many inputs and wished steps."""
    shapes = st.lists(SHAPES, min_size=1, max_size=inputs)
    return st.builds(build, shapes, st.binary(min_size=3 * wishes, max_size=3 * wishes).map(decode))
