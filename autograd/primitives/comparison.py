"""The rows that are constant in pieces: comparisons, sign, rounding, and the choice between two numbers.

A comparison gives 0 or 1. Where a rule is None, nothing is passed on: not even 0 times an infinity.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.primitive import Elementwise, elementwise


def _comparison(name: str, compare: Callable[[float, float], bool], array: Any, symbol: str) -> Elementwise:
    return elementwise(
        name, lambda x, y: float(compare(x, y)), array, None, None, symbol=symbol, doc=f"1 where x {symbol} y, else 0"
    )


less: Elementwise = _comparison("less", operator.lt, np.less, "<")
less_equal: Elementwise = _comparison("less_equal", operator.le, np.less_equal, "<=")
greater: Elementwise = _comparison("greater", operator.gt, np.greater, ">")
greater_equal: Elementwise = _comparison("greater_equal", operator.ge, np.greater_equal, ">=")
equal: Elementwise = _comparison("equal", operator.eq, np.equal, "==")
not_equal: Elementwise = _comparison("not_equal", operator.ne, np.not_equal, "!=")


def _sign(x: Any) -> Any:
    # Not np.sign: PyTorch's sign of nan is 0, which keeps the derivative of |x| a number.
    return np.subtract(x > 0, x < 0, dtype=np.result_type(x))


sign: Elementwise = elementwise(
    "sign", lambda x: float((x > 0) - (x < 0)), _sign, None, doc="-1, 0 or 1; the sign of nan is 0, as in PyTorch"
)
floor: Elementwise = elementwise(
    "floor", lambda x: math.copysign(float(math.floor(x)), x), np.floor, None, doc="the largest integer <= x"
)
step: Elementwise = elementwise(
    "step",
    lambda x: float(x > 0),
    lambda x: np.greater(x, 0).astype(np.result_type(x)),
    None,
    doc="1 where x > 0, else 0: the activation of the perceptron; its derivative is 0, so nothing learns through it",
)
where: Elementwise = elementwise(
    "where",
    lambda condition, x, y: x if condition else y,
    np.where,
    None,
    lambda out, condition, x, y: not_equal(condition, 0.0),
    lambda out, condition, x, y: equal(condition, 0.0),
    doc="x where the condition is not 0, else y; both are computed",
    quiet=True,
)


def _larger(x: float, y: float) -> float:
    return x if x >= y or x != x else y


def _smaller(x: float, y: float) -> float:
    return x if x <= y or x != x else y


# At a tie both operands are a largest one; each takes half of the derivative, as in PyTorch.
# Written so that nan, which compares false, passes the derivative on to both: also as in PyTorch.
maximum: Elementwise = elementwise(
    "maximum",
    _larger,
    np.maximum,
    lambda out, x, y: 1.0 - 0.5 * (x < y) - 0.5 * (x <= y),
    lambda out, x, y: 1.0 - 0.5 * (y < x) - 0.5 * (y <= x),
    symbol="max",
    doc="the larger of x and y; a tie shares its derivative equally",
)
minimum: Elementwise = elementwise(
    "minimum",
    _smaller,
    np.minimum,
    lambda out, x, y: 1.0 - 0.5 * (x > y) - 0.5 * (x >= y),
    lambda out, x, y: 1.0 - 0.5 * (y > x) - 0.5 * (y >= x),
    symbol="min",
    doc="the smaller of x and y; a tie shares its derivative equally",
)
# The bounds belong to the inside: d clip / dx = 1 at both of them, as in PyTorch. Where low > high, high wins.
clip: Elementwise = elementwise(
    "clip",
    lambda x, low, high: _smaller(_larger(x, low), high),
    lambda x, low, high: np.minimum(np.maximum(x, low), high),
    lambda out, x, low, high: 1.0 * (x >= low) * (x <= high),
    lambda out, x, low, high: 1.0 * (x < low) * (low < high),
    lambda out, x, low, high: where((x > high) + 1.0 * (low > high), 1.0, 0.0),
    doc="x held between low and high",
    quiet=True,
)


def _identity(x: Any) -> Any:
    return x


#: The same number as another node: what makes a fresh variable out of one that is being differentiated already.
identity: Elementwise = elementwise("identity", _identity, np.positive, lambda out, x: 1.0, doc="x")
stop_gradient: Elementwise = elementwise(
    "stop_gradient", _identity, np.positive, None, symbol="stop", doc="x, taken as a constant by every derivative"
)
