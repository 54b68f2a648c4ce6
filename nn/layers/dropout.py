"""Layers that forget at random while a network learns, so that it does not rely on single units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from autograd import ShapeError
from autograd.arrays.checks import as_array
from nn.module import Module
from nn.randomness import generator
from nn.settings import fraction

if TYPE_CHECKING:
    from nn.randomness import Rng


class Dropout(Module):
    """Set numbers to zero with probability p while training, and scale the others by 1 / (1 - p) to keep the mean.

    Srivastava et al. 2014, JMLR 15. Does nothing after `eval()`.

    Parameters
    ----------
    p
        The probability, from 0 up to but not 1.
    rng
        A seed or generator.

    >>> layer = Dropout(0.5, rng=0)
    >>> sorted(set(layer(np.ones(100)).tolist()))
    [0.0, 2.0]
    >>> layer.eval()(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    #: How many of the first axes are dropped one by one; whatever follows is dropped as a whole.
    _axes: ClassVar[int | None] = None
    _expected: ClassVar[str] = ""

    def __init__(self, p: float = 0.5, *, rng: Rng = None) -> None:
        self.p = fraction(type(self).__name__, "p", p)
        self.rng = generator(rng)

    def forward(self, x: Any) -> Any:
        """Return x, or while training x with holes in it."""
        x = as_array(x, type(self).__name__)
        if not self.training or not self.p:
            return x
        if self._axes is not None and x.ndim <= self._axes:
            raise ShapeError(f"{type(self).__name__}: expected {self._expected}, got an array of shape {x.shape}")
        shape = x.shape[: self._axes] + (1,) * (x.ndim - len(x.shape[: self._axes]))
        kept = self.rng.random(shape, dtype=np.float32) >= self.p
        return x * np.multiply(kept, 1.0 / (1.0 - self.p), dtype=x.dtype)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.p})"


class Dropout1d(Dropout):
    """Drop whole channels of sequences, shape (batch, channels, length) (Tompson et al. 2015, arXiv:1411.4280)."""

    _axes = 2
    _expected = "(batch, channels, length)"


class Dropout2d(Dropout):
    """Drop whole channels of images, shape (batch, channels, height, width) (Tompson et al. 2015, arXiv:1411.4280)."""

    _axes = 2
    _expected = "(batch, channels, height, width)"
