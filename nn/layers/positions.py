"""Where in a sequence a vector stands: attention alone would not know, since it looks at sets."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError, ShapeError, Tensor, flip
from autograd.arrays.checks import as_array
from autograd.arrays.shapes import reshape
from nn.layers.linear import check_index, check_widths
from nn.module import Module
from nn.randomness import generator
from nn.settings import count, positive

if TYPE_CHECKING:
    from nn.randomness import Rng


@lru_cache(maxsize=64)
def _angles(length: int, width: int, base: float) -> Any:
    """Return the angle position / base^(2i / width) of each position and each pair i, shape (length, width / 2)."""
    return np.arange(length)[:, None] * base ** (-np.arange(0, width, 2) / width)


def _check_waves(user: str, width: int, base: float) -> None:
    check_widths(user, width=width)
    if width % 2:
        raise DomainError(f"{user}: a sine and a cosine go together, so the width must be even, got {width}")
    positive(user, "base", base)


def sinusoidal(length: int, width: int, *, base: float = 10000.0) -> Any:
    """Return a vector for each position, shape (length, width): sines and cosines of wavelengths 2 pi to 2 pi base.

    Entry 2i is sin(position / base^(2i / width)), entry 2i + 1 its cosine (Vaswani et al. 2017, arXiv:1706.03762,
    section 3.5).

    Raises
    ------
    DomainError
        The width is odd, or the base is not positive.

    >>> sinusoidal(2, 4).round(4)
    array([[0.    , 1.    , 0.    , 1.    ],
           [0.8415, 0.5403, 0.01  , 1.    ]])
    """
    _check_waves("sinusoidal", width, base)
    angles = _angles(count("sinusoidal", "length", length, least=0), width, base)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, width)


def rotary(x: Any, *, positions: Any = None, base: float = 10000.0) -> Any:
    """Turn each pair of entries (2i, 2i + 1) by the angle position / base^(2i / width).

    The product of a query and a key turned so depends on the distance of their positions only (Su et al. 2021,
    arXiv:2104.09864, equation 34).

    Parameters
    ----------
    x
        Shape (..., time, width): queries or keys, of one head each.
    positions
        Integers, shape (time,); by default 0, 1, 2, ...

    Raises
    ------
    DomainError
        The width is odd, or the base is not positive.
    ShapeError
        There are not as many positions as vectors.

    >>> rotary(np.array([[1.0, 0.0], [1.0, 0.0]])).round(4)
    array([[1.    , 0.    ],
           [0.5403, 0.8415]])
    """
    x = as_array(x, "rotary")
    if x.ndim < 2:
        raise ShapeError(f"rotary: expected x of shape (..., time, width), got {x.shape}")
    time, width = x.shape[-2:]
    _check_waves("rotary", width, base)
    angles = _angles(time, width, base)  # (time, width / 2)
    if positions is not None:
        places = check_index("rotary", positions, np.iinfo(np.int32).max)
        if places.shape != (time,):
            raise ShapeError(f"rotary: expected {time} positions, one for each vector, got shape {places.shape}")
        angles = places[:, None] * base ** (-np.arange(0, width, 2) / width)
    cosines = np.repeat(np.cos(angles), 2, axis=-1).astype(x.dtype)  # (time, width)
    sines = (np.repeat(np.sin(angles), 2, axis=-1) * np.tile([-1.0, 1.0], width // 2)).astype(x.dtype)
    pairs = reshape(x, (*x.shape[:-1], width // 2, 2))
    return x * cosines + reshape(flip(pairs, -1), x.shape) * sines


class SinusoidalPositions(Module):
    """Add to each vector of a sequence the waves of its position; see `sinusoidal`. Nothing is learned.

    >>> SinusoidalPositions(4)(np.zeros((1, 2, 4))).round(2).tolist()
    [[[0.0, 1.0, 0.0, 1.0], [0.84, 0.54, 0.01, 1.0]]]
    """

    def __init__(self, width: int, *, base: float = 10000.0) -> None:
        _check_waves("SinusoidalPositions", width, base)
        self.width, self.base = width, base

    def forward(self, x: Any) -> Any:  # (..., time, width)
        """Return x with the positions added."""
        x = _sequence(x, self.width, "SinusoidalPositions")
        return x + sinusoidal(x.shape[-2], self.width, base=self.base).astype(x.dtype)

    def __repr__(self) -> str:
        return f"SinusoidalPositions({self.width})"


class LearnedPositions(Module):
    """Add to each vector of a sequence one of its position, which is learned (Gehring et al. 2017, arXiv:1705.03122).

    Parameters
    ----------
    length
        The longest sequence there can be.
    width
        The size of the vectors. They start from a normal distribution of deviation 0.02, as in GPT-2.

    Raises
    ------
    ShapeError
        A sequence is longer.

    >>> LearnedPositions(8, 4, rng=0)(np.zeros((2, 3, 4))).shape
    (2, 3, 4)
    """

    def __init__(self, length: int, width: int, *, rng: Rng = None) -> None:
        check_widths("LearnedPositions", length=length, width=width)
        self.weight = Tensor(generator(rng).normal(0.0, 0.02, (length, width)))
        self.label_parameters()

    def forward(self, x: Any) -> Any:  # (..., time, width)
        """Return x with the positions added."""
        longest, width = self.weight.shape
        x = _sequence(x, width, "LearnedPositions")
        if x.shape[-2] > longest:
            raise ShapeError(f"LearnedPositions: there are {longest} positions, but the sequence has {x.shape[-2]}")
        return x + self.weight[: x.shape[-2]]

    def __repr__(self) -> str:
        return f"LearnedPositions{self.weight.shape}"


class RotaryPositions(Module):
    """Turn queries and keys by angles that grow with their positions; see `rotary`. Nothing is learned.

    >>> import nn
    >>> layer = nn.MultiheadAttention(8, 2, positions=RotaryPositions(), rng=0)
    >>> layer(np.zeros((1, 3, 8))).shape
    (1, 3, 8)
    """

    def __init__(self, *, base: float = 10000.0) -> None:
        self.base = positive("RotaryPositions", "base", base)

    def forward(self, x: Any) -> Any:  # (..., time, width)
        """Return x turned."""
        return rotary(x, base=self.base)

    def __repr__(self) -> str:
        return f"RotaryPositions({'' if self.base == 10000.0 else f'base={self.base}'})"


def _sequence(x: Any, width: int, user: str) -> Any:
    x = as_array(x, user)
    if x.ndim < 2 or x.shape[-1] != width:
        raise ShapeError(f"{user}: expected x of shape (..., time, {width}), got {x.shape}")
    return x
