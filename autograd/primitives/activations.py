"""The rows of the activation functions of neural networks.

At a kink the subgradient is PyTorch's, so that a network trained here takes the same steps there:
relu'(0) = 0, leaky_relu'(0) = slope, elu'(0) = alpha. Conditions are written so that nan, which compares
false, stays nan or passes the derivative on, again as there.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from autograd.primitive import Elementwise, elementwise
from autograd.primitives.comparison import minimum, not_equal, where
from autograd.primitives.error_function import erf_of_array, in_blocks
from autograd.primitives.transcendental import erf, exp, expm1

_array = np.ndarray


def _sigmoid_of_float(x: float) -> float:
    # exp is only asked for numbers below 0, so it cannot overflow, and small results keep their digits.
    decay = math.exp(-abs(x))
    return (decay if x < 0 else 1.0) / (1.0 + decay)


_FLOATS: Final[tuple[Any, Any]] = (1.0, 40.0)
#: They in both precisions, as arrays: a ufunc takes a quarter of a microsecond to convert a float.
_NUMBERS: Final = {char: tuple(np.array(number, char) for number in _FLOATS) for char in "fd"}


def _sigmoid(x: Any) -> Any:
    one, most = _NUMBERS.get(x.dtype.char, _FLOATS) if x.__class__ is _array else _FLOATS
    growth = np.exp(np.minimum(x, most))  # beyond 40 the sigmoid is 1, and exp might overflow
    total = growth + one
    growth /= total
    return growth


def _slope_of_sigmoid(out: Any, x: Any) -> Any:
    if out.__class__ is not _array:
        return out * (1.0 - out)
    slope = _NUMBERS[out.dtype.char][0] - out
    slope *= out
    return slope


sigmoid: Elementwise = elementwise(
    "sigmoid",
    _sigmoid_of_float,
    _sigmoid,
    _slope_of_sigmoid,
    symbol="σ",
    doc="1 / (1 + exp(-x))",
    quiet=True,
    reads="out",
)
softplus: Elementwise = elementwise(
    "softplus",
    lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x,
    lambda x: np.logaddexp(x, 0.0),
    lambda out, x: sigmoid(x),
    doc="log(1 + exp(x)), a smooth relu",
    quiet=True,
)


def _slope_of_relu(out: Any, x: Any) -> Any:
    """Return 1 wherever the output is not 0, nan included."""
    if out.__class__ is float:
        return 1.0 if out != 0.0 else 0.0
    # Of arrays a mask does, many times quicker than numbers of double precision.
    return out.astype(bool) if out.__class__ is _array else not_equal(out, 0.0)


def _rectified(x: Any) -> Any:
    # NumPy's maximum of float32 and a number takes entry by entry; of many, `clip` is twice as quick.
    if x.__class__ is not _array or x.size <= 2**15 or x.dtype != np.float32:
        return np.maximum(x, 0.0)
    out = x.clip(0.0, np.inf)
    out += 0.0  # clip keeps -0.0
    return out


relu: Elementwise = elementwise(
    "relu",
    lambda x: 0.0 if x < 0 else x,
    _rectified,
    _slope_of_relu,
    symbol="ReLU",
    doc="max(x, 0); its slope at 0 is 0",
    quiet=True,
    reads="out",
)
leaky_relu: Elementwise = elementwise(
    "leaky_relu",
    lambda x, slope: x if x > 0 else slope * x,
    lambda x, slope: np.where(x > 0, x, slope * x),
    lambda out, x, slope: where(x > 0, 1.0, slope),
    lambda out, x, slope: where(x > 0, 0.0, x),
    symbol="leaky ReLU",
    doc="x where x > 0, else slope * x; He et al. 2015 (arXiv:1502.01852) learn the slope",
    quiet=True,
)
elu: Elementwise = elementwise(
    "elu",
    lambda x, alpha: alpha * math.expm1(x) if x <= 0 else x,
    lambda x, alpha: np.where(x <= 0, alpha * np.expm1(np.minimum(x, 0.0)), x),
    lambda out, x, alpha: where(x <= 0, alpha * exp(where(x < 0, x, 0.0)), 1.0),
    lambda out, x, alpha: where(x > 0, 0.0, expm1(minimum(x, 0.0))),
    symbol="ELU",
    doc="x where x > 0, else alpha * (exp(x) - 1); Clevert et al. 2015 (arXiv:1511.07289)",
)


def _normal_cdf(x: Any) -> Any:
    return 0.5 * (1.0 + erf(x * math.sqrt(0.5)))


def _normal_density(x: Any) -> Any:
    return exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def _gelu(x: Any) -> Any:
    return in_blocks(_gelu_of_array, np.asarray(x)) if np.ndim(x) else x * _normal_cdf(x)


def _gelu_of_array(x: Any) -> Any:
    out = erf_of_array(x * math.sqrt(0.5))
    out += 1.0
    out *= 0.5
    out *= x
    return out


def _slope_of_gelu(out: Any, x: Any) -> Any:
    if x.__class__ is _array:
        return in_blocks(_slope_of_gelu_of_array, out, x)
    return _normal_cdf(x) + x * _normal_density(x)


def _slope_of_gelu_of_array(out: Any, x: Any) -> Any:
    """Return the slope by a division, of what has been multiplied: quicker than the error function."""
    slope = np.square(x)
    slope *= -0.5
    np.exp(slope, out=slope)
    slope *= x
    slope *= 1.0 / math.sqrt(2.0 * math.pi)
    slope += out / x if x.all() else np.divide(out, x, out=np.full_like(x, 0.5), where=x != 0)
    return slope


gelu: Elementwise = elementwise(
    "gelu",
    lambda x: x * _normal_cdf(x),
    _gelu,
    _slope_of_gelu,
    symbol="GELU",
    doc="x times the normal distribution's probability below x; Hendrycks & Gimpel 2016 (arXiv:1606.08415)",
    quiet=True,
)
silu: Elementwise = elementwise(
    "silu",
    lambda x: x * _sigmoid_of_float(x),
    lambda x: x * _sigmoid(x),
    lambda out, x: sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))),
    symbol="SiLU",
    doc="x * sigmoid(x), also called swish; Elfwing et al. 2017 (arXiv:1702.03118)",
    quiet=True,
)
