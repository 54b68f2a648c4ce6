"""How weights start: random, so that neurons differ, and scaled, so that signals keep their size.

Every initializer takes a shape and a generator, and returns an array of that shape: (fan_out, fan_in) for a matrix,
(out, in / groups, *kernel) for a convolution. Settings are keywords.
Weights that all start at zero stay equal to each other for ever: each neuron of a layer gets the same gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError, ShapeError, UnknownNameError
from autograd.errors import did_you_mean
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Shape = tuple[int, ...]
    Initializer = Callable[[Shape, Rng], Array]


def fans(shape: Shape) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many inputs a neuron has, and how many neurons an input goes to.

    Each entry of a kernel counts: (out, in, *kernel) has fan_in = in * prod(kernel), fan_out = out * prod(kernel).

    Raises
    ------
    ShapeError
        There are fewer than two axes.

    >>> fans((10, 3)), fans((16, 8, 3, 3))
    ((3, 10), (72, 144))
    """
    if len(shape) < 2:
        raise ShapeError(f"expected the shape of weights, (fan_out, fan_in, ...), got {shape}; biases start at zeros")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


#: How much an activation shrinks what passes through it, as its inverse: what weights should be multiplied with.
_GAINS = {"linear": 1.0, "step": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": math.sqrt(2.0), "selu": 0.75}


def calculate_gain(activation: str, slope: float = 0.01) -> float:
    """Return by how much weights before an activation should be larger, as PyTorch counts it.

    sqrt(2) for relu, which silences half; sqrt(2 / (1 + slope**2)) for leaky_relu; 5/3 for tanh; else 1.

    Raises
    ------
    UnknownNameError
        No gain is known for the activation.

    >>> round(calculate_gain("relu"), 6), round(calculate_gain("leaky_relu", 1.0), 6)
    (1.414214, 1.0)
    """
    if activation == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + slope**2))
    if activation not in _GAINS:
        known = [*_GAINS, "leaky_relu"]
        raise UnknownNameError(
            f"no gain is known for {activation!r}; {did_you_mean(activation, known)}there are {', '.join(known)}"
        )
    return _GAINS[activation]


# --- distributions of a given width -----------------------------------------------------------------------------------


def uniform(shape: Shape, rng: Rng, bound: float = 1.0) -> Array:
    """Draw from the uniform distribution on (-bound, bound), whose variance is bound**2 / 3.

    >>> uniform((2, 3), 0).shape
    (2, 3)
    """
    return generator(rng).uniform(-bound, bound, size=shape)


def normal(shape: Shape, rng: Rng, std: float = 1.0, *, mean: float = 0.0) -> Array:
    """Draw from the normal distribution with a mean and a standard deviation."""
    return generator(rng).normal(mean, std, size=shape)


def constant(shape: Shape, rng: Rng = None, value: float = 1.0) -> Array:
    """Return one number everywhere: right for the gains of a normalization, wrong for weights."""
    return np.full(shape, float(value))


def zeros(shape: Shape, rng: Rng = None) -> Array:
    """Return zeros: right for biases, wrong for weights, and here to show why."""
    return np.zeros(shape)


# --- widths that keep the size of signals -----------------------------------------------------------------------------


def xavier_uniform(shape: Shape, rng: Rng, *, gain: float = 1.0) -> Array:
    """Draw uniformly with variance gain**2 * 2 / (fan_in + fan_out), for tanh, sigmoid and linear layers.

    The bound is gain * sqrt(6 / (fan_in + fan_out)): Glorot & Bengio 2010, equation 16.
    """
    return uniform(shape, rng, gain * math.sqrt(6.0 / _not_zero(sum(fans(shape)), shape)))


def xavier_normal(shape: Shape, rng: Rng, *, gain: float = 1.0) -> Array:
    """Draw from the normal distribution with variance gain**2 * 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""
    return normal(shape, rng, gain * math.sqrt(2.0 / _not_zero(sum(fans(shape)), shape)))


def he_uniform(shape: Shape, rng: Rng, *, slope: float = 0.0, mode: str = "fan_in") -> Array:
    """Draw uniformly with variance 2 / ((1 + slope**2) fan), for relu and its kin (He et al. 2015, arXiv:1502.01852).

    The bound is sqrt(6 / ((1 + slope**2) fan)): PyTorch's kaiming_uniform, whose layers start with slope = sqrt(5).

    Parameters
    ----------
    slope
        That of the leaky relu on the negative side (equation 15 of the paper).
    mode
        Which fan: "fan_in" keeps the size of signals on the way forward, "fan_out" that of gradients on the way back.
    """
    return uniform(shape, rng, math.sqrt(6.0 / _leaky_fan(shape, slope, mode)))


def he_normal(shape: Shape, rng: Rng, *, slope: float = 0.0, mode: str = "fan_in") -> Array:
    """Draw from the normal distribution with variance 2 / ((1 + slope**2) fan) (He et al. 2015, equations 10 and 15).

    Settings are those of `he_uniform`.
    """
    return normal(shape, rng, math.sqrt(2.0 / _leaky_fan(shape, slope, mode)))


def _leaky_fan(shape: Shape, slope: float, mode: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise UnknownNameError(f'no mode is named {mode!r}; there are "fan_in" and "fan_out"')
    return (1.0 + slope**2) * _not_zero(fans(shape)[mode == "fan_out"], shape)


def lecun_uniform(shape: Shape, rng: Rng) -> Array:
    """Draw uniformly with variance 1 / fan_in, for selu and linear layers.

    The bound is sqrt(3 / fan_in): LeCun et al. 1998, Efficient BackProp, section 4.6.
    """
    return uniform(shape, rng, math.sqrt(3.0 / _not_zero(fans(shape)[0], shape)))


def lecun_normal(shape: Shape, rng: Rng) -> Array:
    """Draw from the normal distribution with variance 1 / fan_in (LeCun et al. 1998, section 4.6, equation 16)."""
    return normal(shape, rng, math.sqrt(1.0 / _not_zero(fans(shape)[0], shape)))


def orthogonal(shape: Shape, rng: Rng, *, gain: float = 1.0) -> Array:
    """Draw a matrix that turns without stretching, times gain: W W^T = gain**2 I, or W^T W where W is tall.

    Signals keep their length through any number of linear layers: Saxe et al. 2014 (arXiv:1312.6120). Axes from the
    second on are taken as one.

    >>> w = orthogonal((2, 3), 0)
    >>> (w @ w.T).round(6) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    fans(shape)
    rows, columns = shape[0], math.prod(shape[1:])
    drawn = generator(rng).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)  # makes the factors unique, and so all rotations equally likely
    return gain * (q if rows >= columns else q.T).reshape(shape)


def _not_zero(fan: int, shape: Shape) -> int:
    if not fan:
        raise DomainError(f"expected weights with inputs and outputs, got shape {shape}")
    return fan


# --- by name ----------------------------------------------------------------------------------------------------------

INITIALIZERS: dict[str, Initializer] = {
    "constant": constant,
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "lecun_normal": lecun_normal,
    "lecun_uniform": lecun_uniform,
    "normal": normal,
    "orthogonal": orthogonal,
    "uniform": uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "zeros": zeros,
}

#: Activations that silence the negative half, and so need twice the variance.
_RECTIFIERS = ("relu", "leaky_relu", "elu", "gelu", "gelu_tanh", "silu", "softplus")


def find_initializer(choice: str | Initializer | None, activation: str) -> Initializer:
    """Return an initializer by name, or the one that fits an activation: He for rectifiers, else Xavier.

    Raises
    ------
    UnknownNameError
        Nobody knows the name.

    >>> find_initializer(None, "relu").__name__, find_initializer(None, "tanh").__name__
    ('he_uniform', 'xavier_uniform')
    """
    if callable(choice):
        return choice
    name = choice or ("he_uniform" if activation in _RECTIFIERS else "xavier_uniform")
    if name not in INITIALIZERS:
        hint = did_you_mean(str(name), INITIALIZERS)
        raise UnknownNameError(f"no initializer is named {name!r}; {hint}there are {', '.join(sorted(INITIALIZERS))}")
    return INITIALIZERS[name]
