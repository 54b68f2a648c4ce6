"""How weights start: random, so that neurons differ, and scaled, so that signals keep their size.

Every initializer takes a shape (fan_out, fan_in) and a generator, and returns an array of that shape.
Weights that all start at zero stay equal to each other for ever: each neuron of a layer gets the same gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import UnknownNameError
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Initializer = Callable[[tuple[int, int], Rng], Array]


def uniform(shape: tuple[int, int], rng: Rng, bound: float = 1.0) -> Array:
    """Draw from the uniform distribution on (-bound, bound).

    >>> uniform((2, 3), 0).shape
    (2, 3)
    """
    return generator(rng).uniform(-bound, bound, size=shape)


def xavier_uniform(shape: tuple[int, int], rng: Rng) -> Array:
    """Draw uniformly with variance 2 / (fan_in + fan_out), for tanh, sigmoid and linear layers.

    Glorot & Bengio 2010, equation 16.
    """
    return uniform(shape, rng, math.sqrt(6.0 / sum(shape)))


def xavier_normal(shape: tuple[int, int], rng: Rng) -> Array:
    """Draw from the normal distribution with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""
    return generator(rng).normal(0.0, math.sqrt(2.0 / sum(shape)), size=shape)


def he_uniform(shape: tuple[int, int], rng: Rng) -> Array:
    """Draw uniformly with variance 2 / fan_in, for relu and its kin (He et al. 2015, arXiv:1502.01852)."""
    return uniform(shape, rng, math.sqrt(6.0 / shape[1]))


def he_normal(shape: tuple[int, int], rng: Rng) -> Array:
    """Draw from the normal distribution with variance 2 / fan_in (He et al. 2015, equation 10)."""
    return generator(rng).normal(0.0, math.sqrt(2.0 / shape[1]), size=shape)


def zeros(shape: tuple[int, int], rng: Rng = None) -> Array:
    """Return zeros: right for biases, wrong for weights, and here to show why."""
    return np.zeros(shape)


INITIALIZERS: dict[str, Initializer] = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "uniform": uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "zeros": zeros,
}

#: Activations that silence the negative half, and so need twice the variance.
_RECTIFIERS = ("relu", "leaky_relu", "elu", "gelu", "silu", "softplus")


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
        raise UnknownNameError(f"no initializer is named {name!r}; there are {', '.join(sorted(INITIALIZERS))}")
    return INITIALIZERS[name]
