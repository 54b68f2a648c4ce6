"""The rows of arithmetic. `out` is the result, `x` and `y` are the operands."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from autograd.primitive import Elementwise, elementwise
from autograd.primitives.comparison import equal, sign, where
from autograd.primitives.transcendental import log

add: Elementwise = elementwise(
    "add", operator.add, np.add, lambda out, x, y: 1.0, lambda out, x, y: 1.0, symbol="+", doc="x + y", reads="shapes"
)
subtract: Elementwise = elementwise(
    "subtract",
    operator.sub,
    np.subtract,
    lambda out, x, y: 1.0,
    lambda out, x, y: -1.0,
    symbol="−",
    doc="x - y",
    reads="shapes",
)
multiply: Elementwise = elementwise(
    "multiply",
    operator.mul,
    np.multiply,
    lambda out, x, y: y,
    lambda out, x, y: x,
    symbol="×",
    doc="x * y",
    reads="operands",
)
divide: Elementwise = elementwise(
    "divide",
    operator.truediv,
    np.divide,
    lambda out, x, y: 1 / y,
    lambda out, x, y: -out / y,
    symbol="÷",
    doc="x / y; x / 0 is an infinity or nan, as in IEEE 754",
)
negative: Elementwise = elementwise(
    "negative", operator.neg, np.negative, lambda out, x: -1.0, symbol="−", doc="-x", reads="shapes"
)


def _slope_in_base(out: Any, x: Any, y: Any) -> Any:
    # x**0 is flat even at x = 0, and so is its derivative: hence no 0**(-1), not even one multiplied by 0.
    if y.__class__ is float:
        return y * (x if y == 2.0 else power(x, y - 1.0)) if y else 0.0
    flat = equal(y, 0.0)
    return where(flat, 0.0, y * power(x, y - 1.0 + flat))


def _slope_in_exponent(out: Any, x: Any, y: Any) -> Any:
    # 0**y is flat in y for y >= 0, although log(0) is not a number to multiply with (as in PyTorch).
    return where(equal(x, 0.0) * (y >= 0), 0.0, out * log(x))


# math.pow, not `**`: Python's operator answers a negative base and a fractional exponent with a complex number.
power: Elementwise = elementwise(
    "power",
    math.pow,
    np.power,
    _slope_in_base,
    _slope_in_exponent,
    symbol="**",
    doc="x ** y; a negative base with a fractional exponent gives nan",
)
# |x| has a kink at 0; of its subgradients [-1, 1] we take sign(0) = 0, as PyTorch does.
absolute: Elementwise = elementwise("absolute", abs, np.absolute, lambda out, x: sign(x), symbol="abs", doc="|x|")
