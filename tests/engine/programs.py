"""Random scalar programs: expressions with shared parts over the library's operators, rows and n-ary functions.

A program is a list of steps, each a name and its operands: positions of earlier results (the inputs first), or
constants. The same program runs on floats, on nodes, and on mpmath's numbers of fifty digits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.primitive import Elementwise, registry

Step = tuple[str, tuple[int | float, ...]]

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "abs": operator.abs,
}
NARY = {
    "total of 3": (lambda *xs: autograd.total(xs), lambda *xs: mpmath.fsum(xs)),
    "largest of 3": (lambda *xs: autograd.largest(xs), max),
    "logsumexp of 3": (
        lambda *xs: autograd.logsumexp(xs),
        lambda *xs: mpmath.log(mpmath.fsum([mpmath.exp(x) for x in xs])),
    ),
    "dot of 3": (lambda w, x, b: autograd.dot([w, x], [x, b], w), lambda w, x, b: w * x + x * b + w),
}
# The definition of each row, in fifty digits. A row that is missing here is left to the other tests.
DEFINITIONS: dict[str, Callable[..., Any]] = {
    "less": lambda x, y: mpmath.mpf(x < y),
    "less_equal": lambda x, y: mpmath.mpf(x <= y),
    "greater": lambda x, y: mpmath.mpf(x > y),
    "greater_equal": lambda x, y: mpmath.mpf(x >= y),
    "equal": lambda x, y: mpmath.mpf(x == y),
    "not_equal": lambda x, y: mpmath.mpf(x != y),
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "step": lambda x: mpmath.mpf(x > 0),
    "where": lambda condition, x, y: x if condition else y,
    "maximum": max,
    "minimum": min,
    "clip": lambda x, low, high: min(max(x, low), high),
    "identity": lambda x: +x,
    "exp": mpmath.exp,
    "expm1": lambda x: mpmath.exp(x) - 1,
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "arctan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "erf": mpmath.erf,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (mpmath.exp(x) - 1),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negative": operator.neg,
    "power": operator.pow,
    "absolute": abs,
}
ROWS = {name: row for name, row in registry.items() if isinstance(row, Elementwise) and name in DEFINITIONS}
ON_NODES: Mapping[str, Callable[..., Any]] = OPERATORS | ROWS | {name: pair[0] for name, pair in NARY.items()}
IN_FIFTY_DIGITS: Mapping[str, Callable[..., Any]] = (
    OPERATORS | DEFINITIONS | {name: pair[1] for name, pair in NARY.items()}
)
ARITY = (
    {name: 1 if name in ("neg", "abs") else 2 for name in OPERATORS}
    | {name: row.arity for name, row in ROWS.items()}
    | dict.fromkeys(NARY, 3)
)
LARGEST_NUMBER, LARGEST_SLOPE, SMALLEST_NUMBER, NEARBY = 20.0, 20.0, 1e-2, 1e-3


@dataclass(frozen=True)
class Program:
    """A scalar function of several numbers, and a point to differentiate it at."""

    point: tuple[float, ...]
    steps: tuple[Step, ...]

    def __call__(self, inputs: Sequence[Any], table: Mapping[str, Callable[..., Any]] = ON_NODES) -> Any:
        """Run the steps on nodes, floats or whatever the functions of the table take."""
        results = list(inputs)
        for name, operands in self.steps:
            results.append(table[name](*[results[x] if isinstance(x, int) else x for x in operands]))
        return results[-1]

    def in_fifty_digits(self, *inputs: Any) -> Any:
        """Run the steps on mpmath's numbers."""
        return self(inputs, IN_FIFTY_DIGITS)

    def derivative(self, *orders: int) -> float:
        """Return a partial derivative at the point, from differences of fifty digits."""
        with mpmath.workdps(50):
            return float(mpmath.diff(self.in_fifty_digits, tuple(map(mpmath.mpf, self.point)), orders))


def differentiate(name: str, numbers: Sequence[float]) -> tuple[float, list[float]]:
    """Return the result of a step and its slope in each operand."""
    operands = [Value(number) for number in numbers]
    out = ON_NODES[name](*operands)
    out.backward()
    return out.data, [operand.grad for operand in operands]


def is_smooth_near(name: str, numbers: Sequence[float]) -> bool:
    """Tell whether a step is harmless there: no large numbers, no cancellation to zero, no kink or jump nearby."""

    data, slopes = differentiate(name, numbers)
    if not SMALLEST_NUMBER < abs(data) < LARGEST_NUMBER or not all(abs(slope) < LARGEST_SLOPE for slope in slopes):
        return False
    for sign in (1, -1):
        for place in range(len(numbers)):
            moved = [number + sign * NEARBY * (index == place) for index, number in enumerate(numbers)]
            data_there, slopes_there = differentiate(name, moved)
            if not abs(data_there - data) < 2 * LARGEST_SLOPE * NEARBY:
                return False
            if not all(abs(a - b) < 0.2 for a, b in zip(slopes, slopes_there, strict=True)):
                return False
    return True


def build(point: Sequence[float], wishes: Sequence[tuple[str, Sequence[int | float]]]) -> Program:
    """Make a program of those wished steps that are harmless and keep the whole well-conditioned.

    Wished operands are constants, or count results back from the last one. What no step has used is added up.
    """
    results, steps, sensitivities = list(point), [], [1.0] * len(point)
    loose = set(range(len(point)))
    for name, wished in wishes:
        operands = tuple(x if isinstance(x, float) else (-1 - x) % len(results) for x in wished[: ARITY[name]])
        numbers = [x if isinstance(x, float) else results[x] for x in operands]
        if all(isinstance(x, float) for x in operands) or not is_smooth_near(name, numbers):
            continue
        # How much a rounding error of the inputs may have grown: the sum over all paths, without signs.
        out, slopes = differentiate(name, numbers)
        growth = sum(
            abs(slope) * sensitivities[x] for slope, x in zip(slopes, operands, strict=True) if isinstance(x, int)
        )
        if growth < 300:
            loose = (loose - set(operands)) | {len(results)}
            results.append(out)
            steps.append((name, operands))
            sensitivities.append(growth)
    first, *others = sorted(loose)
    for count, other in enumerate(others):
        steps.append(("+", (first, other)))
        first = len(results) + count
    return Program(tuple(point), tuple(steps))


def irregular(k: int) -> float:
    """Return a number that is neither round nor, with others of its kind, symmetric."""
    return k / 97 + math.pi / 1000


NUMBERS = st.integers(-200, 200).map(irregular)
CONSTANTS = (2.0, -1.3, 0.7)
# Operators are wished for as often as everything else together.
NAMES = [*sorted(OPERATORS) * (len(ON_NODES) // len(OPERATORS)), *sorted(ON_NODES)]


def decode(code: bytes) -> list[tuple[str, list[int | float]]]:
    """Read wished steps from bytes, four to a step: what hypothesis draws in one go, and shrinks well."""
    steps = [code[start : start + 4] for start in range(0, len(code), 4)]
    return [
        (NAMES[name % len(NAMES)], [x // 4 if x % 4 else CONSTANTS[x % len(CONSTANTS)] for x in wished])
        for name, *wished in steps
    ]


def programs(inputs: int = 4, wishes: int = 24) -> st.SearchStrategy[Program]:
    """Return the strategy of programs of up to so many inputs, and of the harmless ones among so many wished steps."""
    points = st.lists(NUMBERS, min_size=1, max_size=inputs)
    return st.builds(build, points, st.binary(min_size=4 * wishes, max_size=4 * wishes).map(decode))
