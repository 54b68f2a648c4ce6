"""How each primitive is written in NumPy: what emitted programs are made of.

A row whose evaluation is a ufunc is written as that ufunc. The others are written as a function of the program's own,
from the text below, so that an emitted program runs without this library.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from autograd.errors import TracingError
from autograd.primitive import Primitive

#: Text of the functions that emitted programs bring along; each takes its operands and `out`.
FUNCTIONS: Final[dict[str, str]] = {
    "sigmoid": """
def sigmoid(x, out):
    np.exp(np.minimum(x, 40.0), out=out)  # beyond 40 the sigmoid is 1, and exp might overflow
    np.divide(out, 1.0 + out, out=out)
""",
    "leaky_relu": """
def leaky_relu(x, slope, out):
    np.copyto(out, np.where(x > 0, x, slope * x))
""",
    "elu": """
def elu(x, alpha, out):
    np.copyto(out, np.where(x <= 0, alpha * np.expm1(np.minimum(x, 0.0)), x))
""",
    "erf": """
def erf(x, out):
    np.copyto(out, np.frompyfunc(math.erf, 1, 1)(x), casting="unsafe")
""",
    "gelu": """
def gelu(x, out):
    erf = np.frompyfunc(math.erf, 1, 1)(x * math.sqrt(0.5))
    np.multiply(x, 0.5 * (1.0 + np.asarray(erf, dtype=float)), out=out)
""",
    "silu": """
def silu(x, out):
    growth = np.exp(np.minimum(x, 40.0))
    np.multiply(x, growth / (1.0 + growth), out=out)
""",
    "sign": """
def sign(x, out):
    np.subtract(x > 0, x < 0, out=out, dtype=float)
""",
    "where": """
def where(condition, x, y, out):
    np.copyto(out, np.where(condition, x, y))
""",
    "clip": """
def clip(x, low, high, out):
    np.minimum(np.maximum(x, low), high, out=out)
""",
    "bernoulli_nll": """
def bernoulli_nll(p, t, out):
    np.negative(t * np.maximum(np.log(p), -100.0) + (1.0 - t) * np.maximum(np.log(1.0 - p), -100.0), out=out)
""",
    "logsumexp": """
def logsumexp(x, axis, out):
    terms = x.copy()
    top = np.maximum.reduce(terms, axis=axis, keepdims=True)
    shift = np.minimum(np.maximum(top, -1.7976931348623157e308), 1.7976931348623157e308)  # inf - inf would be nan
    np.exp(np.subtract(terms, shift, out=terms), out=terms)
    np.add(np.log(np.add.reduce(terms, axis=axis)), shift.reshape(out.shape), out=out)
""",
    "logsumexp_of_segments": """
def logsumexp_of_segments(x, starts, owners, out):
    shift = np.minimum(np.maximum(np.maximum.reduceat(x, starts), -1.7976931348623157e308), 1.7976931348623157e308)
    terms = np.exp(x - shift[owners])
    np.add(np.log(np.add.reduceat(terms, starts)), shift, out=out)
""",
    "take": """
def take(index, array, starts, out, step=1):
    rows = index.astype(np.intp)
    positions = starts + (rows if step == 1 else step * rows)
    np.take(array, positions, out=out, mode="clip")  # the positions were checked when they were given
""",
    "strided": """
def strided(array, offset, shape, steps):
    flat = array.reshape(-1)[offset:]
    return np.lib.stride_tricks.as_strided(flat, shape, [step * array.itemsize for step in steps])
""",
}
#: The same for programs in straight-line Python: functions of floats.
PYTHON_FUNCTIONS: Final[dict[str, str]] = {
    "sigmoid": """
def sigmoid(x):
    decay = math.exp(-abs(x))  # at most 1: cannot overflow
    return (decay if x < 0 else 1.0) / (1.0 + decay)
""",
    "softplus": """
def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x
""",
    "leaky_relu": """
def leaky_relu(x, slope):
    return x if x > 0 else slope * x
""",
    "elu": """
def elu(x, alpha):
    return alpha * math.expm1(x) if x <= 0 else x
""",
    "gelu": """
def gelu(x):
    return x * 0.5 * (1.0 + math.erf(x * math.sqrt(0.5)))
""",
    "silu": """
def silu(x):
    decay = math.exp(-abs(x))
    return x * ((decay if x < 0 else 1.0) / (1.0 + decay))
""",
    "sign": """
def sign(x):
    return 1.0 if x > 0 else (-1.0 if x < 0 else 0.0)
""",
    "floor": """
def floor(x):
    return math.copysign(float(math.floor(x)), x) if abs(x) < 2.0**52 else x  # else it is whole, or no number
""",
    "step": """
def step(x):
    return 1.0 if x > 0 else 0.0
""",
    "clip": """
def clip(x, low, high):
    x = x if x >= low or x != x else low
    return x if x <= high or x != x else high
""",
    "bernoulli_nll": """
def bernoulli_nll(p, t):
    yes = max(math.log(p), -100.0) if p > 0 else -100.0
    no = max(math.log(1.0 - p), -100.0) if p < 1 else -100.0
    return -(t * yes + (1.0 - t) * no)
""",
    "logsumexp": """
def logsumexp(*xs):
    top = max(xs)
    return top if math.isinf(top) else top + math.log(sum(math.exp(x - top) for x in xs))
""",
    "largest": """
def largest(*xs):
    return next((x for x in xs if x != x), max(xs))
""",
    "take": """
def take(index, *xs):
    return xs[min(max(int(index), 0), len(xs) - 1)]  # the positions were checked when they were given
""",
}
#: Sums of many terms, over the last axes of one operand.
REDUCTIONS: Final = {"total": "np.add.reduce", "largest": "np.maximum.reduce", "logsumexp": "logsumexp"}


#: Rows that are one call, though not of a ufunc with the same operands.
LINES: Final = {
    "identity": "np.copyto({1}, {0})",
    "relu": "np.maximum({}, 0.0, out={})",
    "softplus": "np.logaddexp({}, 0.0, out={})",
    "step": "np.greater({}, 0.0, out={})",
}


def call_text(primitive: Primitive, operands: int) -> tuple[str, str]:
    """Return the line that computes a primitive, with holes for operands and result, and the function it calls."""
    if primitive.name in LINES:
        return LINES[primitive.name], ""
    name = function_name(primitive)
    return f"{name}({', '.join(['{}'] * operands)}, out={{}})", name


def is_one_call(primitive: Primitive) -> bool:
    """Tell whether a primitive is a single call, which may write its result over an operand."""
    return isinstance(primitive.array, np.ufunc) or primitive.name in LINES


def function_name(primitive: Primitive) -> str:
    """Return what emitted programs call for a primitive: a ufunc, or the name of a function from `FUNCTIONS`.

    Raises
    ------
    TracingError
        It is a primitive of the user's own, whose text is not known.
    """
    if isinstance(primitive.array, np.ufunc):
        return f"np.{primitive.array.__name__}"
    if primitive.name in FUNCTIONS or primitive.name in LINES:
        return primitive.name
    raise TracingError(
        f"the primitive {primitive.name!r} has no NumPy text to emit; compile works with this library's own.\n"
        "  give it a ufunc as `array`, or write it with autograd's functions"
    )
