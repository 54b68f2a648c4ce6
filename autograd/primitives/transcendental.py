"""The rows of exponentials, logarithms, roots, trigonometric and hyperbolic functions.

Derivatives are those of any table of calculus, written in the output where that saves work or digits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.primitive import Elementwise, elementwise
from autograd.primitives.comparison import equal, where
from autograd.primitives.error_function import erf_of_array

exp: Elementwise = elementwise("exp", math.exp, np.exp, lambda out, x: out, doc="e to the power x", reads="out")
expm1: Elementwise = elementwise(
    "expm1", math.expm1, np.expm1, lambda out, x: out + 1.0, doc="exp(x) - 1, exact for small x", reads="out"
)
log: Elementwise = elementwise(
    "log", math.log, np.log, lambda out, x: 1.0 / x, doc="the natural logarithm; log(0) = -inf"
)
log1p: Elementwise = elementwise(
    "log1p", math.log1p, np.log1p, lambda out, x: 1.0 / (1.0 + x), doc="log(1 + x), exact for small x"
)
sqrt: Elementwise = elementwise(
    "sqrt",
    math.sqrt,
    np.sqrt,
    lambda out, x: 0.5 / out,
    symbol="√",
    doc="the square root; its slope at 0 is inf",
    reads="out",
)

sin: Elementwise = elementwise("sin", math.sin, np.sin, lambda out, x: cos(x), doc="the sine of x radians")
cos: Elementwise = elementwise("cos", math.cos, np.cos, lambda out, x: -sin(x), doc="the cosine of x radians")
tan: Elementwise = elementwise(
    "tan", math.tan, np.tan, lambda out, x: 1.0 + out * out, doc="the tangent of x radians", reads="out"
)
arcsin: Elementwise = elementwise(
    "arcsin", math.asin, np.arcsin, lambda out, x: 1.0 / sqrt(1.0 - x * x), doc="the angle in radians whose sine is x"
)
arccos: Elementwise = elementwise(
    "arccos",
    math.acos,
    np.arccos,
    lambda out, x: -1.0 / sqrt(1.0 - x * x),
    doc="the angle in radians whose cosine is x",
)
arctan: Elementwise = elementwise(
    "arctan", math.atan, np.arctan, lambda out, x: 1.0 / (1.0 + x * x), doc="the angle in radians whose tangent is x"
)


def _inverse_square_length(x: Any, y: Any) -> Any:
    # The angle has no derivative at the origin; PyTorch's 0 is taken there.
    square = x * x + y * y
    at_origin = equal(square, 0.0)
    return where(at_origin, 0.0, 1.0 / (square + at_origin))


arctan2: Elementwise = elementwise(
    "arctan2",
    math.atan2,
    np.arctan2,
    lambda out, y, x: x * _inverse_square_length(x, y),
    lambda out, y, x: -y * _inverse_square_length(x, y),
    doc="the angle in radians of the point (x, y), written arctan2(y, x)",
)

sinh: Elementwise = elementwise("sinh", math.sinh, np.sinh, lambda out, x: cosh(x), doc="the hyperbolic sine")
cosh: Elementwise = elementwise("cosh", math.cosh, np.cosh, lambda out, x: sinh(x), doc="the hyperbolic cosine")
tanh: Elementwise = elementwise(
    "tanh", math.tanh, np.tanh, lambda out, x: 1.0 - out * out, doc="the hyperbolic tangent", reads="out"
)

erf: Elementwise = elementwise(
    "erf", math.erf, erf_of_array, lambda out, x: 2.0 / math.sqrt(math.pi) * exp(-x * x), doc="the error function"
)
