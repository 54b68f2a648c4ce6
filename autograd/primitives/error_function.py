"""The error function of arrays, which NumPy does not have.

The rational approximations are those of Sun's `s_erf.c` (1993), which the C library uses too: exact to the last digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

# Below 0.84375: erf(x) = x + x P(x²) / Q(x²). Coefficients from the constant term upwards.
_P = (
    1.28379167095512558561e-01,
    -3.25042107247001499370e-01,
    -2.84817495755985104766e-02,
    -5.77027029648944159157e-03,
    -2.37630166566501626084e-05,
)
_Q = (
    1.0,
    3.97917223959155352819e-01,
    6.50222499887672944485e-02,
    5.08130628187576562776e-03,
    1.32494738004321644526e-04,
    -3.96022827877536812320e-06,
)
# From there to 1.25: erf(x) = c + P(x - 1) / Q(x - 1).
_C = 8.45062911510467529297e-01
_PA = (
    -2.36211856075265944077e-03,
    4.14856118683748331666e-01,
    -3.72207876035701323847e-01,
    3.18346619901161753674e-01,
    -1.10894694282396677476e-01,
    3.54783043256182359371e-02,
    -2.16637559486879084300e-03,
)
_QA = (
    1.0,
    1.06420880400844228286e-01,
    5.40397917702171048937e-01,
    7.18286544141962662868e-02,
    1.26171219808761642112e-01,
    1.36370839120290507362e-02,
    1.19844998467991074170e-02,
)
# From there on: erf(x) = 1 - exp(-x² - 0.5625 + R(1/x²) / S(1/x²)) / x, good up to 2.857; from 6 on it is 1.
_RA = (
    -9.86494403484714822705e-03,
    -6.93858572707181764372e-01,
    -1.05586262253232909814e01,
    -6.23753324503260060396e01,
    -1.62396669462573470355e02,
    -1.84605092906711035994e02,
    -8.12874355063065934246e01,
    -9.81432934416914548592e00,
)
_SA = (
    1.0,
    1.96512716674392571292e01,
    1.37657754143519042600e02,
    4.34565877475229228821e02,
    6.45387271733267880336e02,
    4.29008140027567833386e02,
    1.08635005541779435134e02,
    6.57024977031928170135e00,
    -6.04244152148580987438e-02,
)
_RB = (
    -9.86494292470009928597e-03,
    -7.99283237680523006574e-01,
    -1.77579549177547519889e01,
    -1.60636384855821916062e02,
    -6.37566443368389627722e02,
    -1.02509513161107724954e03,
    -4.83519191608651397019e02,
)
_SB = (
    1.0,
    3.03380607434824582924e01,
    3.25792512996573918826e02,
    1.53672958608443695994e03,
    3.19985821950859553908e03,
    2.55305040643316442583e03,
    4.74528541206955367215e02,
    -2.24409524465858183362e01,
)


# For float32 one fraction does everywhere: erf(x) = x P(x²) / Q(x²) up to 3.93; from there on it rounds to 1. Fitted by
# Remez' algorithm to the least relative error, 1.9e-8; all terms are positive, so that none cancel.
_SINGLE_END = 3.93
_PS = (
    1.12837914536222683,
    0.190784383847587837,
    0.0527903252738623469,
    0.00377962098457526179,
    0.000284807029176931690,
    2.04194503821765586e-06,
)
_QS = (
    1.0,
    0.502410977620345478,
    0.114257719910779940,
    0.0149974656139539312,
    0.00116521189861863999,
    3.80037193306646638e-05,
)
#: So many numbers at a time: what is computed in between stays in the cache.
_BLOCK = 16384


def erf_of_array(x: Any) -> Any:
    """Return the error function of each number, in the precision of the array.

    >>> erf_of_array(np.array([0.0, 1.0])).round(6).tolist()
    [0.0, 0.842701]
    """
    if np.ndim(x) == 0:
        return np.result_type(x).type(math.erf(x))
    x = np.asarray(x)
    return in_blocks(_single if x.dtype == np.float32 else _double, x)


def in_blocks(formula: Callable[..., Any], *xs: Any) -> Any:
    """Return an elementwise formula of arrays of one shape and precision, computed for so many numbers at a time.

    What is computed in between stays in the cache.

    >>> in_blocks(lambda x, y: x * y + 1.0, np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([[4., 9.]])
    """
    out = np.empty(xs[0].shape, xs[0].dtype)
    flats, target = [np.ravel(x) for x in xs], out.reshape(-1)
    for start in range(0, target.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        target[block] = formula(*[flat[block] for flat in flats])
    return out


def _single(x: Any) -> Any:
    near = np.minimum(np.maximum(x, -_SINGLE_END), _SINGLE_END)
    square = near * near
    near *= _horner(square, _PS)
    near /= _horner(square, _QS)
    return np.minimum(np.maximum(near, -1.0, out=near), 1.0, out=near)


def _near_zero(x: Any) -> Any:
    near = np.clip(x, -0.85, 0.85)
    square = near * near
    return near + near * (_horner(square, _P) / _horner(square, _Q))


def _double(x: Any) -> Any:
    size, out = np.abs(x), _near_zero(x)
    _put(out, x, (size >= 0.84375) & (size < 1.25), lambda s: _C + _horner(s - 1.0, _PA) / _horner(s - 1.0, _QA))
    _put(out, x, (size >= 1.25) & (size < 1 / 0.35), lambda s: _tail(s, _RA, _SA))
    _put(out, x, (size >= 1 / 0.35) & (size < 6.0), lambda s: _tail(s, _RB, _SB))
    _put(out, x, size >= 6.0, np.ones_like)
    return out


def _put(out: Any, x: Any, where: Any, formula: Any) -> None:
    """Write a formula in |x| where it holds; the function is odd."""
    if where.any():
        chosen = x[where]
        out[where] = np.copysign(formula(np.abs(chosen)), chosen)


def _horner(x: Any, coefficients: tuple[float, ...]) -> Any:
    value = x * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


def _tail(size: Any, r: tuple[float, ...], s: tuple[float, ...]) -> Any:
    inverse = 1.0 / (size * size)
    return 1.0 - np.exp(-size * size - 0.5625 + _horner(inverse, r) / _horner(inverse, s)) / size
